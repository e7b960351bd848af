import type { Action } from '../protocol/decision.ts';
import type { Call, PathList } from './call.ts';
import type { CommandCondition, Condition, NumberRange } from './condition.ts';
import type { Component } from './component.ts';
import type { PathPattern, TextPattern } from './patterns.ts';
import { joinPath } from './paths.ts';
import type { TargetClass } from './targetClass.ts';

/** Whether an action takes something away: one part of a call is then enough to match it. */
export function isRestricting(action: Action): boolean {
  return action === 'deny' || action === 'ask';
}

/**
 * Whether a condition holds for a call. A restricting rule matches when any command of the call matches; a granting one only
 * when every command does.
 */
export function isMatch(condition: Condition, call: Call, isGranting: boolean): boolean {
  if (condition.always) return true;
  if (condition.response !== null || condition.notResponse !== null || condition.callCount !== null)
    return false;
  return (
    isCallMatch(condition, call, isGranting) &&
    (condition.command === null || isCommandMatch(condition.command, call, isGranting))
  );
}

function isCallMatch(condition: Condition, call: Call, isGranting: boolean): boolean {
  const { session } = call.request;
  return (
    isSessionMatch(condition, session) &&
    isEnvironmentMatch(condition, call) &&
    isPathMatch(condition, call, isGranting) &&
    (condition.depth === null || isInRange(condition.depth, 0)) &&
    condition.url === null &&
    condition.domain === null &&
    condition.parameters === null &&
    (condition.sends === null || matchesPath(condition.sends, call.sends(), call)) &&
    (condition.runsCodeFrom === null ||
      condition.runsCodeFrom.some((source) => call.codeSources().has(source)))
  );
}

function matchesPath(patterns: readonly PathPattern[], paths: PathList, call: Call): boolean {
  const { home } = call.world;
  return patterns.some(
    (pattern) => paths.joined.includes(pattern.needle) && paths.each.some((path) => pattern.test(path, home)),
  );
}

function isInRange({ gte, lte, eq }: NumberRange, value: number): boolean {
  return (gte === null || value >= gte) && (lte === null || value <= lte) && (eq === null || value === eq);
}

function matchesAny(patterns: readonly TextPattern[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

/** An exclusion alone never matches. */
function isSessionMatch({ session, notSession }: Condition, name: string): boolean {
  if (session === null) return notSession === null;
  return matchesAny(session, name) && !(notSession !== null && matchesAny(notSession, name));
}

function isEnvironmentMatch({ environmentAssignments, environmentRemovals }: Condition, call: Call): boolean {
  const names = (read: (component: Component) => readonly string[]): readonly string[] =>
    call.reading.components.flatMap(read);
  return (
    (environmentAssignments === null ||
      names(assignedNames).some((name) => matchesAny(environmentAssignments, name))) &&
    (environmentRemovals === null ||
      names(removedNames).some((name) => matchesAny(environmentRemovals, name)))
  );
}

function assignedNames({ assignments, assigned, program, words }: Component): readonly string[] {
  const own = [...assignments.map(({ name }) => name), ...assigned];
  if (!/^(?:env|export|declare|typeset|set|setx|local|readonly)$/.test(program)) return own;
  return [...own, ...words.flatMap((word) => /^([A-Za-z_]\w*)=/.exec(word.text)?.[1] ?? [])];
}

function removedNames({ program, words }: Component): readonly string[] {
  const texts = words.slice(1).map((word) => word.text);
  if (program === 'unset') return texts.filter((text) => !text.startsWith('-'));
  if (program !== 'env') return [];
  return texts.flatMap((text, index) => {
    if (text === '-u' || text === '--unset') return texts[index + 1] ?? [];
    return /^(?:-u|--unset=)(.+)$/.exec(text)?.[1] ?? [];
  });
}

function isPathMatch({ path, notPath }: Condition, call: Call, isGranting: boolean): boolean {
  if (path === null) return notPath === null;
  const given = call.request.path;
  if (given === null) return false;
  const candidates = candidatesOf(given, call);
  const matches = (patterns: readonly PathPattern[]) => (candidate: string) =>
    patterns.some((pattern) => pattern.test(candidate, call.world.home));
  if (isGranting)
    return candidates.every(matches(path)) && !(notPath !== null && candidates.some(matches(notPath)));
  return candidates.some(matches(path)) && !(notPath !== null && candidates.every(matches(notPath)));
}

/** A path as text, with its links followed, and as it was given. */
function candidatesOf(given: string, call: Call): readonly string[] {
  const tidy = joinPath(call.request.cwd, given) ?? given;
  return [...new Set([tidy, call.world.realpath(tidy), given])];
}

function isCommandMatch(condition: CommandCondition, call: Call, isGranting: boolean): boolean {
  return isGranting ? isGranted(condition, call) : isRestricted(condition, call);
}

function isRestricted(condition: CommandCondition, call: Call): boolean {
  const hasText = isOnText(condition);
  const notMatches = condition.notMatches ?? [];
  if (!hasText && !hasEffects(condition)) return false;
  let hasExcluded = false;
  const { programs } = condition;
  for (const component of call.reading.components) {
    if (programs !== null && !programs.has(component.program)) continue;
    if (hasText && !isNamed(condition, component, call)) continue;
    if (call.textsOf(component).some((text) => matchesAny(notMatches, text))) hasExcluded = true;
    else if (isEffectMatch(condition, component, call, false)) return true;
  }
  const isOfText = hasText && !hasEffects(condition);
  return isOfText && !hasExcluded && isWholeRestricted(condition, call);
}

function isNamed(condition: CommandCondition, component: Component, call: Call): boolean {
  if (call.textsOf(component).some((text) => isTextMatch(condition, text, true))) return true;
  return condition.contains !== null && hasSubstring(condition.contains, call.searchedText(component));
}

/** The command line as it came, and its commands joined, for patterns that reach over several commands. */
function isWholeRestricted(condition: CommandCondition, call: Call): boolean {
  const { raw, whole } = call.reading;
  return [raw, whole].some(
    (text) => isTextMatch(condition, text, true) && !matchesAny(condition.notMatches ?? [], text),
  );
}

function isOnText({ matches, contains }: CommandCondition): boolean {
  return matches !== null || contains !== null;
}

function hasEffects({ runs, mentions, deletes, reads, writes }: CommandCondition): boolean {
  return [runs, mentions, deletes, reads, writes].some((part) => part !== null);
}

function isTextMatch({ matches, contains }: CommandCondition, text: string, ignoresCase: boolean): boolean {
  if (matches !== null && matchesAny(matches, text)) return true;
  if (contains === null) return false;
  return ignoresCase ? hasSubstring(contains, text) : contains.some((part) => text.includes(part));
}

function isEffectMatch(
  condition: CommandCondition,
  component: Component,
  call: Call,
  isGranting: boolean,
): boolean {
  const { runs, mentions, deletes, reads, writes } = condition;
  return (
    (runs === null || runs.some((shape) => shape.test(component.program, component.words, isGranting))) &&
    (mentions === null || hasSubstring(mentions, call.searchedText(component))) &&
    (deletes === null || isDeletionMatch(deletes, component, call, isGranting)) &&
    (reads === null ||
      (call.mayRead(component, reads) && matchesPath(reads, call.readsOf(component), call))) &&
    (writes === null || matchesPath(writes, call.writesOf(component), call))
  );
}

function hasSubstring(parts: readonly string[], text: string): boolean {
  const searched = text.toLowerCase();
  return parts.some((part) => searched.includes(part.toLowerCase()));
}

function isDeletionMatch(
  deletes: readonly TargetClass[],
  component: Component,
  call: Call,
  isGranting: boolean,
): boolean {
  const targets = call.deletionsOf(component);
  const isIn = (classes: ReadonlySet<string>): boolean => deletes.some((name) => classes.has(name));
  return isGranting ? targets.length > 0 && targets.every(isIn) : targets.some(isIn);
}

function isGranted(condition: CommandCondition, call: Call): boolean {
  const { components, raw, whole, isComposite } = call.reading;
  const { matches, notMatches } = condition;
  const granted = components.filter((component) => component.isGrantable);
  const texts = [raw, whole, ...granted.map(({ text }) => text)];
  if (notMatches !== null && texts.some((text) => matchesAny(notMatches, text))) return false;
  const hasText = isOnText(condition);
  if (!hasText && !hasEffects(condition)) return notMatches === null;
  if (granted.length === 0 || call.request.truncated) return false;
  const isCovered = granted.every(
    (component) =>
      (!hasText || isTextMatch(condition, component.text, false)) &&
      isEffectMatch(condition, component, call, true),
  );
  if (isCovered) return true;
  if (!isComposite || hasEffects(condition)) return false;
  return (matches ?? []).some((pattern) => pattern.isComposite && (pattern.test(raw) || pattern.test(whole)));
}
