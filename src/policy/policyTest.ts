import type { Action, Decision } from '../protocol/decision.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { TextPattern } from './patterns.ts';

/** A case that stands in a policy file or in a suite of its own. */
export interface PolicyTest {
  readonly name: string;
  readonly tool: string;
  readonly agent: string;
  /** What the tool is called with. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly expected: Action;
  /** What the message must match; null for any. */
  readonly expectedMessage: TextPattern | null;
  readonly line: number;
}

/** The cases of one file. */
export interface PolicyTestSuite {
  /** The policy file that a suite names, as written; null when the cases stand in the policy file itself. */
  readonly policy: string | null;
  readonly tests: readonly PolicyTest[];
  readonly problems: readonly PolicyProblem[];
}

/** What came of one case. */
export interface PolicyTestOutcome {
  readonly test: PolicyTest;
  readonly decision: Decision;
  readonly isPassed: boolean;
}
