import type { Call, Glob, PathList } from './call.ts';
import type { Component } from './component.ts';
import type { CodeSource, Condition, NumberRange } from './condition.ts';
import { isBelow, joinPath } from './paths.ts';
import type { PathPatterns } from './pathPatterns.ts';
import type { PathPattern, TextPattern } from './patterns.ts';

/** Whether the parts of a condition hold that are about a call as a whole, not about each of its commands. */
export function isCallMatch(condition: Condition, call: Call, isGranting: boolean): boolean {
  return (
    isSessionMatch(condition, call) &&
    isEnvironmentMatch(condition, call) &&
    isPathMatch(condition, call, isGranting) &&
    isToolMatch(condition, call) &&
    (condition.sends === null || matchesPath(condition.sends, call.sends(), call)) &&
    (condition.runsCodeFrom === null || runsAnyOf(condition.runsCodeFrom, call))
  );
}

function runsAnyOf(sources: readonly CodeSource[], call: Call): boolean {
  const found = call.codeSources();
  return sources.some((source) => found.has(source));
}

/** Whether any of the paths matches any of the patterns. */
export function matchesPath(patterns: PathPatterns, paths: PathList, call: Call): boolean {
  if (paths.each.length === 0) return false;
  for (const pattern of patterns.sought(paths.joined))
    if (paths.each.some((path) => pattern.test(path, call.world))) return true;
  return paths.globs.some((glob) => patterns.plain.some((pattern) => isGlobFor(glob, pattern, call)));
}

/** Whether a shell would put a path in for a glob: a star at the start of a name takes no dot. */
function isGlobFor({ names, isFor }: Glob, { source }: PathPattern, { world }: Call): boolean {
  if (source.startsWith('~') && world.home === null) return false;
  const path = source.replace(/^~/, () => world.home ?? '');
  return (
    isFor(path) &&
    !path.split('/').some((name, index) => name.startsWith('.') && /^[*?[]/.test(names[index] ?? ''))
  );
}

/** What tools other than programs are called with. */
function isToolMatch(condition: Condition, call: Call): boolean {
  const { depth, parameters } = condition;
  return (
    isAddressMatch(condition, call) &&
    (depth === null || isInRange(depth, call.request.depth ?? 0)) &&
    (parameters === null || hasParameter(parameters, call.request.parameters ?? {})) &&
    isCountMatch(condition, call)
  );
}

function isAddressMatch({ url, domain }: Condition, { request }: Call): boolean {
  if (url === null && domain === null) return true;
  const given = request.url ?? null;
  if (given === null) return false;
  const host = hostOf(given);
  return (
    (url === null || matchesAny(url, given)) &&
    (domain === null || (host !== null && domain.some((pattern) => pattern.test(host))))
  );
}

function isCountMatch({ callCount }: Condition, { request, world }: Call): boolean {
  if (callCount === null) return true;
  const count = world.countCalls(callCount.tool ?? request.tool, callCount.windowMs);
  return count >= callCount.gte;
}

/** The host of an address; null when it has none. */
export function hostOf(url: string): string | null {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority === undefined) return null;
  return authority.replace(/^.*@/, '').replace(/:\d*$/, '');
}

function hasParameter(
  patterns: ReadonlyMap<string, TextPattern>,
  parameters: Readonly<Record<string, unknown>>,
): boolean {
  return [...patterns].some(([name, pattern]) => {
    const value = parameters[name];
    if (value === undefined || value === null) return false;
    return pattern.test((typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase());
  });
}

function isInRange({ gte, lte, eq }: NumberRange, value: number): boolean {
  return (gte === null || value >= gte) && (lte === null || value <= lte) && (eq === null || value === eq);
}

/** Whether a text matches any of the patterns. */
export function matchesAny(patterns: readonly TextPattern[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

/** An exclusion alone never matches. */
function isSessionMatch({ session, notSession }: Condition, { request }: Call): boolean {
  if (session === null) return notSession === null;
  const name = request.session;
  return matchesAny(session, name) && !(notSession !== null && matchesAny(notSession, name));
}

function isEnvironmentMatch({ environmentAssignments, environmentRemovals }: Condition, call: Call): boolean {
  return (
    (environmentAssignments === null || isAnyNamed(environmentAssignments, assignedNames, call)) &&
    (environmentRemovals === null || isAnyNamed(environmentRemovals, removedNames, call))
  );
}

function isAnyNamed(
  patterns: readonly TextPattern[],
  read: (component: Component) => readonly string[],
  { reading }: Call,
): boolean {
  return reading.components.flatMap(read).some((name) => matchesAny(patterns, name));
}

const setters: ReadonlySet<string> = new Set('env export declare typeset set setx local readonly'.split(' '));
const removers: ReadonlySet<string> = new Set(['unset', 'export', 'declare', 'typeset', 'env']);

/** The variables that a command sets, for itself or for what follows. */
export function assignedNames({ assignments, assigned, program, words }: Component): readonly string[] {
  const isSetter = setters.has(program);
  if (!isSetter && assignments.length === 0) return assigned;
  const own = [...assignments.map(({ name }) => name), ...assigned];
  if (!isSetter) return own;
  const named = words.flatMap((word) => /^([A-Za-z_]\w*)=/.exec(word.text)?.[1] ?? []);
  return [...own, ...named, ...(program === 'setx' ? [words[1]?.text ?? ''] : [])];
}

/** The variables that a command takes away. */
export function removedNames({ program, words }: Component): readonly string[] {
  if (!removers.has(program)) return [];
  const texts = words.slice(1).map((word) => word.text);
  const isUnsetting =
    program === 'unset' ||
    (program === 'export' && texts[0] === '-n') ||
    (/^(?:declare|typeset)$/.test(program) && texts[0] === '+x');
  // `${!NAME*}` is every variable whose name begins so.
  if (isUnsetting)
    return texts
      .filter((text) => !/^[-+]/.test(text))
      .map((text) => /^\$\{!(\w+)[*@]\}$/.exec(text)?.[1] ?? text);
  if (program !== 'env') return [];
  return texts.flatMap((text, index) => {
    if (text === '-u' || text === '--unset') return texts[index + 1] ?? [];
    return /^(?:-u|--unset=)(.+)$/.exec(text)?.[1] ?? [];
  });
}

function isPathMatch({ path, notPath }: Condition, call: Call, isGranting: boolean): boolean {
  return path === null ? notPath === null : isOnPath(path, notPath, call, isGranting);
}

function isOnPath(
  path: readonly PathPattern[],
  notPath: readonly PathPattern[] | null,
  call: Call,
  isGranting: boolean,
): boolean {
  const given = call.request.path;
  if (given === null) return false;
  const places = placesOf(given, call, isGranting);
  const isIn = (patterns: readonly PathPattern[]) => (spellings: readonly string[]) =>
    spellings.some((path) => patterns.some((pattern) => pattern.test(path, call.world)));
  if (isGranting) return places.every(isIn(path)) && !(notPath !== null && places.some(isIn(notPath)));
  return places.some(isIn(path)) && !(notPath !== null && places.every(isIn(notPath)));
}

/**
 * Where a path may lie: as its text says, and where its links lead; each absolute and as seen from the directory of the call.
 * What was given with dots in it grants nothing.
 */
function placesOf(
  given: string,
  { request, world }: Call,
  isGranting: boolean,
): readonly (readonly string[])[] {
  const named = given.replaceAll('\\', '/');
  const tidy = joinPath(request.cwd, named) ?? named;
  const real = world.realpath(tidy);
  const spelt = (path: string): readonly string[] =>
    request.cwd !== null && isBelow(path, request.cwd) ? [path, path.slice(request.cwd.length + 1)] : [path];
  const first = isGranting ? spelt(tidy) : [...spelt(tidy), named];
  return real === tidy ? [first] : [first, spelt(real)];
}
