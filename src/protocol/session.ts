/** What a person said of a terminal: enforce everything, or only agents in it; `scoped` when nothing was said. */
export type Protection = 'protected' | 'released' | 'scoped';

/** Whose commands are asked about where a person said nothing: only those of agents and tasks, or everybody's. */
export type Scope = 'agents' | 'all';

/** Who starts programs. */
export type Actor = 'person' | 'agent' | 'automation';

/** Whether a value names one of them. */
export function isActor(value: unknown): value is Actor {
  return value === 'person' || value === 'agent' || value === 'automation';
}

/** What the endpoint knows of one session leader; docs/protocol.md, section 8. */
export interface SessionView {
  readonly pid: number;
  /** Start time of pid, clock ticks since boot; 0 when unknown. */
  readonly started: number;
  readonly kind: 'terminal' | 'task' | 'unknown';
  readonly name: string;
  readonly hidden: boolean;
  readonly protection: Protection;
  /** Who opened it; null while that is not known. */
  readonly actor: Actor | null;
  /** Nobody is asked about what a person starts in it, and nothing of that is recorded. */
  readonly dormant: boolean;
  /** Pid of the leader of the session by which it goes, because it was started from there; null when it goes by itself. */
  readonly parent: number | null;
  /** The library said hello from this very process. */
  readonly guarded: boolean;
  /** Build id of the library in hex; null when unknown. */
  readonly library: string | null;
  readonly agent: string | null;
  /** Decisions against the command that were enforced. */
  readonly denied: number;
  /** Decisions against the command that were not. */
  readonly unenforced: number;
  readonly decisions: number;
}

/** What a window says of a terminal or task it owns. */
export interface SessionRegistration {
  readonly kind: 'terminal' | 'task';
  readonly name: string;
  readonly hidden: boolean;
  readonly protection: Protection;
  /** What holds where nothing was said. */
  readonly scope: Scope;
  /** The agent that opened it, as far as the window sees; null when none did. */
  readonly agent: string | null;
}
