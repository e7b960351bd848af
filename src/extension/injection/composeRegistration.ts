import type { Protection, Scope, SessionRegistration, SessionView } from '../../protocol/session.ts';

/** What a window sees of a terminal by itself. */
export interface SeenTerminal {
  /** The name of its task; null when it is not known to be a task's. */
  readonly task: string | null;
  /** Its title; empty for one that was just restored. */
  readonly title: string;
  readonly hidden: boolean;
  /** The agent that opened it, as far as it was opened with a mark. */
  readonly agent: string | null;
  /** What the person said of it in this window; null when nothing. */
  readonly said: Protection | null;
  /** What holds where the person said nothing. */
  readonly scope: Scope;
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
    scope: seen.scope,
    agent: seen.agent,
  };
}

const nothing = { kind: 'unknown', name: '', hidden: false, protection: 'scoped' } as const;
