import type { SessionView } from '../protocol/session.ts';
import type { ProcessStat, ProcessTable } from '../system/processTable.ts';

/** How many processes above a session are looked at. */
const maxAncestors = 64;

/** What is known of a session of which no window told. */
export type PlacedSession = Pick<SessionView, 'pid' | 'parent'>;

/**
 * In which terminals sessions are that were begun from inside those: a pane of a terminal multiplexer, `script`, `setsid`.
 * By the pid of a session the pid of the terminal's own program; where that cannot be told, there is none.
 */
export function placeSessions(
  processes: ProcessTable,
  sessions: readonly PlacedSession[],
  terminals: ReadonlySet<number>,
): ReadonlyMap<number, number> {
  const parents = new Map(sessions.map(({ pid, parent }) => [pid, parent]));
  const shownIn = findHolders(processes, terminals);
  const places = new Map<number, number>();
  for (const { pid, parent } of sessions) {
    const above = ancestorsOf(processes, pid);
    const within = above.find(({ session }) => terminals.has(session))?.session;
    const origins = [parent, ...above.map(({ session }) => parents.get(session) ?? null)];
    const origin = origins.find((one) => one !== null && terminals.has(one)) ?? null;
    const shown = above.filter(({ terminal }) => terminal === 0).flatMap((server) => shownIn(server.pid));
    // What is shown in several is in the one in which it was begun.
    const place = within ?? (origin !== null && shown.includes(origin) ? origin : (shown[0] ?? origin));
    if (place !== null) places.set(pid, place);
  }
  return places;
}

/** Finds the terminals in which a server's panes are shown: it holds the terminal of whoever looks at them open. */
function findHolders(
  processes: ProcessTable,
  terminals: ReadonlySet<number>,
): (server: number) => readonly number[] {
  const byDevice = new Map([...terminals].map((pid) => [processes.stat(pid)?.terminal ?? 0, pid]));
  byDevice.delete(0);
  const known = new Map<number, readonly number[]>();
  return (server) => {
    const found =
      known.get(server) ??
      (processes.openTerminals(server) ?? []).flatMap((device) => byDevice.get(device) ?? []);
    known.set(server, found);
    return found;
  };
}

/** The processes above one, the nearest first. */
function ancestorsOf(processes: ProcessTable, pid: number): readonly ProcessStat[] {
  const ancestors: ProcessStat[] = [];
  let next = processes.stat(pid)?.ppid ?? 0;
  while (next > 1 && ancestors.length < maxAncestors) {
    const stat = processes.stat(next);
    if (stat === null) break;
    ancestors.push(stat);
    next = stat.ppid;
  }
  return ancestors;
}
