import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { ApprovalStatus, ApprovalView } from './approval.ts';
import { parseRuleReference } from './parseAuditRecord.ts';

const statuses: readonly ApprovalStatus[] = ['pending', 'approved', 'denied', 'expired'];

/** Reads an approval; docs/protocol.md, section 8. What is missing besides its id and status is taken as not known. */
export function parseApproval(value: unknown): Result<ApprovalView, string> {
  if (!isRecord(value) || typeof value['id'] !== 'string') return failure('the approval has no id');
  const status = statuses.find((each) => each === value['status']);
  if (status === undefined) return failure('the approval has no status');
  return success({
    id: value['id'],
    status,
    tool: textIn(value, 'tool'),
    command: textIn(value, 'command'),
    agent: textIn(value, 'agent'),
    session: textIn(value, 'session'),
    message: textIn(value, 'message'),
    rule: parseRuleReference(value['rule']),
    cwd: typeof value['cwd'] === 'string' ? value['cwd'] : null,
    pid: typeof value['pid'] === 'number' ? value['pid'] : null,
    sid: typeof value['sid'] === 'number' ? value['sid'] : null,
    held: value['held'] === true,
    ...(typeof value['held_until'] === 'string' ? { held_until: value['held_until'] } : {}),
    created_at: textIn(value, 'created_at'),
    expires_at: textIn(value, 'expires_at'),
    ...(typeof value['run_id'] === 'string' ? { run_id: value['run_id'] } : {}),
    ...(typeof value['resolved_at'] === 'string' ? { resolved_at: value['resolved_at'] } : {}),
    ...(typeof value['resolved_by'] === 'string' ? { resolved_by: value['resolved_by'] } : {}),
    ...(typeof value['persisted'] === 'boolean' ? { persisted: value['persisted'] } : {}),
  });
}

function textIn(value: UnknownRecord, name: string): string {
  const text = value[name];
  return typeof text === 'string' ? text : '';
}
