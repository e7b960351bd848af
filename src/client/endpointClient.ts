import { isRecord } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { ApprovalScope, ApprovalStatus, ApprovalView } from '../protocol/approval.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { parseTokenView } from '../protocol/agentToken.ts';
import type { TokenScope, TokenView } from '../protocol/agentToken.ts';
import { isAction, type Action, type RuleReference } from '../protocol/decision.ts';
import { parseExplanation, type Explanation } from '../protocol/explanation.ts';
import { parseHealth } from '../protocol/health.ts';
import type { Health } from '../protocol/health.ts';
import { isMode } from '../protocol/mode.ts';
import type { Mode } from '../protocol/mode.ts';
import { parseApproval } from '../protocol/parseApproval.ts';
import { parseAuditRecord, parseRuleReference } from '../protocol/parseAuditRecord.ts';
import { parseSessionView } from '../protocol/parseSessionView.ts';
import { parsePolicyProblems, parseStreamEvent } from '../protocol/parseStreamEvent.ts';
import { routes } from '../protocol/routes.ts';
import type { SessionRegistration, SessionView } from '../protocol/session.ts';
import type { PolicyProblem, StreamEvent } from '../protocol/streamEvent.ts';
import type { EndpointAddress } from './endpointAddress.ts';
import { exchangeJson } from './httpExchange.ts';
import type { ClientFailure } from './httpExchange.ts';

/** The outcome of a call. */
export type Outcome<Value> = Promise<Result<Value, ClientFailure>>;

/** The mode in force and when it ends by itself, RFC 3339. */
export interface ModeState {
  readonly mode: Mode;
  readonly until: string | null;
}

/** What the answer to a question says; docs/protocol.md, section 4. */
export interface PreflightAnswer {
  readonly allowed: boolean;
  readonly message: string;
  /** What the refusal line says behind the command; null when the endpoint is not ours. */
  readonly notice: string | null;
}

/** How an upstream stands. */
export type UpstreamStatus = Omit<Extract<StreamEvent, { readonly type: 'upstream' }>, 'type'>;

/** What is in force. */
export interface PolicyStatus {
  readonly mode: Mode;
  readonly policyCount: number;
  readonly ruleCount: number;
  readonly problems: readonly PolicyProblem[];
  /** Null where there is none. */
  readonly upstream: UpstreamStatus | null;
  /** How many records are known to be lost, since it started. */
  readonly lostRecords: number;
}

/** One policy in force. */
export interface LoadedPolicy {
  readonly name: string;
  readonly sourceFile: string;
  readonly ruleCount: number;
}

/** The policies in force, in the order in which they are walked. */
export interface PolicyOverview {
  readonly policies: readonly LoadedPolicy[];
  readonly problems: readonly PolicyProblem[];
}

/** A command to ask about without running it. */
export interface TestSubject {
  readonly command: string;
  readonly agent?: string;
  readonly cwd?: string;
}

/** What would be decided about a command. */
export interface TestedCommand {
  readonly action: Action;
  readonly message: string;
  readonly rule: RuleReference | null;
  /** Null from an endpoint that does not explain. */
  readonly explanation: Explanation | null;
}

/** One page of a day's audit records, the newest first. */
export interface AuditPage {
  readonly events: readonly AuditRecord[];
  readonly totalInFile: number;
  /** Where the next page starts; null on the last. */
  readonly nextOffset: number | null;
}

/** Which records are wanted; `date` is a UTC day as `YYYY-MM-DD`. */
export interface AuditQuery {
  readonly date?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly action?: string;
  readonly agent?: string;
  readonly session?: string;
}

/** What a person says to what waits for approval. */
export interface ApprovalAnswer {
  readonly approved: boolean;
  readonly scope: ApprovalScope;
  /** Who says it, for the log. */
  readonly by: string;
}

/** A refused command that may run once. */
export interface RunAnyway {
  readonly command: string;
  readonly cwd: string | null;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** What the guard, or a part of it, is about. */
export type GuardSubject =
  /** New terminals and tasks. */
  | 'terminals'
  /** What extensions start without a terminal. */
  | 'extensions'
  /** What persons type in terminals of their own. */
  | 'persons';

/** The guard, or a part of it, was turned on or off. */
export interface GuardChange {
  readonly of: GuardSubject;
  readonly guarded: boolean;
  /** Of what, as a person would say it: `all workspaces`, a folder. */
  readonly where: string;
  readonly reason: string;
}

/** A token that is to be made for an agent. */
export interface TokenWish {
  readonly agent: string;
  readonly scopes: readonly TokenScope[];
  readonly note: string;
  /** Null for a token without an end. */
  readonly lifeSeconds: number | null;
}

/** A token that was just made; its secret is told here and never again. */
export interface MadeToken {
  readonly secret: string;
  readonly view: TokenView;
}

/** How long a call may take unless it says otherwise: the deadline of the library. */
const callTimeoutMs = 2_000;

/** Calls that read or write files on the other side get longer. */
const slowCallTimeoutMs = 10_000;

/** Typed calls to one endpoint. Keeps no connection; every call ends within its own time limit and never rejects. */
export class EndpointClient {
  readonly address: EndpointAddress;
  readonly #token: string | null;

  constructor(address: EndpointAddress, token: string | null = null) {
    this.address = address;
    this.#token = token;
  }

  health(): Outcome<Health> {
    return this.#call('GET', routes.health, null, parseHealth);
  }

  /** Asks a question whose body docs/protocol.md, section 3 fixes byte for byte. */
  async preflight(tool: string, body: Buffer): Outcome<PreflightAnswer> {
    const path = `${routes.preflight}${encodeURIComponent(tool)}`;
    const exchange = { method: 'POST', path, body, token: this.#token, timeoutMs: callTimeoutMs } as const;
    return understood(await exchangeJson(this.address, exchange), parsePreflightAnswer);
  }

  setMode(mode: Mode, forSeconds?: number): Outcome<ModeState> {
    const body = forSeconds === undefined ? { mode } : { mode, for_seconds: forSeconds };
    return this.#call('PUT', routes.mode, body, parseModeState);
  }

  policyStatus(): Outcome<PolicyStatus> {
    return this.#call('GET', routes.status, null, parsePolicyStatus);
  }

  /** The policies in force and what is wrong with their files. */
  policyOverview(): Outcome<PolicyOverview> {
    return this.#call('GET', routes.policies, null, parsePolicyOverview);
  }

  policies(): Outcome<readonly LoadedPolicy[]> {
    return this.#call('GET', routes.policies, null, parsePolicies);
  }

  /** Reads the policy files again; a failure says what is wrong with them. */
  reloadPolicy(): Outcome<null> {
    return this.#call('POST', routes.policyReload, {}, () => success(null));
  }

  auditEvents(query: AuditQuery): Outcome<AuditPage> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    return this.#call('GET', `${routes.auditEvents}?${search.toString()}`, null, parseAuditPage);
  }

  /** The UTC days that have an audit log, as `YYYY-MM-DD`, the newest first. */
  auditDates(): Outcome<readonly string[]> {
    return this.#call('GET', routes.auditDates, null, parseAuditDates);
  }

  /** What would be decided about a command, and why. Nothing is recorded. */
  explain(subject: TestSubject): Outcome<TestedCommand> {
    return this.#call('POST', routes.test, { ...subject, explain: true }, parseTestedCommand);
  }

  sessions(): Outcome<readonly SessionView[]> {
    return this.#call('GET', routes.sessions, null, parseSessions);
  }

  registerSession(pid: number, registration: SessionRegistration): Outcome<SessionView> {
    return this.#call('PUT', `${routes.sessions}/${pid}`, registration, parseSessionView);
  }

  /** What waits for approval, the oldest first. */
  approvals(): Outcome<readonly ApprovalView[]> {
    return this.#call('GET', routes.approvals, null, parseApprovals);
  }

  /** Gives a person's answer; gives back how the approval stands then. */
  resolveApproval(id: string, answer: ApprovalAnswer): Outcome<ApprovalStatus> {
    const { approved, scope, by } = answer;
    const path = `${routes.approvals}/${encodeURIComponent(id)}/resolve`;
    return this.#call('POST', path, { approved, scope, resolved_by: by }, parseApprovalStatus);
  }

  /** Lets a refused command run once, by the id of its record or at least its first 8 digits. */
  runAnyway(record: string): Outcome<RunAnyway> {
    return this.#call('POST', routes.grants, { record }, parseRunAnyway);
  }

  /** Has it in the log that the guard was turned on or off, where, and why. */
  recordGuard(change: GuardChange): Outcome<null> {
    return this.#call('POST', routes.guard, change, () => success(null));
  }

  /** The agents' tokens, those that ended lately too. */
  tokens(): Outcome<readonly TokenView[]> {
    return this.#call('GET', routes.tokens, null, parseTokens);
  }

  createToken({ agent, scopes, note, lifeSeconds }: TokenWish): Outcome<MadeToken> {
    const body = { agent, scopes, note, expires_in_seconds: lifeSeconds };
    return this.#call('POST', routes.tokens, body, parseMadeToken);
  }

  /** Takes a token back; it holds no longer when this resolves. */
  revokeToken(id: string): Outcome<TokenView> {
    return this.#call('DELETE', `${routes.tokens}/${encodeURIComponent(id)}`, null, parseTokenView);
  }

  /** Tells the endpoint to end; it answers before it does. */
  shutdown(): Outcome<null> {
    return this.#call('POST', routes.shutdown, {}, () => success(null));
  }

  async #call<Value>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: object | null,
    parse: (answer: unknown) => Result<Value, string>,
  ): Outcome<Value> {
    const isQuick = path === routes.health;
    const answer = await exchangeJson(this.address, {
      method,
      path,
      body: body === null ? null : Buffer.from(JSON.stringify(body)),
      token: this.#token,
      timeoutMs: isQuick ? callTimeoutMs : slowCallTimeoutMs,
    });
    return understood(answer, parse);
  }
}

function understood<Value>(
  answer: Result<unknown, ClientFailure>,
  parse: (answer: unknown) => Result<Value, string>,
): Result<Value, ClientFailure> {
  if (!answer.ok) return answer;
  const parsed = parse(answer.value);
  return parsed.ok ? parsed : failure({ code: 'malformed', message: parsed.error });
}

function parsePreflightAnswer(answer: unknown): Result<PreflightAnswer, string> {
  if (!isRecord(answer) || typeof answer['allowed'] !== 'boolean')
    return failure('the answer has no decision');
  const { allowed, message, notice } = answer;
  return success({
    allowed,
    message: typeof message === 'string' ? message : '',
    notice: typeof notice === 'string' ? notice : null,
  });
}

function parseModeState(answer: unknown): Result<ModeState, string> {
  if (!isRecord(answer) || !isMode(answer['mode'])) return failure('the answer has no mode');
  const { mode, until } = answer;
  return success({ mode, until: typeof until === 'string' ? until : null });
}

function parseTestedCommand(answer: unknown): Result<TestedCommand, string> {
  if (!isRecord(answer) || !isAction(answer['action'])) return failure('the answer has no decision');
  const { action, message } = answer;
  return success({
    action,
    message: typeof message === 'string' ? message : '',
    rule: parseRuleReference(answer['rule']),
    explanation: parseExplanation(answer['explanation']),
  });
}

function parsePolicyStatus(answer: unknown): Result<PolicyStatus, string> {
  if (!isRecord(answer) || !isMode(answer['mode'])) return failure('the answer has no mode');
  return success({
    mode: answer['mode'],
    policyCount: countIn(answer, 'policy_count'),
    ruleCount: countIn(answer, 'rule_count'),
    problems: parsePolicyProblems(answer['problems']),
    upstream: parseUpstream(answer['upstream']),
    lostRecords: countIn(answer, 'lost_records'),
  });
}

function parseUpstream(value: unknown): UpstreamStatus | null {
  const event = isRecord(value) ? parseStreamEvent({ ...value, type: 'upstream' }) : null;
  if (event?.ok !== true || event.value.type !== 'upstream') return null;
  const { wished, url, state, reason } = event.value;
  return { wished, url, state, reason };
}

function parsePolicyOverview(answer: unknown): Result<PolicyOverview, string> {
  const policies = parsePolicies(answer);
  if (!policies.ok) return policies;
  const problems = isRecord(answer) ? parsePolicyProblems(answer['problems']) : [];
  return success({ policies: policies.value, problems });
}

function parsePolicies(answer: unknown): Result<readonly LoadedPolicy[], string> {
  if (!isRecord(answer) || !Array.isArray(answer['policies'])) return failure('the answer has no policies');
  const policies: LoadedPolicy[] = [];
  for (const entry of answer['policies']) {
    if (!isRecord(entry)) continue;
    const { name, source_file: sourceFile } = entry;
    if (typeof name !== 'string' || typeof sourceFile !== 'string') continue;
    policies.push({ name, sourceFile, ruleCount: countIn(entry, 'rule_count') });
  }
  return success(policies);
}

function parseAuditPage(answer: unknown): Result<AuditPage, string> {
  if (!isRecord(answer) || !Array.isArray(answer['events'])) return failure('the answer has no events');
  const events: AuditRecord[] = [];
  for (const event of answer['events']) {
    const record = parseAuditRecord(event);
    if (record.ok) events.push(record.value);
  }
  const next = answer['next_offset'];
  return success({
    events,
    totalInFile: countIn(answer, 'total_in_file'),
    // As the peer has it, 0 says that there is no more.
    nextOffset: typeof next === 'number' && next > 0 ? next : null,
  });
}

function parseAuditDates(answer: unknown): Result<readonly string[], string> {
  if (!isRecord(answer) || !Array.isArray(answer['dates'])) return failure('the answer has no dates');
  return success(answer['dates'].filter((date) => typeof date === 'string'));
}

function parseSessions(answer: unknown): Result<readonly SessionView[], string> {
  if (!isRecord(answer) || !Array.isArray(answer['sessions'])) return failure('the answer has no sessions');
  const sessions: SessionView[] = [];
  for (const entry of answer['sessions']) {
    const session = parseSessionView(entry);
    if (session.ok) sessions.push(session.value);
  }
  return success(sessions);
}

function parseApprovals(answer: unknown): Result<readonly ApprovalView[], string> {
  if (!isRecord(answer) || !Array.isArray(answer['approvals'])) return failure('the answer has no approvals');
  return success(
    answer['approvals'].flatMap((entry) => {
      const approval = parseApproval(entry);
      return approval.ok ? [approval.value] : [];
    }),
  );
}

function parseApprovalStatus(answer: unknown): Result<ApprovalStatus, string> {
  const approval = parseApproval(answer);
  return approval.ok ? success(approval.value.status) : approval;
}

function parseRunAnyway(answer: unknown): Result<RunAnyway, string> {
  if (!isRecord(answer) || typeof answer['command'] !== 'string') return failure('the answer has no command');
  const { command, cwd, expires_at: expiresAt } = answer;
  return success({ command, cwd: typeof cwd === 'string' ? cwd : null, expiresAt: String(expiresAt) });
}

function parseTokens(answer: unknown): Result<readonly TokenView[], string> {
  if (!isRecord(answer) || !Array.isArray(answer['tokens'])) return failure('the answer has no tokens');
  return success(
    answer['tokens'].flatMap((entry) => {
      const token = parseTokenView(entry);
      return token.ok ? [token.value] : [];
    }),
  );
}

function parseMadeToken(answer: unknown): Result<MadeToken, string> {
  const view = parseTokenView(answer);
  if (!view.ok) return view;
  const secret = isRecord(answer) ? answer['token'] : null;
  return typeof secret === 'string'
    ? success({ secret, view: view.value })
    : failure('the answer has no token');
}

function countIn(answer: UnknownRecord, name: string): number {
  const value = answer[name];
  return typeof value === 'number' ? value : 0;
}
