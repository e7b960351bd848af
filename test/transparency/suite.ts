import type { Outcomes } from './outcomes.ts';
import type { Ended, RunOptions } from '../support/run.ts';

/** `quick` is what `npm test` has the time for. */
export type Part = 'quick' | 'whole';

/** Runs a command of a suite in the way that is being looked at. */
export type RunCommand = (command: readonly string[], options?: RunOptions) => Promise<Ended>;

/** Somebody else's tests of starting programs. */
export interface Suite {
  readonly name: string;
  /** The fewest cases that each part has: fewer say that it did not run. */
  readonly fewestCases: Readonly<Record<Part, number>>;
  /** The cases that must end differently under guard, each with the reason: what we do on purpose. */
  readonly byDesign: Readonly<Record<string, string>>;
  /** Fetches and builds the suite, once for all runs; gives its folder, which nothing may write to. */
  readonly prepare: () => Promise<string>;
  /** Runs it; `scratch` is an empty folder for what it writes. */
  readonly run: (folder: string, scratch: string, part: Part, command: RunCommand) => Promise<Outcomes>;
}
