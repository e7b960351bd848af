import { isRecord } from '../../base/record.ts';
import { evaluateResponse } from '../../policy/evaluateResponse.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import { parseExecRequest } from '../../protocol/parseExecRequest.ts';
import { bindAgent } from '../access.ts';
import { recordOfDecision } from '../auditEntry.ts';
import { decide, explainJudgement } from '../decide.ts';
import type { EndpointResponse } from '../exchange.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { EndpointParts, Handler } from '../parts.ts';
import type { PreflightAnswer } from '../preflightAnswer.ts';
import { askedIn } from './preflight.ts';

/** What stands in the place of a tool's answer that must not be read. */
const withheldMark = '[withheld by rampart]';

/**
 * `POST /v1/tool/{tool}`: the peer's route for clients that run a tool themselves: the question is always meant, `ask`
 * waits for a person (202), a denial is 403, and what the tool answered can be judged along with it.
 */
export const handleTool: Handler = async (request, parts, tool, { token }) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const question = parseExecRequest(tool, body.value);
  if (!question.ok) return refuse(400, question.error);
  const fields = isRecord(body.value) ? body.value : {};
  if (fields['verification'] === true) return refuse(400, 'verification is for /v1/preflight alone');
  const response = fields['response'] ?? '';
  if (typeof response !== 'string') return refuse(400, 'response has the wrong type');
  const asked = { ...bindAgent(question.value, token), enforce: true };
  parts.noteAsker(asked);
  // Nobody is held here: the client asks again.
  const answer = await decide(asked, parts.deciders, askedIn(body.value, request, null));
  const shown = { ...formatToolAnswer(answer), ...approvalOf(answer, parts) };
  if (!answer.allowed) {
    const suggestions = explainJudgement(asked, parts.deciders)?.remedies ?? [];
    return formatRefusal(answer, { ...shown, suggestions }, parts);
  }
  return response === ''
    ? respond(200, shown)
    : respond(200, { ...shown, ...judgeResponse(asked, response, parts) });
};

/** The peer names one policy here, and always has suggestions. */
function formatToolAnswer(answer: PreflightAnswer): object {
  const { matched_policies: names, enforced, ...rest } = answer;
  return { ...rest, policy: names?.[0] ?? '', suggestions: [], ...(enforced ? {} : { enforced: false }) };
}

/** Who approved what runs now, in the words of the peer. */
function approvalOf({ allowed, approval_id: id }: PreflightAnswer, { approvals }: EndpointParts): object {
  if (!allowed || id === undefined) return {};
  const by = approvals.find(id)?.resolvedBy ?? null;
  return {
    approval_status: 'approved',
    approval_scope: 'once',
    ...(by === null ? {} : { approval_resolved_by: by }),
  };
}

function formatRefusal(
  answer: PreflightAnswer,
  shown: object,
  { approvals }: EndpointParts,
): EndpointResponse {
  const approval = answer.approval_id === undefined ? null : approvals.find(answer.approval_id);
  if (approval?.status !== 'pending') return respond(403, shown);
  const expires = new Date(approval.expiresAt).toISOString();
  return respond(202, { ...shown, approval_status: 'pending', expires_at: expires });
}

/** What the policy says of the tool's answer, as a record of its own; in enforce a denied answer is withheld. */
function judgeResponse(question: ExecRequest, response: string, { deciders }: EndpointParts): object {
  const mode = deciders.mode();
  if (mode === 'disabled') return {};
  const started = performance.now();
  const workspace = deciders.workspaceOf(question.cwd);
  const set = deciders.policy.setFor(workspace);
  const decision = evaluateResponse(set, question, response, { ...deciders.world, workspace });
  const evaluationTimeUs = Math.round((performance.now() - started) * 1_000);
  if (decision.rule === null && decision.action === 'allow') return {};
  const { actor } = deciders.attribution.identify(question, () => question.pid);
  const surroundings = { id: deciders.createId(), now: deciders.clock.now(), mode, actor, evaluationTimeUs };
  deciders.recorder.record(recordOfDecision(question, decision, surroundings));
  if (decision.action !== 'deny') return {};
  const { message, matchedPolicies } = decision;
  return mode === 'enforce'
    ? {
        allowed: false,
        decision: 'deny',
        message,
        policy: matchedPolicies?.[0] ?? '',
        response: withheldMark,
      }
    : {
        response_policy_decision: 'deny',
        response_policy_message: message,
        response_policy: matchedPolicies?.[0] ?? '',
        response_eval_duration_us: evaluationTimeUs,
      };
}
