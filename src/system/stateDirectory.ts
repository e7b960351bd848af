import { chmodSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { maxSocketPathBytes, stateEntries } from '../protocol/routes.ts';
import { makeFolders } from './makeFolders.ts';

/** Where the state directory may be told from; an empty text counts as absent. */
export interface StateDirectoryHints {
  /** `--state-dir`; relative to the current directory. */
  readonly flag: string | undefined;
  /** `RAMPART_STATE_DIR`. */
  readonly variable: string | undefined;
  /** `HOME`. */
  readonly home: string | undefined;
}

/** The state directory and what stands in it, as absolute paths; docs/protocol.md, section 1. */
export type StatePaths = { readonly directory: string } & {
  readonly [Entry in keyof typeof stateEntries]: string;
};

/**
 * The state directory: the flag, else the variable, else `$HOME/.rampart/run/<machine id, else host name>`.
 * Nothing is created. A failure says why there is none: the socket's path would be too long, or no home is known.
 */
export function resolveStateDirectory(
  hints: StateDirectoryHints,
  machine: string = readMachineId(),
): Result<StatePaths, string> {
  const told = notEmpty(hints.flag) ?? notEmpty(hints.variable);
  const home = homeDirectory(hints.home);
  if (told === undefined && home === null) {
    return failure('no home directory is known: set HOME or give --state-dir');
  }
  const directory = resolve(told ?? join(home ?? '/', '.rampart', 'run', machine));
  const paths = statePathsIn(directory);
  const length = Buffer.byteLength(paths.socket);
  if (length > maxSocketPathBytes) {
    return failure(
      `the path of the socket would have ${length} bytes, ${maxSocketPathBytes} are possible: ${paths.socket}`,
    );
  }
  return success(paths);
}

/** The names of a state directory's entries as absolute paths. */
export function statePathsIn(directory: string): StatePaths {
  return {
    directory,
    socket: join(directory, stateEntries.socket),
    state: join(directory, stateEntries.state),
    journal: join(directory, stateEntries.journal),
    lost: join(directory, stateEntries.lost),
    waiting: join(directory, stateEntries.waiting),
    questions: join(directory, stateEntries.questions),
    answers: join(directory, stateEntries.answers),
    lock: join(directory, stateEntries.lock),
    mode: join(directory, stateEntries.mode),
    approvals: join(directory, stateEntries.approvals),
    tokens: join(directory, stateEntries.tokens),
    held: join(directory, stateEntries.held),
    policy: join(directory, stateEntries.policy),
    upstream: join(directory, stateEntries.upstream),
    audit: join(directory, stateEntries.audit),
    log: join(directory, stateEntries.log),
  };
}

/**
 * Makes the directory, and those above it that are missing, with mode 0700.
 * A failure says why it cannot be trusted: it is no directory, has another owner, or others may write it.
 */
export function createStateDirectory(directory: string): Result<null, string> {
  try {
    // The umask may have taken bits that we need.
    if (makeFolders(directory, 0o700)) chmodSync(directory, 0o700);
    const entry = statSync(directory);
    const problem = distrust(entry);
    return problem === null ? success(null) : failure(`${problem[0]}: ${directory} (${problem[1]})`);
  } catch (thrown) {
    return failure(`the state directory cannot be made: ${messageOf(thrown)}`);
  }
}

/** Why nothing should be kept in a place, and what to do about it; null where all is well. */
function distrust(entry: Stats): readonly [problem: string, remedy: string] | null {
  const elsewhere = 'name another one with --state-dir or RAMPART_STATE_DIR';
  if (!entry.isDirectory())
    return ['the state directory is not a directory', `move it away, or ${elsewhere}`];
  if (entry.uid !== (process.geteuid?.() ?? entry.uid)) {
    return [`the state directory belongs to user ${entry.uid}`, elsewhere];
  }
  return (entry.mode & 0o022) === 0
    ? null
    : ['others may write the state directory', 'look what is in it, then `chmod go-w` it'];
}

/** Whether a socket, or the directory in which it is missing, belongs to somebody whom `user` does not trust: root asks anybody. */
export function isAnothers(socket: string, user: number | null): boolean {
  if (user === null || user === 0) return false;
  const owner = ownerOf(socket) ?? ownerOf(dirname(socket));
  return owner !== null && owner !== 0 && owner !== user;
}

function ownerOf(path: string): number | null {
  try {
    return statSync(path).uid;
  } catch {
    return null;
  }
}

/** The user's home: `HOME`, else the passwd entry; null when neither names one. */
export function homeDirectory(variable: string | undefined): string | null {
  const told = notEmpty(variable);
  if (told !== undefined) return resolve(told);
  try {
    return notEmpty(userInfo().homedir) ?? null;
  } catch {
    return null;
  }
}

/** The machine's id after machine-id(5), else its host name; used as a file name. */
export function readMachineId(
  files: readonly string[] = ['/etc/machine-id', '/var/lib/dbus/machine-id'],
): string {
  for (const file of files) {
    const id = machineIdIn(file);
    if (id !== null) return id;
  }
  const name = hostname().replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return /^\.*$/.test(name) ? 'localhost' : name;
}

function machineIdIn(file: string): string | null {
  try {
    const text = readFileSync(file, 'latin1').trim();
    return /^[0-9a-f]{32}$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
