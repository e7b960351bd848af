import type { Decision } from '../protocol/decision.ts';

/** The answer to a question; docs/protocol.md, section 4. */
export interface PreflightAnswer {
  readonly allowed: boolean;
  readonly decision: Decision['action'];
  readonly message: string;
  readonly matched_policies: readonly string[] | null;
  readonly eval_duration_us: number;
  readonly enforced: boolean;
  readonly enforcement_requested: boolean;
  readonly policy_decision?: Decision['action'] | undefined;
  readonly policy_message?: string | undefined;
  readonly audit_id?: string | undefined;
  readonly rule: Decision['rule'];
  readonly notice?: string | undefined;
  /** The approval that waits for a person, that a person denied, or that this start uses up. */
  readonly approval_id?: string | undefined;
}
