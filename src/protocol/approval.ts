import type { RuleReference } from './decision.ts';

/** How an approval stands: waiting for a person, or as the person or the time settled it. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'expired';

/** How far an approval reaches: the next start, every start in this tree of processes, or for good by a rule. */
export type ApprovalScope = 'once' | 'session' | 'always';

/** Every scope. */
export const approvalScopes: readonly ApprovalScope[] = ['once', 'session', 'always'];

/** A command that waits for a person, or waited; docs/protocol.md, section 8. Secrets are replaced. */
export interface ApprovalView {
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly tool: string;
  readonly command: string;
  readonly agent: string;
  readonly session: string;
  /** Why it is asked: the rule's message. */
  readonly message: string;
  readonly rule: RuleReference | null;
  readonly cwd: string | null;
  readonly pid: number | null;
  readonly sid: number | null;
  /** Whether a process is held until this is settled. */
  readonly held: boolean;
  /** Until when at most; while one is held, where the endpoint says it. */
  readonly held_until?: string;
  /** RFC 3339, as are the others. */
  readonly created_at: string;
  readonly expires_at: string;
  readonly run_id?: string;
  readonly resolved_at?: string;
  readonly resolved_by?: string;
  readonly persisted?: boolean;
}

/** What happened to an approval, for those who show it; `held` and `released` tell whether a process waits for it. */
export type ApprovalChange = (typeof approvalChanges)[number];

/** Every change. */
export const approvalChanges = ['requested', 'held', 'released', 'resolved', 'expired'] as const;
