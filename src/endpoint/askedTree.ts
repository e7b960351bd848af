import { createHash } from 'node:crypto';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { isLibraryIn } from './authority.ts';

/** How many processes above an asker are looked at. */
const maxAncestors = 64;

/** The shells that wait for what they start, and whose person or script waits with them. */
const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'fish', 'ksh', 'mksh', 'ash']);

/**
 * A name for the tree of processes that a question comes from: its topmost guarded process, else the leader of its
 * session, else what the session is called. Two questions with the same name come from the same terminal or root.
 */
export function findTree({ pid, sid, session }: ExecRequest, processes: ProcessTable): string {
  let root: string | null = null;
  let current = pid === null ? null : processes.stat(pid);
  for (let step = 0; current !== null && step < maxAncestors; step += 1) {
    if (isLibraryIn(current.pid, processes) !== true) break;
    root = `${current.pid}:${current.started}`;
    current = current.ppid > 0 ? processes.stat(current.ppid) : null;
  }
  if (root !== null) return root;
  const leader = sid === null || sid <= 0 ? null : processes.stat(sid);
  return leader === null ? `session ${session}` : `${leader.pid}:${leader.started}`;
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
