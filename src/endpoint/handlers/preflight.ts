import { parseExecRequest } from '../../protocol/parseExecRequest.ts';
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
  return respond(200, decide(question.value, parts.deciders));
};
