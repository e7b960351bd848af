import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRecord, parseJson } from '../base/record.ts';
import { readOrEmpty } from '../system/changeFile.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import { userPolicyFolder } from '../system/policySources.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { installedCommand, installedLibrary } from './installation.ts';
import type { InstallationPlace } from './installation.ts';

/** What an uninstallation removes at a time: the program, what the endpoint keeps, what a person wrote. */
export type PartKind = 'program' | 'state' | 'rules';

/** Something of ours on the disk. */
export interface InstalledPart {
  readonly kind: PartKind;
  readonly path: string;
  /** What it is, for a person. */
  readonly what: string;
}

/** What of ours is on the disk, in the order in which it can be removed; `ruleFiles` are the files of rules that we write. */
export function findInstalledParts(
  place: InstallationPlace,
  stateDirectory: string,
  ruleFiles: readonly string[],
): readonly InstalledPart[] {
  const command = installedCommand(place);
  const parts: readonly InstalledPart[] = [
    { kind: 'program', path: command, what: 'the command' },
    ...findLibraryFolders(place).map(
      (path) => ({ kind: 'program', path, what: 'the preload library' }) as const,
    ),
    { kind: 'program', path: join(place.home, '.rampart', 'versions'), what: 'the runtime' },
    { kind: 'state', path: stateDirectory, what: 'the audit log, the mode, approvals and tokens' },
    ...findRules(place, ruleFiles).map((path) => ({ kind: 'rules', path, what: 'your rules' }) as const),
  ];
  return parts.filter(({ path }) => isThere(path));
}

/** What a `rampart serve` has in the folder that it shares with us. */
const peerEntries = ['token', 'tokens.json', 'config.yaml', 'serve.state', 'audit'];

/** A folder for each kind of machine that the home was used on; a library of the peer's own stands beside them. */
function findLibraryFolders(place: InstallationPlace): readonly string[] {
  const folder = dirname(dirname(installedLibrary(place)));
  return namesIn(folder)
    .filter((name) => /^(?:linux|darwin)-\w+$/.test(name))
    .map((name) => join(folder, name));
}

/** The rules of a person; where a `rampart serve` has its own among them, those that we wrote. */
function findRules({ home }: InstallationPlace, ruleFiles: readonly string[]): readonly string[] {
  const isShared = peerEntries.some((name) => isThere(join(home, '.rampart', name)));
  return isShared ? ruleFiles : [userPolicyFolder(home)];
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The processes that have a library of this installation mapped, but ourselves. */
export function findGuardedProcesses(place: InstallationPlace, processes: ProcessTable): readonly number[] {
  const library = installedLibrary(place);
  const versions = versionsOf(dirname(library));
  // A home directory may have several paths, so the versions are looked for, whose names are hashes.
  const isOurs = (line: string): boolean => {
    const version = versions.find((each) => line.includes(`/${each}/`));
    if (!namesLibrary(line) || version === undefined) return false;
    return !isAnotherFile(line.replace(/^[^/]*/, ''), join(dirname(library), version, basename(library)));
  };
  return (processes.all() ?? []).filter(
    (pid) => pid !== process.pid && (processes.maps(pid) ?? '').split('\n').some(isOurs),
  );
}

/** Whether a path is seen to be of another file: of another user, whose version is the same. */
function isAnotherFile(path: string, ours: string): boolean {
  const [theirs, own] = [path, ours].map((each) => lstatSync(each, { throwIfNoEntry: false }));
  return theirs !== undefined && own !== undefined && (theirs.ino !== own.ino || theirs.dev !== own.dev);
}

function versionsOf(folder: string): readonly string[] {
  return namesIn(folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The agents whose settings name the library: without it they would start with a message of the loader's. */
export function findToldAgents({ home }: InstallationPlace): readonly string[] {
  const kept = parseJson(readOrEmpty(join(home, '.rampart', 'adapters.json')));
  if (!kept.ok || !isRecord(kept.value)) return [];
  return Object.entries(kept.value).flatMap(([agent, files]) =>
    Array.isArray(files) && files.length > 0 ? [agent] : [],
  );
}
