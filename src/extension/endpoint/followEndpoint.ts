import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { PolicyProblem, StreamEvent } from '../../protocol/streamEvent.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import type { Background } from '../adapters/background.ts';
import type { Notices } from '../adapters/notices.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import type { OlderDecisions } from '../model/olderDecisions.ts';
import type { SessionStore } from '../model/sessionStore.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createRepaint } from '../views/repaint.ts';
import type { EndpointSupervisor } from './endpointSupervisor.ts';

/** What follows the endpoint. */
export interface FollowerParts {
  readonly supervisor: EndpointSupervisor;
  readonly client: EndpointClient;
  readonly approvals: ApprovalStore;
  readonly decisions: DecisionStore;
  readonly older: OlderDecisions;
  readonly sessions: SessionStore;
  readonly registry: TerminalRegistry;
  readonly status: WindowStatus;
  /** A decision came by the stream. */
  readonly onDecision: (record: AuditRecord) => void;
  /** The policy was loaded or could not be; no problems means that it is as its files say. */
  readonly onPolicyProblems: (problems: readonly PolicyProblem[]) => void;
  /** The endpoint said of which version it is. */
  readonly onVersion: (version: string) => void;
  /** A window turned the guard of terminals on or off. */
  readonly onGuardTurn: (guarded: boolean) => void;
  /** The endpoint said at which TCP address it answers; null when at none. */
  readonly onTcpUrl: (url: string | null) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly background: Background;
  readonly notices: Notices;
}

/** How many of the newest decisions are fetched when the stream opens. */
const firstPageRecords = 500;

/** The endpoint tells the counts of a session only when asked; at most this often, in milliseconds. */
const recountMs = 1_000;

/** Carries what the endpoint tells into this window's stores, until it is disposed. */
export function registerEndpointFollower(parts: FollowerParts): Disposable {
  const { supervisor, status } = parts;
  const owned = new DisposableList();
  owned.add(
    supervisor.onDidChange(({ health, cause }) => {
      status.update({ endpoint: health, cause });
      // A mode that nobody vouches for any more is not shown.
      if (health !== 'connected') status.update({ mode: null, until: null });
    }),
  );
  const recount = owned.add(
    createRepaint(() => parts.background.run('reading the sessions', () => fetchSessions(parts)), recountMs),
  );
  owned.add(
    supervisor.onDidReceive((event) => {
      receive(parts, event);
      // A session may be told of after it has ended; the list then leaves it out.
      if (event.type === 'audit' || event.type === 'session') recount.request();
    }),
  );
  return owned;
}

function noteGuardTurn({ onGuardTurn }: FollowerParts, { tool, request }: AuditRecord): void {
  if (tool !== 'rampart') return;
  const { command } = request;
  if (command === 'guard on' || command === 'guard off') onGuardTurn(command === 'guard on');
}

function noteUpstream(
  { logger, notices }: FollowerParts,
  { url, wished, reason }: StreamEvent & { type: 'upstream' },
): void {
  const name = url ?? wished;
  if (reason === null) logger.info(`the upstream ${name} answers`);
  else notices.warn(protectMessages.upstreamLost(name, reason));
}

/** Reads sessions, what waits for approval, and the newest decisions from the endpoint. */
export async function fetchFromEndpoint(parts: FollowerParts): Promise<void> {
  // Before the sessions: of each it is told whether it asks there.
  const health = await parts.client.health();
  if (health.ok) parts.onTcpUrl(health.value.url);
  await fetchSessions(parts);
  parts.registry.registerAll();
  const waiting = await parts.client.approvals();
  if (waiting.ok) parts.approvals.replaceAll(waiting.value);
  else parts.logger.warn(`what waits for approval cannot be read: ${waiting.error.message}`);
  // What was wrong before this window came is told by no event.
  const policy = await parts.client.policyStatus();
  if (policy.ok) parts.onPolicyProblems(policy.value.problems);
  else parts.logger.warn(`the state of the policy cannot be read: ${policy.error.message}`);
  await fetchDecisions(parts);
}

async function fetchSessions({ sessions, registry, client, logger }: FollowerParts): Promise<void> {
  const askedAt = sessions.revision;
  const list = await client.sessions();
  const living = new Set(registry.terminals.flatMap(({ pid }) => (pid === null ? [] : [pid])));
  if (list.ok) sessions.replaceAll({ views: list.value, askedAt, living });
  else logger.warn(`the sessions cannot be read: ${list.error.message}`);
}

function receive(parts: FollowerParts, event: StreamEvent): void {
  switch (event.type) {
    case 'connected':
      parts.status.update({ mode: event.mode, until: event.until });
      parts.logger.info(`connected to policy endpoint ${event.version}, process ${event.pid}`);
      parts.onVersion(event.version);
      parts.background.run('reading what the endpoint knows', () => fetchFromEndpoint(parts));
      return;
    case 'audit':
      parts.decisions.add([event.event]);
      parts.onDecision(event.event);
      noteGuardTurn(parts, event.event);
      return;
    case 'mode':
      parts.status.update({ mode: event.mode, until: event.until });
      return;
    case 'session':
      parts.sessions.put(event.session);
      return;
    case 'policy':
      parts.onPolicyProblems(event.problems);
      return;
    case 'approval':
      parts.approvals.put(event.approval);
      return;
    case 'approvals':
      // The event behind it says what changed.
      return;
    case 'audit_batch':
    case 'rule.learned':
      // The `approval` events before it said what became of each, a `policy` event that another is in force.
      return;
    case 'upstream':
      noteUpstream(parts, event);
      return;
    case 'gap':
      parts.logger.warn(`the stream left out ${event.missed} events`);
      parts.background.run('reading what the endpoint knows', () => fetchFromEndpoint(parts));
      return;
  }
}

/** The newest decisions of the day, and its refused ones, which a busy day has pushed out of that page. */
async function fetchDecisions(parts: FollowerParts): Promise<void> {
  const date = new Date(parts.clock.now()).toISOString().slice(0, 10);
  for (const action of [undefined, 'deny', 'ask'] as const) {
    const page = await parts.client.auditEvents({
      date,
      limit: firstPageRecords,
      ...(action === undefined ? {} : { action }),
    });
    if (!page.ok) {
      parts.logger.warn(`the audit log cannot be read: ${page.error.message}`);
      return;
    }
    parts.decisions.add(page.value.events);
  }
  // Who comes back in the morning finds yesterday's.
  if (parts.decisions.decisions.length >= firstPageRecords) return;
  const older = await parts.older.load();
  if (!older.ok) parts.logger.warn(`older decisions cannot be read: ${older.error}`);
}
