import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { isProtection } from '../../protocol/parseSessionView.ts';
import type { SessionRegistration } from '../../protocol/session.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** The longest name of a terminal or task that is kept, in characters. */
const maxNameLength = 256;

/** `GET /v1/sessions`: the sessions that are known. */
export const handleSessions: Handler = (_request, parts) =>
  respond(200, { sessions: parts.deciders.sessions.list() });

/** `PUT /v1/sessions/{pid}`: a window tells of a terminal or task, and whether it is protected. */
export const handleSessionRegistration: Handler = (request, parts, pidText) => {
  const pid = Number(pidText);
  if (!/^\d+$/.test(pidText) || !Number.isSafeInteger(pid) || pid <= 0) return refuse(404, 'not found');
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const registration = parseRegistration(body.value);
  if (!registration.ok) return refuse(400, registration.error);
  const { sessions } = parts.deciders;
  const before = sessions.protectionOf(pid);
  const session = sessions.register(pid, registration.value);
  if (!session.ok) return refuse(404, session.error);
  parts.noteSession(pid);
  const { kind, name, protection } = session.value;
  if (protection !== before && [protection, before].includes('released')) {
    parts.noteChange(`${kind} ${protection}`, `${name} (${pid}); it was ${before}`, request.caller);
  }
  return respond(200, session.value);
};

function parseRegistration(value: unknown): Result<SessionRegistration, string> {
  if (!isRecord(value)) return failure('the body is not a JSON object');
  const { kind, name, hidden, protection } = value;
  const opened = parseOpening(value);
  if (!opened.ok) return opened;
  if (kind !== 'terminal' && kind !== 'task') return failure('kind is terminal or task');
  if (!isProtection(protection)) return failure('protection is protected, released or scoped');
  if (typeof name !== 'string' || typeof hidden !== 'boolean') return failure('name or hidden is missing');
  return success({
    kind,
    name: name.slice(0, maxNameLength),
    hidden,
    protection,
    ...opened.value,
  });
}

/** An older window says neither: then everything is asked about. */
function parseOpening({
  scope = 'all',
  agent = null,
}: UnknownRecord): Result<Pick<SessionRegistration, 'scope' | 'agent'>, string> {
  if (scope !== 'agents' && scope !== 'all') return failure('scope is agents or all');
  if (agent !== null && typeof agent !== 'string') return failure('agent is a name or null');
  return success({ scope, agent: agent?.slice(0, maxNameLength) ?? null });
}
