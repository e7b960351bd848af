import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import type { ProcessStat, ProcessTable } from '../system/processTable.ts';
import type { Peer } from './exchange.ts';

/** What speaks for a caller. */
export type AdminEvidence = 'extension-host' | 'terminal' | 'descendant' | 'registered-platform';

/** A process for good: its pid and its start time in clock ticks. */
export interface ProcessReference {
  readonly pid: number;
  readonly started: number;
}

/** What the decision rests on. */
export interface AuthoritySurroundings {
  readonly processes: ProcessTable;
  readonly platform: string;
  /** Our effective user id. */
  readonly user: number;
  readonly pid: number;
  /** The processes whose descendants may steer an endpoint that was started by hand; none on demand. */
  readonly startedBy: readonly ProcessReference[];
  /** Whether a process is recorded as guarded. */
  readonly isGuarded: (pid: number, started: number) => boolean;
}

/** A process has at most this many ancestors; a longer chain is refused. */
const maxAncestors = 128;

const loaderVariables = /^(?:LD_PRELOAD|DYLD_INSERT_LIBRARIES)=/;

/**
 * Whether a process at the other end of our socket may steer the endpoint; SECURITY.md and architecture have the
 * rule. Positive evidence is needed, any evidence against refuses, and so does whatever cannot be read.
 * A failure is the reason, as a sentence for the caller.
 */
export function decideAdmin(
  peer: Peer | null,
  surroundings: AuthoritySurroundings,
): Result<AdminEvidence, string> {
  if (peer === null || peer.pid <= 0) return failure('the kernel does not say which process is asking');
  if (peer.uid !== surroundings.user) return failure(`process ${peer.pid} belongs to another user`);
  if (surroundings.platform !== 'linux') {
    return surroundings.isGuarded(peer.pid, 0)
      ? failure(`process ${peer.pid} is guarded`)
      : success('registered-platform');
  }
  return decideByAncestors(peer.pid, surroundings);
}

function decideByAncestors(pid: number, surroundings: AuthoritySurroundings): Result<AdminEvidence, string> {
  const { processes } = surroundings;
  const first = processes.stat(pid);
  if (first?.alive !== true) return failure(`process ${pid} is gone`);
  const namespace = processes.namespace(pid);
  if (namespace === null || namespace !== processes.namespace(surroundings.pid)) {
    return failure(`process ${pid} is in another pid namespace`);
  }
  const chain = readChain(first, surroundings);
  if (!chain.ok) return chain;
  const evidence = evidenceOf(chain.value, surroundings);
  // A pid that was given to another process while we read speaks for nobody.
  if (!processes.isRunning(pid, first.started)) return failure(`process ${pid} is gone`);
  return evidence === null
    ? failure(`process ${pid} belongs to no terminal of a person and to no editor`)
    : success(evidence);
}

/**
 * The caller and its ancestors, every one of them seen to be unguarded. Up to the leader of the caller's session,
 * or to the process that started the endpoint by hand, all must be readable; above it the walk ends where it
 * cannot go on, for a login's own daemons hide themselves.
 */
function readChain(
  first: ProcessStat,
  surroundings: AuthoritySurroundings,
): Result<readonly ProcessStat[], string> {
  const { processes, user, startedBy } = surroundings;
  const chain: ProcessStat[] = [];
  for (let current: ProcessStat | null = first; chain.length < maxAncestors;) {
    const seen: 'guarded' | 'unguarded' | 'unreadable' = guardOf(current, surroundings);
    const mayEnd = chain.some((one) => one.pid === first.session || isAmong(one, startedBy));
    if (seen === 'guarded') return failure(`process ${current.pid} is guarded`);
    if (seen === 'unreadable') {
      return mayEnd ? success(chain) : failure(`process ${current.pid} cannot be read`);
    }
    chain.push(current);
    const { ppid }: ProcessStat = current;
    if (ppid === 0 || processes.user(ppid) !== user) return success(chain);
    current = processes.stat(ppid);
    if (current === null) return success(chain);
  }
  return failure('the caller has too many ancestors');
}

function guardOf(
  stat: ProcessStat,
  { processes, isGuarded }: AuthoritySurroundings,
): 'guarded' | 'unguarded' | 'unreadable' {
  if (isGuarded(stat.pid, stat.started)) return 'guarded';
  const isLoaded = isLibraryIn(stat.pid, processes);
  if (isLoaded === null) return 'unreadable';
  return isLoaded ? 'guarded' : 'unguarded';
}

/** Whether our library is in a process, or was told to be; null when that cannot be read. */
export function isLibraryIn(pid: number, processes: ProcessTable): boolean | null {
  const environment = processes.environment(pid);
  if (environment === null) return null;
  if (environment.some((entry) => loaderVariables.test(entry) && namesLibrary(entry))) return true;
  const maps = processes.maps(pid);
  return maps === null ? null : namesLibrary(maps);
}

function isAmong({ pid, started }: ProcessReference, references: readonly ProcessReference[]): boolean {
  return references.some((one) => one.pid === pid && one.started === started);
}

function evidenceOf(
  chain: readonly ProcessStat[],
  { processes, startedBy }: AuthoritySurroundings,
): AdminEvidence | null {
  const [caller, parent] = chain;
  if (caller === undefined) return null;
  if (chain.some((one) => isAmong(one, startedBy))) return 'descendant';
  const hosts = chain.filter(({ pid }) => isExtensionHost(processes, pid));
  if (hosts.length > 0) {
    const isAlone = hosts.length === 1 && hosts[0] === caller;
    return isAlone && parent !== undefined && isSameProgram(processes, caller, parent)
      ? 'extension-host'
      : null;
  }
  const leader = chain.find(({ pid }) => pid === caller.session);
  return leader?.alive === true && leader.terminal !== 0 ? 'terminal' : null;
}

/** An editor starts its extension host from its own executable; what only calls itself one has another parent. */
function isSameProgram(processes: ProcessTable, child: ProcessStat, parent: ProcessStat): boolean {
  const executable = processes.executable(child.pid);
  return executable !== null && executable === processes.executable(parent.pid);
}

/**
 * VS Code starts its extension host as `… --type=extensionHost` on a server, and as an Electron utility process
 * that is told its entry point by the environment on a desktop.
 */
function isExtensionHost(processes: ProcessTable, pid: number): boolean {
  const commandLine = processes.commandLine(pid) ?? [];
  if (commandLine.includes('--type=extensionHost')) return true;
  const entry = (processes.environment(pid) ?? []).find((line) => line.startsWith('VSCODE_ESM_ENTRYPOINT='));
  return commandLine.includes('--type=utility') && entry?.endsWith('/extensionHostProcess') === true;
}
