import { isRecord } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Approval } from '../approvals.ts';
import { maxPending } from '../approvals.ts';
import { parseBody, refuse, respond } from '../exchange.ts';
import type { Handler } from '../parts.ts';
import { personIn } from './approvals.ts';

interface BulkResolution {
  readonly agent: string;
  readonly session: string;
  readonly runId: string;
  readonly approved: boolean;
  readonly ids: readonly string[];
  readonly by: string;
}

/** `POST /v1/approvals/bulk-resolve`: a person's word on several of one agent, session and run at once. */
export const handleBulkResolution: Handler = (request, parts) => {
  const body = parseBody(request);
  if (!body.ok) return refuse(400, body.error);
  const bulk = parseBulk(body.value);
  if (!bulk.ok) return refuse(400, bulk.error);
  const { approved, by, ids, agent, session, runId } = bulk.value;
  const waiting = new Set(parts.approvals.pending.filter(isOf(bulk.value)).map(({ id }) => id));
  const stale = ids.filter((id) => !waiting.has(id));
  if (stale.length > 0) {
    return refuse(409, `the list is another by now, read it again: ${stale.join(', ')} does not wait in it`);
  }
  const { asking } = parts.deciders;
  const left = ids.filter((id) => !asking.resolve(id, { approved, scope: 'once', by }).ok);
  parts.stream.publish({ type: 'audit_batch', agent, session, run_id: runId });
  const reviewed = { ids: ids.filter((id) => !left.includes(id)), reviewed_ids: ids };
  if (left.length > 0) {
    const error = 'not all could be settled';
    return respond(503, { error, ...reviewed, unresolved_reviewed_ids: left, refresh_required: true });
  }
  return respond(200, {
    resolved: ids.length,
    ...reviewed,
    race_covered_ids: [],
    scope: 'pending',
    future_calls_authorized: false,
  });
};

function isOf({ agent, session, runId }: BulkResolution): (approval: Approval) => boolean {
  return (each) => each.agent === agent && each.session === session && (each.runId ?? '') === runId;
}

function parseBulk(value: unknown): Result<BulkResolution, string> {
  if (!isRecord(value)) return failure('the body is not a JSON object');
  const run = parseRun(value);
  if (!run.ok) return run;
  const { action, scope = 'pending', ids } = value;
  if (action !== 'approve' && action !== 'deny') return failure('action is approve or deny');
  if (scope !== 'pending') return failure('scope is pending: nobody approves here what was not asked yet');
  if (!isIdList(ids)) return failure(`ids is a list of 1 to ${maxPending} texts`);
  return success({
    ...run.value,
    approved: action === 'approve',
    ids: [...new Set(ids)],
    by: personIn(value),
  });
}

type Run = Pick<BulkResolution, 'agent' | 'session' | 'runId'>;

function parseRun({ agent = '', session = '', run_id: runId = '' }: UnknownRecord): Result<Run, string> {
  return typeof agent === 'string' && typeof session === 'string' && typeof runId === 'string'
    ? success({ agent, session, runId })
    : failure('agent, session and run_id are texts');
}

function isIdList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxPending) return false;
  return value.every((id) => typeof id === 'string');
}
