import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../base/assert.ts';
import { installationPlace } from '../../client/installation.ts';
import type { InstallationPlace } from '../../client/installation.ts';
import { findGuardedProcesses, findInstalledParts, findToldAgents } from '../../client/installedParts.ts';
import type { InstalledPart, PartKind } from '../../client/installedParts.ts';
import { packsFile } from '../../policy/listPacks.ts';
import { handRulesFile, userPolicyFolder } from '../../system/policySources.ts';
import { homeDirectory } from '../../system/stateDirectory.ts';
import { askPerson } from '../askPerson.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Options } from '../options.ts';
import { requirePermission } from '../permission.ts';
import type { Permission } from '../permission.ts';
import { createProgress } from '../progress.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** How many processes are named that stand in the way. */
const maxNamed = 8;

/** How long an endpoint may take to end, and how often to look, in milliseconds. */
const endTimeoutMs = 10_000;
const lookIntervalMs = 20;

/** `rampart uninstall`: takes away what was installed. */
export const uninstallCommand: Command = {
  name: 'uninstall',
  summary: 'take away what was installed for this user',
  manual: {
    synopsis: ['[--state-dir D] [--state | --all] [--force] [--yes] [--json]'],
    description: [
      'Takes away the command, the preload library and the runtime that `rampart` or the editor installed under `~/.rampart`, after asking. The audit log and the rest of the state directory stay unless `--state` is given, and your rules unless `--all` is; what stays is told. Of what a `rampart serve` keeps there nothing is touched: where one does, your rules are those that `rampart` wrote.',
      'It refuses while a program is guarded, while an endpoint runs, and while the settings of an agent name the library (`rampart adapt undo` takes them out): `--force` does it all the same, and ends the endpoint. Programs that are guarded stay so until they end, but find nobody to ask; new ones that are told of the library start with a message of the loader. An editor whose guard is on installs again: turn it off there, with _Rampart: Stop Protecting_, or remove the extension.',
    ],
    examples: [
      { line: 'rampart uninstall --yes', text: 'The program goes; the log and your rules stay.' },
      { line: 'rampart uninstall --all --yes', text: 'Nothing stays.' },
    ],
    exits: [
      [exitStatus.done, 'it is gone, or nothing was there'],
      [exitStatus.failed, 'it is in use, not all could be removed, or the answer was no'],
      [exitStatus.refused, 'a guarded program cannot uninstall, nor who may not steer the endpoint'],
    ],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--state': { kind: 'switch', text: 'the state directory, too: audit log, mode, approvals, tokens' },
    '--all': { kind: 'switch', text: 'everything, your rules in ~/.rampart/policies too' },
    '--force': { kind: 'switch', text: 'also while it is in use' },
    '--yes': sharedOptions.yes,
    '--json': { kind: 'switch', text: 'print an object: removed, left' },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const permission = await requirePermission(paths.value, context, 'uninstall anything');
    if (typeof permission === 'number') return permission;
    const place = installationPlace(homeDirectory(context.environment['HOME']) ?? '/');
    const ruleFiles = [handRulesFile(place.home), join(userPolicyFolder(place.home), packsFile)];
    const parts = findInstalledParts(place, paths.value.directory, ruleFiles);
    const chosen = parts.filter(({ kind }) => kindsOf(options).includes(kind));
    const left = parts.filter((part) => !chosen.includes(part));
    if (chosen.length === 0) return report({ removed: [], left }, options, context);
    const obstacles = options.has('--force') ? [] : findObstacles(place, permission, context);
    for (const obstacle of obstacles) say(context, obstacle);
    if (obstacles.length > 0) return fail('nothing was removed; `--force` does it all the same', context);
    if (!options.has('--yes') && !askPerson(questionOf(chosen), context))
      return fail('nothing was removed', context);
    if (!(await endEndpoint(permission)))
      return fail('the endpoint still runs; nothing was removed', context);
    return remove(chosen, left, { options, context, place });
  },
};

function kindsOf(options: Options): readonly PartKind[] {
  if (options.has('--all')) return ['program', 'state', 'rules'];
  return options.has('--state') ? ['program', 'state'] : ['program'];
}

function findObstacles(
  place: InstallationPlace,
  { client }: Permission,
  { processes }: CommandContext,
): readonly string[] {
  const guarded = findGuardedProcesses(place, processes);
  const more = guarded.length > maxNamed ? ` and ${guarded.length - maxNamed} more` : '';
  const named = `${guarded.slice(0, maxNamed).join(', ')}${more}`;
  return [
    ...(guarded.length === 0 ? [] : [`these processes are guarded by it: ${named}; end them first`]),
    ...(client === null ? [] : ['an endpoint runs: `rampart stop` first']),
    ...findToldAgents(place).map(
      (agent) => `the settings of ${agent} name the library: \`rampart adapt undo ${agent}\` first`,
    ),
  ];
}

function questionOf(parts: readonly InstalledPart[]): string {
  const lines = parts.map(({ path, what }) => `  ${path}  (${what})\n`);
  return `${lines.join('')}Remove this, for good?`;
}

async function endEndpoint({ client }: Permission): Promise<boolean> {
  if (client === null) return true;
  await client.shutdown();
  for (const end = performance.now() + endTimeoutMs; performance.now() < end;) {
    const health = await client.health();
    if (!health.ok && health.error.code === 'unreachable') return true;
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
  return false;
}

interface Removal {
  readonly options: Options;
  readonly context: CommandContext;
  readonly place: InstallationPlace;
}

function remove(
  chosen: readonly InstalledPart[],
  left: readonly InstalledPart[],
  { options, context, place }: Removal,
): number {
  const removed: InstalledPart[] = [];
  const problems: string[] = [];
  const progress = createProgress(context, `of ${chosen.length} removed`);
  for (const part of chosen) {
    progress.step();
    try {
      rmSync(part.path, { recursive: true, force: true });
      removed.push(part);
      removeEmpty(dirname(part.path), place);
    } catch (thrown) {
      problems.push(`${part.path} could not be removed: ${messageOf(thrown)}`);
    }
  }
  if (options.has('--all')) {
    // What others keep there, a `rampart serve` for one, is not ours to remove.
    rmSync(join(place.home, '.rampart', 'adapters.json'), { force: true });
    removeEmpty(join(place.home, '.rampart', 'run'), place);
    removeEmpty(join(place.home, '.rampart'), place);
  }
  progress.end();
  for (const problem of problems) say(context, problem);
  const status = report({ removed, left }, options, context);
  return problems.length > 0 ? exitStatus.failed : status;
}

/** Takes folders of ours away that hold nothing any more. */
function removeEmpty(folder: string, place: InstallationPlace): void {
  const { home, sharedFolder, uid } = place;
  const roots = [join(home, '.rampart'), join(sharedFolder, `rampart-${uid}`)];
  const isOurs = roots.some((root) => folder === root || folder.startsWith(`${root}/`));
  const isThere = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isOurs || !isThere || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeEmpty(dirname(folder), place);
}

function report(
  { removed, left }: { readonly removed: readonly InstalledPart[]; readonly left: readonly InstalledPart[] },
  options: Options,
  { output }: CommandContext,
): number {
  if (options.has('--json')) {
    const pathsOf = (parts: readonly InstalledPart[]): readonly string[] => parts.map(({ path }) => path);
    output.out(`${JSON.stringify({ removed: pathsOf(removed), left: pathsOf(left) })}\n`);
    return exitStatus.done;
  }
  if (removed.length === 0) output.out('nothing is installed\n');
  for (const { path, what } of removed) output.out(`removed ${path} (${what})\n`);
  for (const { path, what, kind } of left) {
    output.out(`left    ${path} (${what}; \`--${kind === 'state' ? 'state' : 'all'}\` removes it)\n`);
  }
  return exitStatus.done;
}

function fail(message: string, context: CommandContext): number {
  say(context, message);
  return exitStatus.failed;
}
