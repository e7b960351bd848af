import type { AuditRecord } from '../protocol/auditRecord.ts';
import { formatCommandText } from '../protocol/commandText.ts';
import type { Decision } from '../protocol/decision.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Mode } from '../protocol/mode.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import type { Caller } from './exchange.ts';
import { redactArguments, redactText } from './redact.ts';

/** What the endpoint adds to what it was asked. */
export interface RecordSurroundings {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly mode: Mode;
}

/** The record of a question and its decision; secrets are replaced. */
export function recordOfDecision(
  request: ExecRequest,
  decision: Decision & { readonly evaluationTimeUs: number },
  { id, now, mode }: RecordSurroundings,
): AuditRecord {
  return {
    schema_version: 'rampart.audit.v1',
    id,
    timestamp: new Date(now).toISOString(),
    agent: request.agent,
    session: request.session,
    tool: request.tool,
    request: {
      command: redactText(request.command),
      ...(request.path === null ? {} : { path: redactText(request.path) }),
    },
    decision: {
      action: decision.action,
      message: decision.message,
      matched_policies: decision.matchedPolicies,
      evaluation_time_us: decision.evaluationTimeUs,
    },
    rule: decision.rule,
    argv: request.argv === null ? null : redactArguments(request.argv),
    exe: request.exe,
    cwd: request.cwd,
    pid: request.pid,
    ppid: request.ppid,
    sid: request.sid,
    door: request.door,
    markers: request.markers,
    guardable: request.guardable,
    truncated: request.truncated,
    enforced: request.enforce && mode === 'enforce',
    mode,
  };
}

const journalMessages: Readonly<Partial<Record<JournalFrame['kind'], string>>> = {
  table: 'allowed by the verdict table',
  unanswered: 'run without an answer: the policy endpoint was not there',
};

/** The record of a program that started without asking us; null for a frame that tells of none. */
export function recordOfFrame(frame: JournalFrame, mode: Mode): AuditRecord | null {
  const message = journalMessages[frame.kind];
  if (message === undefined) return null;
  const { agent, session, exe, argv, door } = frame;
  const request: ExecRequest = {
    id: frame.id,
    agent,
    session,
    tool: 'exec',
    command: formatCommandText({ door, path: shellTextOf(frame) ?? exe, argv }),
    path: null,
    enforce: frame.kind === 'table',
    argv,
    exe,
    cwd: frame.cwd === '' ? null : frame.cwd,
    pid: frame.pid,
    ppid: frame.ppid,
    sid: frame.sid,
    door,
    markers: [],
    guardable: frame.guardable,
    truncated: frame.argvCut,
  };
  const decision = {
    action: 'allow',
    message,
    matchedPolicies: null,
    rule: null,
    evaluationTimeUs: 0,
  } as const;
  return recordOfDecision(request, decision, { id: frame.id, now: Number(frame.time / 1_000_000n), mode });
}

/** `system`, `popen` and `wordexp` write `sh -c text`. */
function shellTextOf({ door, argv }: JournalFrame): string | null {
  return ['system', 'popen', 'wordexp'].includes(door) && argv.length === 3 ? (argv[2] ?? null) : null;
}

/** Something that happened to the endpoint itself. */
export interface Incident {
  readonly what: string;
  readonly message: string;
  /** Whether it was tried and not let happen. */
  readonly refused: boolean;
}

/** The record of something that happened to the endpoint itself. */
export function recordOfIncident(
  incident: Incident,
  caller: Caller | null,
  { id, now, mode }: RecordSurroundings,
): AuditRecord {
  const request: ExecRequest = {
    id,
    agent: 'rampart',
    session: 'endpoint',
    tool: 'rampart',
    command: incident.what,
    path: null,
    enforce: true,
    argv: null,
    exe: null,
    cwd: null,
    pid: caller?.door === 'socket' ? (caller.readPeer()?.pid ?? null) : null,
    ppid: null,
    sid: null,
    door: caller?.door ?? null,
    markers: [],
    guardable: true,
    truncated: false,
  };
  const action = incident.refused ? 'deny' : 'watch';
  const decision = {
    action,
    message: incident.message,
    matchedPolicies: null,
    rule: null,
    evaluationTimeUs: 0,
  } as const;
  // A refusal of ours does not depend on the mode.
  return { ...recordOfDecision(request, decision, { id, now, mode }), enforced: incident.refused };
}
