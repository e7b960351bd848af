import { constants } from 'node:os';
import { endpointAgent, endpointSession, type AuditRecord } from '../protocol/auditRecord.ts';
import { formatCommandText } from '../protocol/commandText.ts';
import type { Decision } from '../protocol/decision.ts';
import { isEditorScan, maxScanLength } from '../protocol/editorScan.ts';
import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Mode } from '../protocol/mode.ts';
import type { Actor } from '../protocol/session.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { redactArguments, redactBeginning } from './redact.ts';

/** What the endpoint adds to what it was asked. */
export interface RecordSurroundings {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly mode: Mode;
  /** Who asked; null while that is not known, and of what we tell of ourselves. */
  readonly actor: Actor | null;
  /** How long the policy took, in microseconds; 0 when it was not asked. */
  readonly evaluationTimeUs?: number;
}

/** How much of a command, and of all its arguments, one record keeps, in characters. */
const maxRecordedLength = 65_536;

/** The record of a question and its decision; secrets are replaced, and what is too long is cut and says so. */
export function recordOfDecision(
  request: ExecRequest,
  decision: Decision,
  { id, now, mode, actor, evaluationTimeUs = 0 }: RecordSurroundings,
): AuditRecord {
  const isScan = isEditorScan({ agent: request.agent, action: decision.action, command: request.command });
  const maxLength = isScan ? maxScanLength : maxRecordedLength;
  const command = redactBeginning(request.command, maxLength);
  const argv = request.argv === null ? null : redactArguments(request.argv, maxLength);
  const isCut = command.isCut || argv?.isCut === true;
  const entry: AuditRecord = {
    schema_version: 'rampart.audit.v1',
    id,
    timestamp: new Date(now).toISOString(),
    agent: request.agent,
    actor,
    session: request.session,
    tool: request.tool,
    request: recordOfSubject(command.kept, request.path),
    decision: {
      action: decision.action,
      message: decision.message,
      matched_policies: decision.matchedPolicies,
      evaluation_time_us: evaluationTimeUs,
    },
    rule: decision.rule,
    argv: argv?.kept ?? null,
    exe: request.exe,
    cwd: request.cwd,
    pid: request.pid,
    ppid: request.ppid,
    sid: request.sid,
    door: request.door,
    markers: request.markers,
    guardable: request.guardable,
    truncated: request.truncated || isCut,
    enforced: request.enforce && mode === 'enforce',
    mode,
  };
  // Most records have none of it, and copying one is dear.
  const rest = rareFieldsOf(request, decision, entry.argv);
  return rest === null ? entry : { ...entry, ...rest };
}

function rareFieldsOf(
  request: ExecRequest,
  { upstream }: Decision,
  kept: readonly string[] | null,
): Pick<AuditRecord, 'argv_b64' | 'credential' | 'upstream'> | null {
  const { credential } = request;
  const bytes = argumentBytes(request, kept);
  if (credential === undefined && upstream === undefined && bytes === undefined) return null;
  return {
    ...(bytes === undefined ? {} : { argv_b64: bytes }),
    ...(credential === undefined ? {} : { credential }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

/** The arguments as bytes, where the record keeps all of them as they were: no secret that was taken out comes in so. */
function argumentBytes(
  { argv, argvBase64 }: ExecRequest,
  kept: readonly string[] | null,
): readonly string[] | undefined {
  if (argvBase64 === undefined || argv?.length !== kept?.length) return undefined;
  return argv?.every((word, index) => word === kept?.[index]) === true ? argvBase64 : undefined;
}

function recordOfSubject(command: string, path: string | null): AuditRecord['request'] {
  return path === null ? { command } : { command, path: redactBeginning(path, maxRecordedLength).kept };
}

/** Whether the record of a question keeps all of it, but for secrets: then a person can read what it is about. */
export function isRecordedWhole({ command, argv }: Pick<ExecRequest, 'command' | 'argv'>): boolean {
  if (command.length > maxRecordedLength) return false;
  let left = maxRecordedLength;
  return argv?.every(({ length }) => (left -= length + 1) >= 0) !== false;
}

/** What the record says of a start that nobody decided about. */
export const unansweredMessage = 'run without an answer: the policy endpoint was not there';

const journalMessages: Readonly<Partial<Record<JournalFrame['kind'], string>>> = {
  table: 'allowed by the verdict table',
  unanswered: unansweredMessage,
};

/** The id of a frame's record. A decision and what became of its start are records of their own, and each keeps its id. */
export function recordIdOf({ kind, id }: JournalFrame): string {
  switch (kind) {
    case 'failed':
      return invert(id);
    case 'unguarded':
      return `${invert(id.slice(0, 16))}${id.slice(16)}`;
    default:
      return id;
  }
}

function invert(id: string): string {
  return id.replaceAll(/./g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));
}

/** The id under which it is told that a start which was decided ran although its answer did not arrive. */
export function cutAnswerIdOf(id: string): string {
  return invert(id);
}

/** The same for a start that was decided, but whose answer did not arrive: it counts as no decision. */
export function recordOfCutAnswer(entry: AuditRecord): AuditRecord {
  const decision = { ...entry.decision, action: 'watch' } as const;
  return { ...entry, id: cutAnswerIdOf(entry.id), tool: 'rampart', decision };
}

/**
 * The record of a start that we were not asked about, or that failed; null for a frame that tells of none. `verdict` is what
 * was decided about what the table allowed, where that is known: it may have been emptied since.
 */
export function recordOfFrame(frame: JournalFrame, mode: Mode, verdict: Decision | null): AuditRecord | null {
  if (frame.kind === 'failed') return recordOfFailure(frame, mode);
  if (frame.kind === 'unguarded') return recordOfUnguarded(frame, mode);
  const message = journalMessages[frame.kind];
  if (message === undefined) return null;
  const decision = verdict ?? ({ ...nothingDecided, action: 'allow', message } as const);
  return recordOfDecision(requestOf(frame), decision, surroundingsOf(frame, mode));
}

function recordOfFailure(frame: JournalFrame, mode: Mode): AuditRecord {
  const found = Object.entries(constants.errno).find(([, number]) => number === frame.errno);
  const errno = found?.[0] ?? String(frame.errno);
  const record = recordOfSequel(frame, mode, `it did not start: ${errno}`);
  return { ...record, exec_failed: { id: frame.id, errno } };
}

function recordOfUnguarded(frame: JournalFrame, mode: Mode): AuditRecord {
  const message =
    'it starts unguarded: with the variables of Rampart its environment and arguments would be too long';
  return { ...recordOfSequel(frame, mode, message), exec_unguarded: { id: frame.id } };
}

/** Tells what came of what was decided elsewhere, so it counts as no decision. */
function recordOfSequel(frame: JournalFrame, mode: Mode, message: string): AuditRecord {
  const decision = { ...nothingDecided, action: 'watch', message } as const;
  return { ...recordOfDecision(requestOf(frame), decision, surroundingsOf(frame, mode)), tool: 'rampart' };
}

const nothingDecided = { matchedPolicies: null, rule: null } as const;

function surroundingsOf(frame: JournalFrame, mode: Mode): RecordSurroundings {
  return { id: recordIdOf(frame), now: Number(frame.time / 1_000_000n), mode, actor: null };
}

function requestOf(frame: JournalFrame): ExecRequest {
  const { agent, session, exe, argv, argvBase64, door } = frame;
  return {
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
    markers: frame.markers,
    guardable: frame.guardable,
    truncated: frame.argvCut,
    ...(argvBase64 === undefined ? {} : { argvBase64 }),
  };
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
  who: Pick<ExecRequest, 'pid' | 'exe' | 'door'>,
  surroundings: Omit<RecordSurroundings, 'actor'>,
): AuditRecord {
  const { id } = surroundings;
  const request: ExecRequest = {
    id,
    agent: endpointAgent,
    session: endpointSession,
    tool: 'rampart',
    command: incident.what,
    path: null,
    enforce: true,
    argv: null,
    cwd: null,
    ppid: null,
    sid: null,
    ...who,
    markers: [],
    guardable: true,
    truncated: false,
  };
  const action = incident.refused ? 'deny' : 'watch';
  const decision = { ...nothingDecided, action, message: incident.message } as const;
  // A refusal of ours does not depend on the mode.
  const record = recordOfDecision(request, decision, { ...surroundings, actor: null });
  return { ...record, enforced: incident.refused };
}
