import { hasByteValues, parseExecRequest } from '../../protocol/parseExecRequest.ts';
import { decide } from '../decide.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `POST /v1/preflight/{tool}`: may this start? 200 whatever the decision is. */
export const handlePreflight: Handler = (request, parts, tool) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const question = parseExecRequest(tool, body.value);
  if (!question.ok) return refuse(400, question.error);
  parts.noteAsker(question.value);
  const asked = { wait: request.wait, isExact: !hasByteValues(body.value) };
  const answer = decide(question.value, parts.deciders, asked);
  return answer instanceof Promise ? answer.then((given) => respond(200, given)) : respond(200, answer);
};
