import type { ApprovalChange, ApprovalView } from './approval.ts';
import type { AuditRecord } from './auditRecord.ts';
import type { Mode } from './mode.ts';
import type { SessionView } from './session.ts';

/** Something in a policy file that kept it from being used; lines and columns count from 1. */
export interface PolicyProblem {
  /** `log` where it is the audit log that cannot be written: `file` is its folder then. */
  readonly subject?: 'log';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** How an upstream stands: not asked yet, answering, not there, or answering with what cannot be used. */
export type UpstreamStateName = 'idle' | 'connected' | 'away' | 'unusable';

/** What the stream carries; docs/protocol.md, section 9. */
export type StreamEvent =
  | {
      readonly type: 'connected';
      readonly mode: Mode;
      /** When that mode ends by itself, RFC 3339; null when it does not. */
      readonly until: string | null;
      readonly version: string;
      readonly pid: number;
      readonly policy_generation: number;
    }
  | { readonly type: 'audit'; readonly event: AuditRecord }
  | { readonly type: 'mode'; readonly mode: Mode; readonly until: string | null }
  | { readonly type: 'session'; readonly session: SessionView }
  | { readonly type: 'policy'; readonly generation: number; readonly problems: readonly PolicyProblem[] }
  /** The peer's word that the list of approvals is another; the next event says which. */
  | { readonly type: 'approvals' }
  | { readonly type: 'approval'; readonly change: ApprovalChange; readonly approval: ApprovalView }
  /** The peer's word that several approvals of one agent, session and run were settled at once. */
  | {
      readonly type: 'audit_batch';
      readonly agent: string;
      readonly session: string;
      /** Empty where these approvals name no run. */
      readonly run_id: string;
    }
  /** The peer's word that a client had a rule made of what was asked. */
  | {
      readonly type: 'rule.learned';
      readonly rule_name: string;
      readonly tool: string;
      readonly pattern: string;
      readonly decision: 'allow';
    }
  | {
      readonly type: 'upstream';
      /** As it was wished. */
      readonly wished: string;
      /** Where it was found; null when it was not. */
      readonly url: string | null;
      readonly state: UpstreamStateName;
      /** Why it is not connected; null while it is. */
      readonly reason: string | null;
    }
  | { readonly type: 'gap'; readonly missed: number };
