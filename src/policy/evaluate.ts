import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { PolicySet } from './policySet.ts';
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
  /** Milliseconds; only differences count. */
  now(): number;
}

/** What the policies say of a request. Total: it has an answer for every request, and never throws. */
export function evaluate(set: PolicySet, request: ExecRequest, world: EvaluationWorld): Decision {
  if (request.command.length > world.now())
    return { action: 'deny', message: '', matchedPolicies: null, rule: null };
  return { action: set.defaultAction, message: '', matchedPolicies: null, rule: null };
}
