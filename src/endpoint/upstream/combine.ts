import { isAction } from '../../protocol/decision.ts';
import type { Action, Decision } from '../../protocol/decision.ts';
import { isRecord } from '../../base/record.ts';

/** What the upstream says of a question. */
export type UpstreamWord =
  | {
      readonly kind: 'decided';
      readonly action: Action;
      readonly message: string;
      readonly policies: readonly string[] | null;
      /** The upstream's own id of its record. */
      readonly auditId: string | null;
      /** The upstream's approval that waits for a person. */
      readonly approval: string | null;
    }
  /** Nobody there, or in trouble: the fail mode says what that means. */
  | { readonly kind: 'away'; readonly reason: string; readonly isClosed: boolean }
  /** An answer, or an address, that cannot be used: nothing runs on its account. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** From the most lenient on; a hook of the upstream's is none that we could ask. */
const strictness: Readonly<Record<Action, number>> = { allow: 0, watch: 1, ask: 2, webhook: 3, deny: 4 };

/** The stricter of our decision and the upstream's; what the upstream said stands beside it either way. */
export function combineDecisions(own: Decision, word: UpstreamWord): Decision {
  switch (word.kind) {
    case 'away':
      return word.isClosed
        ? refusal(own, `the upstream does not answer (${word.reason}) and the fail mode is closed`)
        : { ...own, upstream: `away: ${word.reason}` };
    case 'unusable':
      return refusal(own, `the upstream cannot be used: ${word.reason}`);
    case 'decided': {
      const { action, message, policies, auditId, approval } = word;
      const said = auditId === null ? action : `${action} (${auditId})`;
      const asked = approval === null ? {} : { upstreamApproval: approval };
      if (strictness[action] <= strictness[own.action]) return { ...own, upstream: said, ...asked };
      const names = [...(own.matchedPolicies ?? []), ...(policies ?? [])];
      const matchedPolicies = names.length === 0 ? null : names;
      return { action, message, matchedPolicies, rule: null, upstream: said, ...asked };
    }
  }
}

function refusal(own: Decision, message: string): Decision {
  return { action: 'deny', message, matchedPolicies: own.matchedPolicies, rule: null, upstream: message };
}

/** Reads the upstream's answer to a question: a status and a body; undefined is a body that is no JSON value. */
export function readUpstreamAnswer(
  status: number,
  body: unknown,
): Exclude<UpstreamWord, { kind: 'away' }> | 'away' {
  if (status >= 500 && status <= 599) return 'away';
  if (status !== 200) return { kind: 'unusable', reason: reasonIn(status, body) };
  if (!isRecord(body) || typeof body['allowed'] !== 'boolean') {
    return { kind: 'unusable', reason: 'its answer is not as the protocol has it' };
  }
  const { allowed, decision, message, matched_policies: policies, audit_id: auditId } = body;
  return {
    kind: 'decided',
    action: actionOf(allowed, decision),
    message: typeof message === 'string' ? message : '',
    policies: Array.isArray(policies) ? policies.filter((name) => typeof name === 'string') : null,
    auditId: typeof auditId === 'string' ? auditId : null,
    approval: null,
  };
}

/** `allowed` is what counts; the word beside it only says how. */
function actionOf(allowed: boolean, decision: unknown): Action {
  const action = isAction(decision) ? decision : null;
  if (allowed) return action === 'watch' ? 'watch' : 'allow';
  return action === 'ask' || action === 'webhook' ? action : 'deny';
}

function reasonIn(status: number, body: unknown): string {
  const told = isRecord(body) && typeof body['error'] === 'string' ? `: ${body['error']}` : '';
  return `it answered with status ${status}${told}`;
}
