import type { ProcessStat, ProcessTable } from '../system/processTable.ts';

/** A session has at most this many processes one above the other; the walk ends there. */
const maxAncestors = 128;

/**
 * The process whose descendants may steer an endpoint that is started by hand: the topmost ancestor of `pid` in its
 * session, because the parent is often a wrapper (`timeout`, `npx`, a shell) that is gone a moment later. For a
 * process that leads a session of its own it is the parent. Null when there is none, or only init or another user's.
 */
export function findStarter(pid: number, processes: ProcessTable): ProcessStat | null {
  const own = processes.stat(pid);
  const user = processes.user(pid);
  if (own === null || user === null) return null;
  let starter: ProcessStat | null = null;
  let above = own.ppid;
  for (let step = 0; step < maxAncestors && above > 1; step += 1) {
    const ancestor = processes.stat(above);
    if (ancestor === null || processes.user(above) !== user) break;
    if (starter !== null && ancestor.session !== own.session) break;
    starter = ancestor;
    if (ancestor.session !== own.session) break;
    above = ancestor.ppid;
  }
  return starter;
}

/** The argument by which an endpoint is told its starter; none when there is none. */
export function starterWords(pid: number, processes: ProcessTable): readonly string[] {
  const starter = findStarter(pid, processes);
  return starter === null ? [] : ['--started-by', `${starter.pid}:${starter.started}`];
}
