/** Whether a person wants everything in a terminal enforced, or only agents in it. */
export type Protection = 'protected' | 'released';

/** What the endpoint knows of one session leader; docs/protocol.md, section 8. */
export interface SessionView {
  readonly pid: number;
  /** Start time of pid, clock ticks since boot; 0 when unknown. */
  readonly started: number;
  readonly kind: 'terminal' | 'task' | 'unknown';
  readonly name: string;
  readonly hidden: boolean;
  readonly protection: Protection;
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
}
