import { createHash } from 'node:crypto';
import type { Stopwatch } from '../base/clock.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { ProcessStat, ProcessTable } from '../system/processTable.ts';
import { isLibraryIn } from './authority.ts';

/** How many processes above an asker are looked at. */
const maxAncestors = 64;

/** For how long, in milliseconds, and of how many processes it is remembered what is above them. */
const rememberedMs = 1_000;
const maxRemembered = 256;

/** The shells that wait for what they start, and whose person or script waits with them. */
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'fish', 'ksh', 'mksh', 'ash']);

/**
 * Names the trees of processes that questions come from. What was found above a process is remembered for a moment: a script
 * is refused in one child after the other, and to read what a process has mapped takes longer than to judge its question.
 */
export class AskedTrees {
  readonly #processes: ProcessTable;
  readonly #stopwatch: Stopwatch;
  /** By process, the topmost guarded one from it on; null where it is not guarded itself. */
  readonly #roots = new Map<string, string | null>();
  #until = 0;

  constructor(processes: ProcessTable, stopwatch: Stopwatch) {
    this.#processes = processes;
    this.#stopwatch = stopwatch;
  }

  /**
   * A name for the tree of processes that a question comes from: its topmost guarded process, else the leader of its
   * session, else what the session is called. Two questions with the same name come from the same terminal or root.
   */
  find({ pid, sid, session }: ExecRequest): string {
    this.#forgetOld();
    const root = pid === null ? null : this.#rootOf(pid, maxAncestors);
    if (root !== null) return root;
    const leader = sid === null || sid <= 0 ? null : this.#processes.stat(sid);
    return leader === null ? `session ${session}` : nameOf(leader);
  }

  #rootOf(pid: number, steps: number): string | null {
    const stat = steps > 0 && pid > 0 ? this.#processes.stat(pid) : null;
    if (stat === null) return null;
    const name = nameOf(stat);
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const isGuarded = isLibraryIn(stat.pid, this.#processes) === true;
    const root = isGuarded ? (this.#rootOf(stat.ppid, steps - 1) ?? name) : null;
    this.#roots.set(name, root);
    return root;
  }

  #forgetOld(): void {
    const now = this.#stopwatch.elapsed();
    if (now <= this.#until && this.#roots.size < maxRemembered) return;
    this.#roots.clear();
    this.#until = now + rememberedMs;
  }
}

function nameOf({ pid, started }: ProcessStat): string {
  return `${pid}:${started}`;
}

/** Whether the tree that a name stands for has ended; one that no process names never does. */
export function hasEnded(tree: string, processes: ProcessTable): boolean {
  const [, pid, started] = /^(\d+):(\d+)$/.exec(tree) ?? [];
  return pid !== undefined && !processes.isRunning(Number(pid), Number(started));
}

/** Whether holding the asker holds up nobody but a shell that waits for it in any case. */
export function isAskedByShell({ ppid }: ExecRequest, processes: ProcessTable): boolean {
  const program = ppid === null ? null : processes.executable(ppid);
  return program !== null && shells.has(program.slice(program.lastIndexOf('/') + 1));
}

/** What a grant is for: one question exactly, and the same in any directory. */
export interface QuestionKeys {
  readonly exact: string;
  readonly anywhere: string;
}

/** The keys of a question that is known whole. */
export function keysOf(request: ExecRequest): QuestionKeys {
  const { tool, command, path, argv, exe, agent, cwd, url, parameters } = request;
  const parts = [tool, command, path, argv, exe, agent, url ?? null, parameters ?? null];
  return { exact: hashOf([...parts, cwd]), anywhere: hashOf(parts) };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
