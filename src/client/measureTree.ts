import { basename } from 'node:path';
import { namesLibrary } from '../system/namesLibrary.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** Why a process below a terminal runs without the library. */
export type BareReason =
  /** It was told to load it and did not: it is static, or another loader started it. */
  | 'notLoaded'
  /** It was started without the loader variable. */
  | 'notTold'
  /** It runs with rights of its own (set-uid and the like), from which the loader keeps libraries away. */
  | 'privileged';

/** A process without the library. */
export interface BareProcess {
  readonly pid: number;
  readonly name: string;
  readonly reason: BareReason;
}

/** What the kernel says about the library in a process and everything below it. */
export interface TreeMeasure {
  /** Whether the topmost process has it; null when that cannot be read. */
  readonly leader: boolean | null;
  /** How many processes below have it. */
  readonly loaded: number;
  /** Processes below that do not. */
  readonly bare: readonly BareProcess[];
}

/** How many processes of one tree are looked at. */
const maxMeasured = 64;

/** Looks for the library in the maps of a process and of those below it; null where there is no `/proc`. */
export function measureTree(processes: ProcessTable, leader: number): TreeMeasure | null {
  const own = processes.maps(leader);
  const children = processes.children(leader);
  if (children === null) return null;
  let loaded = 0;
  const bare: BareProcess[] = [];
  const queue = [...children];
  for (let index = 0; index < queue.length && index < maxMeasured; index += 1) {
    const pid = queue[index] ?? 0;
    if (processes.stat(pid)?.alive !== true) continue;
    queue.push(...(processes.children(pid) ?? []));
    const reason = bareReason(processes, pid);
    if (reason === null) loaded += 1;
    else bare.push({ pid, name: nameOf(processes, pid), reason });
  }
  return { leader: own === null || own === '' ? null : namesLibrary(own), loaded, bare };
}

function bareReason(processes: ProcessTable, pid: number): BareReason | null {
  const maps = processes.maps(pid);
  if (maps === null || processes.executable(pid) === null) return 'privileged';
  if (namesLibrary(maps)) return null;
  // A superuser may read the maps of any process.
  if (processes.actsAsOther(pid) === true) return 'privileged';
  const isTold = (processes.environment(pid) ?? []).some(namesLibrary);
  return isTold ? 'notLoaded' : 'notTold';
}

/** What a process runs, in a word; of an interpreter also what it interprets. */
export function nameOf(processes: ProcessTable, pid: number): string {
  const [first = '', second = ''] = processes.commandLine(pid) ?? [];
  const program = basename(processes.executable(pid) ?? first);
  if (program === '') return `process ${pid}`;
  return second.startsWith('/') ? `${program} ${basename(second)}` : program;
}
