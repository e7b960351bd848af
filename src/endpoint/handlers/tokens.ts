import { isRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { isAgentName, isTokenScope, tokenScopes } from '../../protocol/agentToken.ts';
import type { TokenScope } from '../../protocol/agentToken.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';
import { credentialOf } from '../tokenStore.ts';
import type { TokenOrder } from '../tokenStore.ts';

/** The longest note that is kept, in characters. */
const maxNoteLength = 256;

/** The longest that a token may hold, in seconds: ten years. */
const maxLifeSeconds = 3_650 * 86_400;

/** `GET /v1/tokens`: the agents' tokens, those that have ended lately too; no secret. */
export const handleTokens: Handler = (_request, parts) => respond(200, { tokens: parts.tokens.list() });

/** `POST /v1/tokens`: makes one and tells its secret, once. */
export const handleTokenOrder: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const order = parseOrder(body.value, parts.deciders.clock.now());
  if (!order.ok) return refuse(400, order.error);
  const created = parts.tokens.create(order.value);
  if (!created.ok) return refuse(503, created.error);
  const { secret, view } = created.value;
  const until = view.expires_at === null ? 'without an end' : `until ${view.expires_at}`;
  const message = `made for ${view.agent} with scopes ${view.scopes.join(', ')}, ${until}`;
  parts.noteChange(`token ${credentialOf(view)}`, message, request.caller);
  return respond(201, { ...view, token: secret });
};

/** `DELETE /v1/tokens/{id}`: takes one back; it holds no longer when this is answered. */
export const handleTokenRevocation: Handler = (request, parts, id) => {
  const revoked = parts.tokens.revoke(id);
  if (!revoked.ok) return refuse(503, `revoked until the endpoint ends only: ${revoked.error}`);
  if (revoked.value === null) return refuse(404, 'there is no such token');
  parts.noteChange(
    `token ${credentialOf(revoked.value)}`,
    `of ${revoked.value.agent} revoked`,
    request.caller,
  );
  return respond(200, revoked.value);
};

function parseOrder(value: unknown, now: number): Result<TokenOrder, string> {
  if (!isRecord(value)) return failure('the body is not a JSON object');
  const { agent, scopes = ['eval'], note = '', expires_in_seconds: seconds = null } = value;
  if (!isAgentName(agent)) return failure('agent is 1 to 64 letters, digits, _ or -');
  if (!isScopeList(scopes)) return failure(`scopes is a list of ${tokenScopes.join(', ')}`);
  if (typeof note !== 'string' || note.length > maxNoteLength) {
    return failure(`note is a text of at most ${maxNoteLength} characters`);
  }
  if (seconds !== null && !isLife(seconds)) {
    return failure(`expires_in_seconds is a number from 1 to ${maxLifeSeconds}`);
  }
  const unique = tokenScopes.filter((scope) => scopes.includes(scope));
  return success({ agent, scopes: unique, note, expiresAt: seconds === null ? null : now + seconds * 1_000 });
}

function isScopeList(value: unknown): value is readonly TokenScope[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTokenScope);
}

function isLife(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= maxLifeSeconds;
}
