import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { approvalScopes } from '../../protocol/approval.ts';
import { viewOf } from '../approvals.ts';
import type { Resolution } from '../approvals.ts';
import type { ResolveFailure } from '../asking.ts';
import { approvedLifeMs } from '../asking.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** The longest name of a person or client that is kept, in characters. */
const maxNameLength = 128;

/** The session of what the peer's hooks ask for; the peer's own word. */
const hookSession = 'hook';

/** `GET /v1/approvals`: those that wait. Nothing groups them here, the peer's key for that stays empty. */
export const handleApprovals: Handler = (_request, parts) =>
  respond(200, {
    approvals: parts.approvals.pending.map((approval) => ({
      ...viewOf(approval),
      credential_owner: 'server/admin',
    })),
    run_groups: [],
    run_grant_ttl_ms: approvedLifeMs,
  });

/** `GET /v1/approvals/{id}`: one that waits or was settled a while ago. */
export const handleApproval: Handler = (_request, parts, id) => {
  const approval = parts.approvals.find(id);
  return approval === null ? refuse(404, 'there is no such approval') : respond(200, viewOf(approval));
};

/** `POST /v1/approvals`: a client asks a person itself and reads the outcome. */
export const handleApprovalRequest: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  if (!isRecord(body.value)) return refuse(400, 'the body is not a JSON object');
  const requested = parts.approvals.request(
    {
      tool: textIn(body.value, 'tool'),
      command: textIn(body.value, 'command') || textIn(body.value, 'path'),
      agent: textIn(body.value, 'agent'),
      session: hookSession,
      message: textIn(body.value, 'message'),
      rule: null,
      cwd: null,
      pid: null,
      sid: null,
      runId: textIn(body.value, 'run_id') || null,
      keys: null,
      tree: hookSession,
      upstreamApproval: null,
    },
    false,
  );
  if (!requested.ok) return refuse(503, requested.error);
  const { id, status, expires_at } = viewOf(requested.value);
  return respond(201, { id, status, expires_at });
};

/** `POST /v1/approvals/{id}/resolve`: a person's word. */
export const handleApprovalResolution: Handler = (request, parts, id) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const resolution = parseResolution(body.value);
  if (!resolution.ok) return refuse(400, resolution.error);
  const resolved = parts.deciders.asking.resolve(id, resolution.value);
  if (!resolved.ok) return refuse(statusOf(resolved.error), resolved.error.message);
  const { status, persisted } = resolved.value;
  return respond(200, { id, status, approved: status === 'approved', persisted });
};

function parseResolution(value: unknown): Result<Resolution, string> {
  if (!isRecord(value)) return failure('the body is not a JSON object');
  const { approved, persist = false, scope = persist === true ? 'always' : 'once' } = value;
  if (typeof approved !== 'boolean') return failure('approved is true or false');
  if (typeof persist !== 'boolean') return failure('persist is true or false');
  const known = approvalScopes.find((each) => each === scope);
  if (known === undefined) return failure(`scope is one of ${approvalScopes.join(', ')}`);
  const by = textIn(value, 'resolved_by').slice(0, maxNameLength);
  return success({ approved, scope: known, by: by === '' ? 'a person' : by });
}

function statusOf({ kind }: ResolveFailure): number {
  switch (kind) {
    case 'unknown':
      return 404;
    case 'settled':
      return 410;
    case 'rule':
      return 503;
  }
}

function textIn(value: UnknownRecord, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}
