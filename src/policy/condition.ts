import type { CommandShapes } from './commandShapes.ts';
import type { PathPatterns } from './pathPatterns.ts';
import type { DomainPattern, PathPattern, TextPattern } from './patterns.ts';
import type { Operation } from './operation.ts';
import type { ProcessClass } from './signals.ts';
import type { TargetClass } from './targetClass.ts';

/** Where code that a command runs can come from, other than a file on this machine. */
export type CodeSource = 'network' | 'decoder' | 'download';

/** Every name that `runs_code_from` takes. */
export const codeSources: readonly CodeSource[] = ['network', 'decoder', 'download'];

/** Bounds on a number; an absent bound is null. */
export interface NumberRange {
  readonly gte: number | null;
  readonly lte: number | null;
  readonly eq: number | null;
}

/** A sliding count of calls of one tool; `tool` null means the tool of the request. */
export interface CallCount {
  readonly tool: string | null;
  readonly gte: number;
  readonly windowMs: number;
}

/** A regular expression over a tool's output, run in linear time. */
export interface ResponsePattern {
  readonly source: string;
  test(output: string): boolean;
}

/** What must hold for one command of a call. A field that is null was not given. */
export interface CommandCondition {
  readonly matches: readonly TextPattern[] | null;
  readonly contains: readonly string[] | null;
  readonly notMatches: readonly TextPattern[] | null;
  readonly runs: CommandShapes | null;
  /** Whether it runs on this machine, and not through ssh or in a container. */
  readonly runsHere: boolean | null;
  /** Whether what it acts on is a developer's own, and nobody else's. */
  readonly onOwn: boolean | null;
  /** Texts any of which stands in the command, whatever its case. */
  readonly mentions: readonly string[] | null;
  readonly deletes: readonly TargetClass[] | null;
  readonly changesRights: readonly TargetClass[] | null;
  readonly operation: readonly Operation[] | null;
  readonly signals: readonly ProcessClass[] | null;
  readonly mounts: PathPatterns | null;
  readonly reads: PathPatterns | null;
  readonly writes: PathPatterns | null;
  /** Something other than the text is asked for. */
  readonly hasEffects: boolean;
}

/** The `when` of a rule, ready to be tested. A field that is null was not given. */
export interface Condition {
  /** Matches everything, whatever else stands here. */
  readonly always: boolean;
  readonly command: CommandCondition | null;
  readonly environmentAssignments: readonly TextPattern[] | null;
  readonly environmentRemovals: readonly TextPattern[] | null;
  readonly sends: PathPatterns | null;
  readonly runsCodeFrom: readonly CodeSource[] | null;
  readonly path: readonly PathPattern[] | null;
  readonly notPath: readonly PathPattern[] | null;
  readonly url: readonly TextPattern[] | null;
  readonly domain: readonly DomainPattern[] | null;
  readonly parameters: ReadonlyMap<string, TextPattern> | null;
  readonly session: readonly TextPattern[] | null;
  readonly notSession: readonly TextPattern[] | null;
  readonly depth: NumberRange | null;
  readonly callCount: CallCount | null;
  readonly response: readonly ResponsePattern[] | null;
  readonly notResponse: readonly ResponsePattern[] | null;
}
