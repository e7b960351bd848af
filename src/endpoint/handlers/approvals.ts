import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { approvalScopes } from '../../protocol/approval.ts';
import type { ApprovalView } from '../../protocol/approval.ts';
import { viewOf } from '../approvals.ts';
import type { Resolution } from '../approvals.ts';
import type { ResolveFailure } from '../asking.ts';
import { approvedLifeMs } from '../grants.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';

/** The longest name of a person or client that is kept, in characters. */
const maxNameLength = 128;

/** The session of what the peer's hooks ask for; the peer's own word. */
const hookSession = 'hook';

/** In whose name an approval was asked for; the peer's word for one that no agent's token stands behind. */
const credentialOwner = 'server/admin';

/** `GET /v1/approvals`: those that wait, and which of them belong to one run of an agent. */
export const handleApprovals: Handler = (_request, parts) => {
  const approvals = parts.approvals.pending.map((approval) => ({
    ...viewOf(approval),
    credential_owner: credentialOwner,
  }));
  return respond(200, { approvals, run_groups: groupByRun(approvals), run_grant_ttl_ms: approvedLifeMs });
};

/** The groups of the peer: two or more of one agent, session and run. */
function groupByRun(approvals: readonly ApprovalView[]): readonly object[] {
  const groups = new Map<string, [ApprovalView, ...ApprovalView[]]>();
  for (const approval of approvals) {
    if (approval.run_id === undefined) continue;
    const key = JSON.stringify([approval.agent, approval.session, approval.run_id]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [approval]);
    else group.push(approval);
  }
  return [...groups.values()]
    .filter(({ length }) => length > 1)
    .map((items) => {
      const [{ agent, session, run_id, created_at }] = items;
      const shared = { agent, session, run_id, credential_owner: credentialOwner };
      return { ...shared, count: items.length, earliest_created_at: created_at, items };
    });
}

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
  const requested = parts.deciders.asking.request({
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
  });
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
  return success({ approved, scope: known, by: personIn(value) });
}

/** Who says it, as the request has it. */
export function personIn(value: UnknownRecord): string {
  const by = textIn(value, 'resolved_by').slice(0, maxNameLength);
  return by === '' ? 'a person' : by;
}

function statusOf({ kind }: ResolveFailure): number {
  switch (kind) {
    case 'unknown':
      return 404;
    case 'settled':
      return 410;
    case 'ruleless':
      return 400;
    case 'unwritten':
      return 503;
  }
}

function textIn(value: UnknownRecord, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}
