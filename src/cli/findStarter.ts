import type { ProcessStat, ProcessTable } from '../system/processTable.ts';

/** How many starters an endpoint is told of. */
const maxStarters = 128;

/**
 * The processes whose descendants may steer an endpoint that is started by hand: all ancestors of `pid` in its session,
 * the nearest first, because the parent is often a wrapper (`timeout`, `npx`, a shell) that is gone a moment later, and
 * so may be the topmost one. For a process that leads a session of its own it is the parent. Init, and another user's
 * process, are none.
 */
export function findStarters(pid: number, processes: ProcessTable): readonly ProcessStat[] {
  const own = processes.stat(pid);
  const user = processes.user(pid);
  if (own === null || user === null) return [];
  const starters: ProcessStat[] = [];
  let above = own.ppid;
  while (starters.length < maxStarters && above > 1) {
    const ancestor = processes.stat(above);
    if (ancestor === null || processes.user(above) !== user) break;
    if (starters.length > 0 && ancestor.session !== own.session) break;
    starters.push(ancestor);
    if (ancestor.session !== own.session) break;
    above = ancestor.ppid;
  }
  return starters;
}

/** The argument by which an endpoint is told its starters; none when there are none. */
export function starterWords(pid: number, processes: ProcessTable): readonly string[] {
  const starters = findStarters(pid, processes);
  return starters.length === 0
    ? []
    : ['--started-by', starters.map((one) => `${one.pid}:${one.started}`).join(',')];
}
