import { isRecord } from '../../base/record.ts';
import { failure } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import { parseExecRequest } from '../../protocol/parseExecRequest.ts';
import { explainJudgement, judge } from '../decide.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** `POST /v1/test`: what would be decided. Nothing is recorded and nothing counted. */
export const handleTest: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const subject = parseSubject(body.value);
  if (!subject.ok) return refuse(400, subject.error);
  const { action, message, matchedPolicies, rule } = judge(subject.value, parts.deciders);
  const { tool, command, path } = subject.value;
  return respond(200, {
    command: path ?? command,
    tool,
    action,
    message,
    matched_policies: matchedPolicies,
    policy_scope: 'global',
    rule,
    ...(isExplained(body.value) ? { explanation: explainJudgement(subject.value, parts.deciders) } : {}),
  });
};

function isExplained(body: unknown): boolean {
  return isRecord(body) && body['explain'] === true;
}

function parseSubject(body: unknown): Result<ExecRequest, string> {
  if (!isRecord(body)) return failure('the body is not a JSON object');
  const { command, tool = 'exec', agent, session, cwd } = body;
  if (typeof command !== 'string' || command === '') return failure('command is missing');
  if (typeof tool !== 'string') return failure('tool is not a text');
  // The peer has one field for both.
  const params = tool === 'read' || tool === 'write' ? { path: command } : { command };
  return parseExecRequest(tool, { agent, session, cwd, params });
}
