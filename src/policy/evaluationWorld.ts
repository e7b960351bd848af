import type { PathWorld } from './paths.ts';
import type { ReadingWorld } from './readRequest.ts';
import type { ShellReader } from './shellReader.ts';

/** What a decision may know of the machine. */
export interface EvaluationWorld {
  readonly reader: ShellReader;
  /** Home directory of the user, absolute; null when unknown. */
  readonly home: string | null;
  /** Absolute root of the workspace that the command belongs to; null when there is none. */
  readonly workspace: string | null;
  /** Temporary directories, absolute: `/tmp`, `$TMPDIR`. */
  readonly temporary: readonly string[];
  /** A path with the symbolic links of its longest existing ancestor resolved; never throws. */
  realpath(path: string): string;
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment, whatever the clock is set to. */
  elapsed(): number;
  /** The process of the policy endpoint; absent where none decides. */
  readonly endpoint?: number;
  /** How often a tool was called within the last milliseconds, this call included; absent where nobody counts. */
  countCalls?(tool: string, windowMs: number): number;
}

/** What a call is judged with. */
export interface CallWorld extends PathWorld, ReadingWorld {
  /** Milliseconds since 1970. */
  now(): number;
  /** The process of the policy endpoint; null where none decides. */
  readonly endpoint: number | null;
  /** How often a tool was called within the last milliseconds; 0 where nobody counts. */
  countCalls(tool: string, windowMs: number): number;
}
