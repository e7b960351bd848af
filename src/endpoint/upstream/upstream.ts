import { messageOf } from '../../base/assert.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { failure, success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { routes } from '../../protocol/routes.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import type { ProcessTable } from '../../system/processTable.ts';
import { readUpstreamAnswer } from './combine.ts';
import type { UpstreamWord } from './combine.ts';
import { findUpstream } from './target.ts';
import type { UpstreamSurroundings, UpstreamTarget, UpstreamWish } from './target.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamTransport } from './transport.ts';

/** How long a question may take there, in milliseconds: the library waits 2 s for all of it. */
const questionTimeoutMs = 1_000;

/** How long the upstream is left alone after a failure; it doubles. In milliseconds. */
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** The longest command that is forwarded, in characters: the peer refuses what is longer than 8,192 bytes, whatever it is. */
const maxCommandLength = 65_536;

/** Whether the upstream can be asked, and why not. */
export type UpstreamState =
  { readonly kind: 'idle' | 'connected' } | { readonly kind: 'away' | 'unusable'; readonly reason: string };

/** What the upstream is as it is shown; docs/protocol.md, section 8. */
export interface UpstreamView {
  /** As it was wished. */
  readonly wished: string;
  /** Where it was found; null when it was not. */
  readonly url: string | null;
  readonly state: UpstreamState['kind'];
  readonly reason: string | null;
}

/** The part of the endpoint that is loaded only for an upstream: two thirds of it are its HTTP client. */
export interface UpstreamPart {
  readonly createTransport: (target: UpstreamTarget) => UpstreamTransport;
}

/** What the upstream needs of the world. */
export interface UpstreamSettings {
  readonly wish: UpstreamWish;
  readonly surroundings: UpstreamSurroundings;
  readonly processes: ProcessTable;
  readonly createRandom: (bytes: number) => Buffer;
  readonly load: () => Promise<UpstreamPart>;
}

interface Connected {
  readonly target: UpstreamTarget;
  readonly transport: UpstreamTransport;
}

/**
 * Asks a `rampart serve`. Finds it anew whenever it was away, for it may come back at another address, and leaves it alone
 * for a while after a failure, so that not every command waits for one that is gone.
 */
export class Upstream implements Disposable {
  readonly #settings: UpstreamSettings;
  readonly #changed = new Emitter<UpstreamState>();
  /** By it we know our own questions in the upstream's stream. */
  readonly #run: string;
  #state: UpstreamState = { kind: 'idle' };
  #connected: Connected | null = null;
  #part: UpstreamPart | null = null;
  #awayUntil = 0;
  #pauseMs = firstPauseMs;

  readonly onDidChange = this.#changed.event;

  constructor(settings: UpstreamSettings) {
    this.#settings = settings;
    this.#run = `rampart-${settings.createRandom(4).toString('hex')}-`;
  }

  get view(): UpstreamView {
    const { kind } = this.#state;
    const reason = 'reason' in this.#state ? this.#state.reason : null;
    const { url } = this.#settings.wish;
    return { wished: url, url: this.#connected?.target.url ?? null, state: kind, reason };
  }

  /** Whether a record of the upstream's is about a question that we forwarded. */
  isOwn(callId: unknown): boolean {
    return typeof callId === 'string' && callId.startsWith(this.#run);
  }

  /** What the upstream says of a question; `isBinding` when it is carried out. Never rejects. */
  async consult(request: ExecRequest, id: string, isBinding: boolean): Promise<UpstreamWord> {
    if (performance.now() < this.#awayUntil) return this.#awayFor(request);
    const path = `${routes.preflight}${encodeURIComponent(request.tool)}`;
    const body = this.#bodyOf(request, id, isBinding);
    const answer = await this.call({ method: 'POST', path, body, timeoutMs: questionTimeoutMs });
    if (!answer.ok) return this.#awayFor(request);
    const word = readUpstreamAnswer(answer.value.status, answer.value.body);
    if (word === 'away') {
      this.#noteAway(`it answered with status ${answer.value.status}`);
      return this.#awayFor(request);
    }
    this.#change(word.kind === 'unusable' ? word : { kind: 'connected' });
    return word;
  }

  /** One call to the upstream; a failure is that it is away. */
  async call(call: UpstreamCall): Promise<Result<UpstreamAnswer, string>> {
    const connected = await this.connect();
    if (!connected.ok) return connected;
    const answer = await connected.value.transport.call(call);
    if (answer.ok) this.noteThere();
    else this.#noteAway(answer.error);
    return answer;
  }

  /** The connections to the upstream where it is found now. */
  async connect(): Promise<Result<Connected, string>> {
    if (this.#connected !== null) return success(this.#connected);
    const target = findUpstream(this.#settings.wish, this.#settings.surroundings);
    if (!target.ok) {
      this.#change({ kind: 'unusable', reason: target.error });
      return target;
    }
    try {
      this.#part ??= await this.#settings.load();
    } catch (thrown) {
      const reason = `its client cannot be loaded: ${messageOf(thrown)}`;
      this.#change({ kind: 'unusable', reason });
      return failure(reason);
    }
    // Somebody else may have connected while this was loaded.
    this.#connected ??= { target: target.value, transport: this.#part.createTransport(target.value) };
    return success(this.#connected);
  }

  /** To be told when the upstream was reached another way. */
  noteThere(): void {
    this.#awayUntil = 0;
    this.#pauseMs = firstPauseMs;
    if (this.#state.kind === 'away') this.#change({ kind: 'connected' });
  }

  /** It answers, but cannot be what we ask. */
  refuse(reason: string): void {
    this.#change({ kind: 'unusable', reason });
  }

  dispose(): void {
    this.#connected?.transport.close();
    this.#changed.dispose();
  }

  #noteAway(reason: string): void {
    this.#awayUntil = performance.now() + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    this.#change({ kind: 'away', reason });
    const { wish } = this.#settings;
    if (wish.url !== 'auto') return;
    this.#connected?.transport.close();
    this.#connected = null;
  }

  #awayFor(request: ExecRequest): UpstreamWord {
    const reason = 'reason' in this.#state ? this.#state.reason : 'it does not answer';
    if (this.#state.kind === 'unusable') return { kind: 'unusable', reason };
    return { kind: 'away', reason, isClosed: this.#settings.wish.failsClosed || this.#failsClosed(request) };
  }

  /** Whether the asker's own fail mode is closed, by the environment that the library in it was loaded with. */
  #failsClosed({ pid }: ExecRequest): boolean {
    const environment = pid === null ? null : this.#settings.processes.environment(pid);
    const entry = environment?.find((each) => each.startsWith('RAMPART_FAIL_OPEN='));
    const value = entry?.slice('RAMPART_FAIL_OPEN='.length) ?? '';
    return value !== '' && value !== '1';
  }

  #bodyOf(request: ExecRequest, id: string, isBinding: boolean): object {
    const { agent, session, command, path, url, cwd, parameters } = request;
    const params = {
      ...parameters,
      ...(command === '' ? {} : { command: command.slice(0, maxCommandLength) }),
      ...(path === null ? {} : { path }),
      ...((url ?? null) === null ? {} : { url }),
    };
    const place = cwd === null ? {} : { cwd };
    return { agent, session, params, enforce: isBinding, tool_call_id: `${this.#run}${id}`, ...place };
  }

  #change(state: UpstreamState): void {
    const before = this.#state;
    this.#state = state;
    if (before.kind !== state.kind) this.#changed.fire(state);
  }
}

/** Whether a question was forwarded by another endpoint: it is not forwarded again. */
export function isForwarded(callId: unknown): boolean {
  return typeof callId === 'string' && /^rampart-[0-9a-f]{8}-[0-9a-f]{32}$/.test(callId);
}
