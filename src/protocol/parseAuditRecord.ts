import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { AuditRecord } from './auditRecord.ts';
import { isAction } from './decision.ts';
import type { RuleReference } from './decision.ts';
import { isMode } from './mode.ts';
import { isActor } from './session.ts';

/**
 * Reads a record from a log line or a stream message. What decides about showing it must be there; what else
 * is missing or of another kind becomes null, so that a record of another version stays readable.
 */
export function parseAuditRecord(value: unknown): Result<AuditRecord, string> {
  if (!isRecord(value)) return failure('the record is not an object');
  const { id, timestamp, request, decision } = value;
  if (typeof id !== 'string' || typeof timestamp !== 'string') return failure('the record has no id or time');
  if (!isRecord(request) || typeof request['command'] !== 'string')
    return failure('the record has no command');
  if (!isRecord(decision) || !isAction(decision['action'])) return failure('the record has no decision');
  return success({
    schema_version: 'rampart.audit.v1',
    id,
    timestamp,
    agent: textOf(value['agent']),
    actor: isActor(value['actor']) ? value['actor'] : null,
    session: textOf(value['session']),
    tool: textOf(value['tool']),
    request: {
      command: request['command'],
      ...(typeof request['path'] === 'string' ? { path: request['path'] } : {}),
    },
    decision: {
      action: decision['action'],
      message: textOf(decision['message']),
      matched_policies: textsOf(decision['matched_policies']),
      evaluation_time_us: numberOf(decision['evaluation_time_us']) ?? 0,
    },
    ...ownFields(value),
    ...givenStart(value['sid_started']),
    ...givenTexts(value),
    ...failedStart(value['exec_failed']),
    ...unguardedStart(value['exec_unguarded']),
  });
}

type OwnField =
  | 'rule'
  | 'argv'
  | 'exe'
  | 'cwd'
  | 'pid'
  | 'ppid'
  | 'sid'
  | 'door'
  | 'markers'
  | 'guardable'
  | 'truncated'
  | 'enforced'
  | 'mode';

function ownFields(value: UnknownRecord): Pick<AuditRecord, OwnField> {
  return {
    rule: parseRuleReference(value['rule']),
    argv: textsOf(value['argv']),
    exe: textOrNull(value['exe']),
    cwd: textOrNull(value['cwd']),
    pid: numberOf(value['pid']),
    ppid: numberOf(value['ppid']),
    sid: numberOf(value['sid']),
    door: textOrNull(value['door']),
    markers: textsOf(value['markers']) ?? [],
    guardable: value['guardable'] !== false,
    truncated: value['truncated'] === true,
    enforced: value['enforced'] === true,
    mode: isMode(value['mode']) ? value['mode'] : 'enforce',
  };
}

const givenTextNames = ['terminal', 'credential', 'upstream', 'origin'] as const;

type GivenText = (typeof givenTextNames)[number];

function givenTexts(value: UnknownRecord): Pick<AuditRecord, GivenText> {
  return Object.fromEntries(
    givenTextNames.flatMap((name) => (typeof value[name] === 'string' ? [[name, value[name]]] : [])),
  );
}

function givenStart(value: unknown): Pick<AuditRecord, 'sid_started'> {
  return typeof value === 'number' ? { sid_started: value } : {};
}

function failedStart(value: unknown): Pick<AuditRecord, 'exec_failed'> {
  if (!isRecord(value) || typeof value['id'] !== 'string') return {};
  return { exec_failed: { id: value['id'], errno: textOf(value['errno']) } };
}

function unguardedStart(value: unknown): Pick<AuditRecord, 'exec_unguarded'> {
  return isRecord(value) && typeof value['id'] === 'string' ? { exec_unguarded: { id: value['id'] } } : {};
}

/** Reads where a rule stands; null when that is not said. */
export function parseRuleReference(value: unknown): RuleReference | null {
  if (!isRecord(value)) return null;
  const { policy, index, file, line } = value;
  if (typeof policy !== 'string' || typeof file !== 'string') return null;
  return { policy, file, index: numberOf(index) ?? 0, line: numberOf(line) ?? 1 };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textsOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.filter((element) => typeof element === 'string') : null;
}
