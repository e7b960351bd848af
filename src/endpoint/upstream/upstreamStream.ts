import type { Disposable } from '../../base/disposable.ts';
import { isRecord, parseJson } from '../../base/record.ts';
import type { UnknownRecord } from '../../base/record.ts';
import { isAction } from '../../protocol/decision.ts';
import { parseAuditRecord } from '../../protocol/parseAuditRecord.ts';
import { isMode } from '../../protocol/mode.ts';
import type { Mode } from '../../protocol/mode.ts';
import { routes } from '../../protocol/routes.ts';
import type { StreamEvent } from '../../protocol/streamEvent.ts';
import { MissedEvents } from './missedEvents.ts';
import type { UpstreamStream } from './transport.ts';
import type { Upstream } from './upstream.ts';

/** The pause before the stream is opened again; it doubles. In milliseconds. */
const firstPauseMs = 250;
const longestPauseMs = 10_000;

/** The pause when we may not read it: a token is not changed every second. */
const refusedPauseMs = 30_000;

/** How often it is asked whether the upstream lives while its stream, which has no heartbeat, is silent. */
const probeIntervalMs = 15_000;

const probeTimeoutMs = 2_000;

/** The longest message that is read, in characters: the peer's records have at most 2 MiB. */
const maxMessageLength = 4_194_304;

/** What reading the upstream's stream needs. */
export interface UpstreamStreamSettings {
  readonly upstream: Upstream;
  /** Our own process, which must not be its own upstream. */
  readonly pid: number;
  readonly publish: (event: StreamEvent) => void;
  /** Its list of approvals is another. */
  readonly onApprovals: () => void;
  /** What it decided while its stream was not read cannot be told, and why. */
  readonly onLost: (reason: string) => void;
}

/** Reads the upstream's stream into ours until it is disposed. What we asked ourselves is in ours already. */
export class UpstreamStreamReader implements Disposable {
  readonly #settings: UpstreamStreamSettings;
  readonly #missed = new MissedEvents();
  #abort: AbortController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = firstPauseMs;
  #mode: Mode = 'enforce';
  #isReading = false;
  #isDisposed = false;

  constructor(settings: UpstreamStreamSettings) {
    this.#settings = settings;
    this.#plan(0);
  }

  /** Whether the upstream lets us read, and so steer: its approvals are ours to make and to answer. */
  get isReading(): boolean {
    return this.#isReading;
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  #plan(pauseMs: number): void {
    if (this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#follow().then(
        (next) => this.#plan(next),
        () => this.#plan(longestPauseMs),
      );
    }, pauseMs);
    this.#timer.unref();
  }

  /** Reads as long as it goes; gives back how long to wait before the next try. */
  async #follow(): Promise<number> {
    const abort = new AbortController();
    this.#abort = abort;
    const opened = (await this.#isAlive()) ? await this.#open(abort.signal) : null;
    if (opened === null) return this.#nextPause();
    if (opened.status !== 200) {
      abort.abort();
      return opened.status === 401 || opened.status === 403 ? refusedPauseMs : this.#nextPause();
    }
    this.#isReading = true;
    this.#pauseMs = firstPauseMs;
    this.#settings.upstream.noteThere();
    this.#settings.onApprovals();
    const probe = setInterval(() => {
      this.#isAlive().then(
        (isAlive) => isAlive || abort.abort(),
        () => abort.abort(),
      );
    }, probeIntervalMs);
    probe.unref();
    try {
      await this.#catchUp();
      await this.#read(opened.bytes);
    } catch {
      // However it ended, it is opened again.
    } finally {
      clearInterval(probe);
      abort.abort();
      this.#isReading = false;
    }
    return this.#nextPause();
  }

  /** The stream is open already, so that nothing falls between what is fetched and what is streamed. */
  async #catchUp(): Promise<void> {
    const { upstream, onLost } = this.#settings;
    const missed = await this.#missed.read((call) => upstream.call(call));
    if (missed.ok) for (const event of missed.value) this.#publish(event);
    else onLost(missed.error);
  }

  #nextPause(): number {
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(pause * 2, longestPauseMs);
    return pause;
  }

  async #open(signal: AbortSignal): Promise<UpstreamStream | null> {
    const connected = await this.#settings.upstream.connect();
    if (!connected.ok) return null;
    const opened = await connected.value.transport.open(routes.stream, signal);
    return opened.ok ? opened.value : null;
  }

  async #isAlive(): Promise<boolean> {
    const { upstream, pid } = this.#settings;
    const answer = await upstream.call({
      method: 'GET',
      path: routes.health,
      body: null,
      timeoutMs: probeTimeoutMs,
    });
    if (!answer.ok || answer.value.status !== 200) return false;
    const health = isRecord(answer.value.body) ? answer.value.body : {};
    if (health['pid'] === pid) upstream.refuse('it is this endpoint itself');
    if (isMode(health['mode'])) this.#mode = health['mode'];
    return health['pid'] !== pid;
  }

  async #read(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of bytes) {
      const messages = `${rest}${decoder.decode(piece, { stream: true })}`.split(/\r?\n\r?\n/);
      rest = messages.pop() ?? '';
      if (rest.length > maxMessageLength) return;
      for (const message of messages) this.#take(message);
    }
  }

  #take(message: string): void {
    const lines = message.split(/\r?\n/).filter((line) => line.startsWith('data:'));
    const parsed = parseJson(lines.map((line) => line.slice('data:'.length)).join('\n'));
    if (!parsed.ok || !isRecord(parsed.value)) return;
    const { type, event } = parsed.value;
    if (type === 'approvals') this.#settings.onApprovals();
    if (type === 'audit' && isRecord(event)) this.#publish(event);
  }

  #publish(event: UnknownRecord): void {
    const { upstream, publish } = this.#settings;
    if (!this.#missed.note(event['id'])) return;
    if (upstream.isOwn(event['tool_call_id']) || !isDecision(event)) return;
    const { request } = event;
    const fields = isRecord(request) ? request : {};
    const subject = ['command', 'path', 'url']
      .map((name) => fields[name])
      .find((text) => typeof text === 'string');
    const record = parseAuditRecord({ ...event, request: { ...fields, command: subject ?? '' } });
    if (!record.ok) return;
    const mode = this.#mode;
    const origin = upstream.view.url ?? '';
    publish({ type: 'audit', event: { ...record.value, mode, enforced: mode === 'enforce', origin } });
  }
}

/** What persons said, and how a hook ended, is told of in other words there. */
function isDecision({ id, decision }: UnknownRecord): boolean {
  return id !== '' && isRecord(decision) && isAction(decision['action']);
}
