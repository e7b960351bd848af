import type { Protection, SessionRegistration, SessionView } from '../../protocol/session.ts';

/** What a window sees of a terminal by itself. */
export interface SeenTerminal {
  /** The name of its task; null when it is not known to be a task's. */
  readonly task: string | null;
  /** Its title; empty for one that was just restored. */
  readonly title: string;
  readonly hidden: boolean;
  /** What the person said of it in this window; null when nothing. */
  readonly said: Protection | null;
}

/**
 * What the endpoint is told of a terminal. After a reload a terminal comes back poorer than it was, without its
 * title, its task and its creation options: what the endpoint remembers of the same process is told again.
 */
export function composeRegistration(seen: SeenTerminal, known: SessionView | null): SessionRegistration {
  const remembered = known ?? nothing;
  const isTask = seen.task !== null || remembered.kind === 'task';
  const ownName = seen.task ?? (isTask ? '' : seen.title);
  return {
    kind: isTask ? 'task' : 'terminal',
    name: ownName === '' ? remembered.name : ownName,
    hidden: seen.hidden || remembered.hidden,
    protection: seen.said ?? remembered.protection,
  };
}

const nothing = { kind: 'unknown', name: '', hidden: false, protection: 'protected' } as const;
