import { randomBytes } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';

/** What the peer says of commands that hold a text. */
export interface PeerRule {
  readonly text: string;
  readonly action: 'allow' | 'deny' | 'ask' | 'watch' | 'webhook';
  readonly message: string;
}

/** How the peer of a test is. */
export interface PeerOptions {
  readonly rules?: readonly PeerRule[];
  readonly mode?: 'enforce' | 'monitor' | 'disabled';
  /** Scopes of the token `rampart_agent`; without, there is the admin token alone. */
  readonly agentScopes?: readonly ('eval' | 'admin')[];
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What stands before every path. */
  readonly prefix?: string;
  /** Answers a question in another way than a peer in good health. */
  readonly spoil?: (response: ServerResponse) => void;
}

interface PeerApproval {
  readonly id: string;
  readonly fields: UnknownRecord;
  status: 'pending' | 'approved' | 'denied' | 'expired';
  by: string;
}

const maxBodyBytes = 1_048_576;
const maxCommandBytes = 8_192;

/** The admin token of every peer. */
export const peerToken = 'f'.repeat(64);

/** The token of an agent, where the peer has one. */
export const peerAgentToken = `rampart_${'a'.repeat(48)}`;

/**
 * A `rampart serve` after what is known of that one: its routes, statuses, quirks and stream, with rules of the test's own. It shares no
 * code with ours.
 */
export class ReferencePeer {
  readonly questions: UnknownRecord[] = [];
  readonly approvals = new Map<string, PeerApproval>();
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #options: PeerOptions;
  readonly #sockets = new Set<Socket>();
  #isStopped = false;
  spoil: PeerOptions['spoil'];
  rules: readonly PeerRule[];
  streamsOpened = 0;
  connectionsOpened = 0;
  /** What the peer answers who reads its log. */
  logStatus = 200;
  logReads = 0;
  readonly #log: UnknownRecord[] = [];

  private constructor(options: PeerOptions) {
    this.#options = options;
    this.spoil = options.spoil;
    this.rules = options.rules ?? [];
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch(() => response.destroy());
    };
    this.#server =
      options.tls === undefined ? createPlainServer(listener) : createTlsServer(options.tls, listener);
    // One that is accepted while it ends would keep it from ending.
    this.#server.on('connection', (socket: Socket) => {
      this.connectionsOpened += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      if (this.#isStopped) socket.destroy();
    });
  }

  static async start(context: Pick<TestContext, 'after'>, options: PeerOptions = {}): Promise<ReferencePeer> {
    const peer = new ReferencePeer(options);
    await new Promise<void>((resolve) => peer.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    context.after(() => peer.stop());
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const scheme = this.#options.tls === undefined ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${this.port}${this.#options.prefix ?? ''}`;
  }

  /** Ends it at once, with every connection. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Ends the streams that are read, as a restart does. */
  dropStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** A decision that another client of the peer's asked for. */
  publishDecision(command: string, action: string, fields: UnknownRecord = {}): void {
    const event = {
      id: `01${randomBytes(12).toString('hex').toUpperCase()}`,
      timestamp: new Date().toISOString(),
      agent: 'claude-code',
      session: 'hook',
      tool: 'exec',
      request: { command },
      decision: { action, matched_policies: ['peers'], evaluation_time_us: 3, message: 'said there' },
      prev_hash: '',
      hash: '',
      ...fields,
    };
    this.#log.push(event);
    this.#send({ type: 'audit', event });
  }

  /** A person at the peer settles an approval. */
  resolve(id: string, approved: boolean, by: string): void {
    const approval = this.approvals.get(id);
    if (approval === undefined) throw new Error(`the peer has no approval ${id}`);
    Object.assign(approval, { status: approved ? 'approved' : 'denied', by });
    this.#send({ type: 'approvals' });
  }

  #send(payload: UnknownRecord): void {
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(payload)}\n\n`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    const { method = '', url = '/', headers } = request;
    const path = this.#pathOf(url);
    const isQuestion = path.startsWith('/v1/preflight/');
    const refused = this.#refusal(headers.authorization, isQuestion ? 'eval' : 'admin');
    if (path !== '/healthz' && refused !== null) send(response, [refused, { error: 'unauthorized' }]);
    else if (path === '/v1/events/stream' && method === 'GET') this.#stream(response);
    else if (isQuestion && this.spoil !== undefined) this.spoil(response);
    else send(response, method === 'GET' ? this.#read(path) : this.#take(path, parseObject(text)));
  }

  #pathOf(url: string): string {
    const { prefix = '' } = this.#options;
    return url.startsWith(prefix) ? url.slice(prefix.length) : '';
  }

  #read(path: string): Reply {
    const [, id] = /^\/v1\/approvals\/([^/]+)$/.exec(path) ?? [];
    if (path === '/healthz') return this.#health();
    if (path.startsWith('/v1/audit/events?')) return this.#readLog(new URLSearchParams(path.split('?')[1]));
    return id === undefined ? notFound : this.#show(id);
  }

  /** The newest first; where a day's file begins stands a line that is no record. */
  #readLog(query: URLSearchParams): Reply {
    this.logReads += 1;
    if (this.logStatus !== 200) return [this.logStatus, { error: 'the log cannot be read' }];
    const today = new Date().toISOString().slice(0, 10);
    const date = query.get('date') ?? today;
    const day = this.#log.filter(({ timestamp }) => String(timestamp).startsWith(date));
    const lines = [...day].reverse().concat({ id: '', timestamp: '0001-01-01T00:00:00Z', decision: {} });
    const offset = Number(query.get('offset') ?? 0);
    const end = offset + Number(query.get('limit') ?? 50);
    const next_offset = end < lines.length ? end : 0;
    return [200, { events: lines.slice(offset, end), total_in_file: lines.length, next_offset, date }];
  }

  #take(path: string, body: UnknownRecord | null): Reply {
    const [, id] = /^\/v1\/approvals\/([^/]+)\/resolve$/.exec(path) ?? [];
    if (body === null) return [400, { error: 'bad request' }];
    if (/^\/v1\/preflight\/[A-Za-z0-9_.:-]{1,128}$/.test(path)) return this.#preflight(body);
    if (path === '/v1/approvals') return this.#ask(body);
    return id === undefined ? notFound : this.#settle(id, body);
  }

  #refusal(authorization: string | undefined, scope: 'eval' | 'admin'): 401 | 403 | null {
    if (authorization === `Bearer ${peerToken}`) return null;
    const { agentScopes } = this.#options;
    if (agentScopes === undefined || authorization !== `Bearer ${peerAgentToken}`) return 401;
    return agentScopes.includes(scope) ? null : 403;
  }

  #health(): Reply {
    const { mode = 'enforce' } = this.#options;
    return [200, { service: 'rampart', status: 'ok', mode, uptime_seconds: 1, version: '1.8.0' }];
  }

  #preflight(body: UnknownRecord): Reply {
    this.questions.push(body);
    const { mode = 'enforce' } = this.#options;
    const isEnforced = body['enforce'] === true;
    const command = subjectOf(body);
    const { action, message, names } = this.#judge(command);
    const isForced = mode === 'monitor' && isEnforced && !isPermitted(action);
    const isLetThrough = mode === 'disabled' || isForced;
    this.publishDecision(command, action, { tool_call_id: body['tool_call_id'], agent: body['agent'] });
    return [
      200,
      {
        allowed: isLetThrough || isPermitted(action),
        decision: isLetThrough ? 'allow' : action,
        message,
        matched_policies: names,
        eval_duration_us: 5,
        enforced: isEnforced && mode === 'enforce',
        enforcement_requested: isEnforced,
        ...(isForced ? { policy_decision: action, policy_message: message } : {}),
        audit_id: '01KABCDEF0123456789ABCDEFG',
      },
    ];
  }

  #judge(command: string): { action: PeerRule['action']; message: string; names: readonly string[] | null } {
    if (Buffer.byteLength(command) > maxCommandBytes)
      return { action: 'deny', message: 'too long', names: null };
    const rule = this.rules.find(({ text }) => command.includes(text));
    return rule === undefined
      ? { action: 'allow', message: '', names: null }
      : { action: rule.action, message: rule.message, names: ['peers-policy'] };
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    this.#streams.add(response);
    this.streamsOpened += 1;
    response.on('close', () => this.#streams.delete(response));
    response.write('data: {"type":"connected"}\n\n');
  }

  #ask(fields: UnknownRecord): Reply {
    const id = randomBytes(13).toString('hex').toUpperCase();
    this.approvals.set(id, { id, fields, status: 'pending', by: '' });
    this.#send({ type: 'approvals' });
    return [201, { id, status: 'pending', expires_at: new Date(Date.now() + 120_000).toISOString() }];
  }

  #show(id: string): Reply {
    const approval = this.approvals.get(id);
    if (approval === undefined) return notFound;
    const { fields, status, by } = approval;
    const settled = status === 'pending' ? {} : { resolved_at: new Date().toISOString(), resolved_by: by };
    return [200, { id, ...fields, session: 'hook', status, ...settled }];
  }

  #settle(id: string, { approved, resolved_by: by, persist }: UnknownRecord): Reply {
    const approval = this.approvals.get(id);
    if (approval === undefined) return notFound;
    if (typeof approved !== 'boolean') return [400, { error: 'bad request' }];
    if (approval.status !== 'pending') return [410, { error: 'already settled' }];
    this.resolve(id, approved, typeof by === 'string' ? by : 'api');
    return [200, { id, status: approval.status, approved, persisted: persist === true }];
  }
}

type Reply = readonly [status: number, body: UnknownRecord];

const notFound: Reply = [404, { error: 'not found' }];

/** Null for one that is too long. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length <= maxBodyBytes) pieces.push(piece);
  }
  return length > maxBodyBytes ? null : Buffer.concat(pieces).toString();
}

function subjectOf({ params }: UnknownRecord): string {
  const { command, path } = isRecord(params) ? params : {};
  return [command, path].find((text) => typeof text === 'string') ?? '';
}

function isPermitted(action: PeerRule['action']): boolean {
  return action === 'allow' || action === 'watch';
}

function send(response: ServerResponse, [status, body]: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function parseObject(text: string | null): UnknownRecord | null {
  try {
    const value: unknown = text === null ? null : JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
