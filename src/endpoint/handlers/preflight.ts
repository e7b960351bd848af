import { hasByteValues, parseExecRequest } from '../../protocol/parseExecRequest.ts';
import { isRecord } from '../../base/record.ts';
import { isPermitted } from '../../protocol/decision.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import { decide, judge } from '../decide.ts';
import { bindAgent } from '../access.ts';
import { parseBody, peerOf, refuse, respond } from '../exchange.ts';
import type { Asked, EndpointRequest, EndpointResponse } from '../exchange.ts';
import { isForwarded } from '../upstream/upstream.ts';
import type { EndpointParts, Handler } from '../parts.ts';

/** `POST /v1/preflight/{tool}`: may this start? 200 whatever the decision is. */
export const handlePreflight: Handler = (request, parts, tool, { token }) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const question = parseExecRequest(tool, body.value);
  if (!question.ok) return refuse(400, question.error);
  if (isRecord(body.value) && body.value['verification'] === true) {
    return verify(request, bindAgent(question.value, token), parts);
  }
  const bound = bindAgent(question.value, token);
  parts.noteAsker(bound);
  const asked = askedIn(body.value, request, request.wait);
  const answer = decide(bound, parts.deciders, asked);
  return answer instanceof Promise ? answer.then((given) => respond(200, given)) : respond(200, answer);
};

/** How a question was put, by its body. */
export function askedIn(body: unknown, { caller }: EndpointRequest, wait: Asked['wait']): Asked {
  const callId = isRecord(body) ? body['tool_call_id'] : null;
  return {
    wait,
    isExact: !hasByteValues(body),
    isForwarded: isForwarded(callId),
    peer: () => peerOf(caller),
  };
}

/** A question of a person's tool that wants to know whether all is well: no record, no count, and nothing comes of it. */
function verify(request: EndpointRequest, question: ExecRequest, parts: EndpointParts): EndpointResponse {
  if (question.enforce) return refuse(400, 'verification and enforce exclude each other');
  if (!parts.isOwner(request.caller)) return refuse(403, 'verification is for who owns the endpoint');
  const started = performance.now();
  const { action, message, matchedPolicies, rule } = judge(question, parts.deciders);
  return respond(200, {
    allowed: isPermitted(action),
    decision: action,
    message,
    matched_policies: matchedPolicies,
    eval_duration_us: Math.round((performance.now() - started) * 1_000),
    enforced: false,
    enforcement_requested: false,
    rule,
  });
}
