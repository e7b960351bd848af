import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { approvalChanges } from './approval.ts';
import { isMode } from './mode.ts';
import { parseApproval } from './parseApproval.ts';
import { parseAuditRecord } from './parseAuditRecord.ts';
import { parseSessionView } from './parseSessionView.ts';
import type { PolicyProblem, StreamEvent } from './streamEvent.ts';

/**
 * Reads the payload of a stream message; docs/protocol.md, section 9.
 * A type that is not known is a failure, which a reader passes over: a newer endpoint may send more.
 */
export function parseStreamEvent(value: unknown): Result<StreamEvent, string> {
  if (!isRecord(value)) return failure('the event is not an object');
  const { type } = value;
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  return read === undefined ? failure(`the event has an unknown type: ${String(type)}`) : read(value);
}

/** Reads the problems of a policy and of the log; what is not one is left out. */
export function parsePolicyProblems(value: unknown): readonly PolicyProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((problem) => ({
    file: String(problem['file']),
    line: positionOf(problem['line']),
    column: positionOf(problem['column']),
    message: String(problem['message']),
    ...(problem['subject'] === 'log' ? { subject: 'log' } : {}),
  }));
}

const readers: Readonly<Record<string, (value: UnknownRecord) => Result<StreamEvent, string>>> = {
  connected: (value) => {
    const { mode, until, version, pid, policy_generation: generation } = value;
    if (!isMode(mode)) return failure('the event has no mode');
    return success({
      type: 'connected',
      mode,
      until: typeof until === 'string' ? until : null,
      version: typeof version === 'string' ? version : '',
      pid: typeof pid === 'number' ? pid : 0,
      policy_generation: typeof generation === 'number' ? generation : 0,
    });
  },
  audit: (value) => {
    const record = parseAuditRecord(value['event']);
    return record.ok ? success({ type: 'audit', event: record.value }) : record;
  },
  mode: ({ mode, until }) => {
    if (!isMode(mode)) return failure('the event has no mode');
    return success({ type: 'mode', mode, until: typeof until === 'string' ? until : null });
  },
  session: (value) => {
    const session = parseSessionView(value['session']);
    return session.ok ? success({ type: 'session', session: session.value }) : session;
  },
  policy: ({ generation, problems }) =>
    success({
      type: 'policy',
      generation: typeof generation === 'number' ? generation : 0,
      problems: parsePolicyProblems(problems),
    }),
  approvals: () => success({ type: 'approvals' }),
  approval: ({ change, approval }) => {
    const known = approvalChanges.find((each) => each === change);
    if (known === undefined) return failure('the event has no change');
    const read = parseApproval(approval);
    return read.ok ? success({ type: 'approval', change: known, approval: read.value }) : read;
  },
  audit_batch: ({ agent, session, run_id: runId }) =>
    success({ type: 'audit_batch', agent: textOf(agent), session: textOf(session), run_id: textOf(runId) }),
  'rule.learned': ({ rule_name: name, tool, pattern, decision }) => {
    const isRule = typeof name === 'string' && typeof tool === 'string' && typeof pattern === 'string';
    if (!isRule || decision !== 'allow') return failure('the event has no rule');
    return success({ type: 'rule.learned', rule_name: name, tool, pattern, decision });
  },
  upstream: ({ wished, url, state, reason }) => {
    const known = (['idle', 'connected', 'away', 'unusable'] as const).find((name) => name === state);
    if (known === undefined || typeof wished !== 'string') return failure('the event has no state');
    return success({
      type: 'upstream',
      wished,
      url: typeof url === 'string' ? url : null,
      state: known,
      reason: typeof reason === 'string' ? reason : null,
    });
  },
  gap: ({ missed }) => success({ type: 'gap', missed: typeof missed === 'number' ? missed : 0 }),
};

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function positionOf(value: unknown): number {
  return typeof value === 'number' ? value : 1;
}
