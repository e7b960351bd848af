import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Event } from '../base/emitter.ts';
import { parseJson } from '../base/record.ts';
import { parseStreamEvent } from '../protocol/parseStreamEvent.ts';
import { routes } from '../protocol/routes.ts';
import type { StreamEvent } from '../protocol/streamEvent.ts';
import type { EndpointAddress } from './endpointAddress.ts';
import { EventFrameReader } from './eventFrames.ts';
import { requestOptions } from './httpExchange.ts';

/** What a stream may be told; times in milliseconds. */
export interface EventSourceOptions {
  readonly address: EndpointAddress;
  readonly token?: string;
  /** The window's folders, by which the endpoint finds the workspace of a command. */
  readonly folders?: readonly string[];
  /** Whether a person here can answer what waits for approval. */
  readonly canApprove?: boolean;
  /** The pause after the first failure; it doubles up to `longestPauseMs`. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** After this long without a byte, heartbeats included, the connection counts as dead. */
  readonly silenceMs?: number;
}

/** Whether the stream is open, and why not. */
export type ConnectionState =
  { readonly connected: true } | { readonly connected: false; readonly reason: string };

const defaults = { firstPauseMs: 100, longestPauseMs: 5_000, silenceMs: 40_000 };

/**
 * Reads the endpoint's stream until it is disposed: reconnects by itself, and asks for what it missed by
 * `Last-Event-ID`. Nothing happens before `open`.
 */
export class EventSource implements Disposable {
  readonly #options: EventSourceOptions & typeof defaults;
  readonly #received = new Emitter<StreamEvent>();
  readonly #connection = new Emitter<ConnectionState>();
  #state: ConnectionState = { connected: false, reason: 'not connected yet' };
  #call: ClientRequest | null = null;
  #pause: NodeJS.Timeout | null = null;
  #pauseMs: number;
  #lastId = '';
  #disposed = false;

  /** An event of the stream; those of a type that is not known are passed over. */
  readonly onDidReceive: Event<StreamEvent> = this.#received.event;
  /** The connection was made or lost, or cannot be made for another reason than before. */
  readonly onDidChangeConnection: Event<ConnectionState> = this.#connection.event;

  constructor(options: EventSourceOptions) {
    this.#options = { ...defaults, ...options };
    this.#pauseMs = this.#options.firstPauseMs;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects now, also when a pause would still last: a caller has just started an endpoint. */
  open(): void {
    if (this.#disposed || this.#call !== null) return;
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
    this.#connect();
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#call?.destroy();
    this.#received.dispose();
    this.#connection.dispose();
  }

  #connect(): void {
    const { address, token, folders = [], canApprove = false, silenceMs } = this.#options;
    const query = new URLSearchParams([
      ...folders.map((folder): [string, string] => ['folder', folder]),
      ...(canApprove ? [['approvals', 'answer'] as [string, string]] : []),
    ]).toString();
    const path = query === '' ? routes.stream : `${routes.stream}?${query}`;
    const options = requestOptions(address, path, token ?? null);
    const replay: Record<string, string> = this.#lastId === '' ? {} : { 'last-event-id': this.#lastId };
    const headers = { ...options.headers, ...replay, accept: 'text/event-stream' };
    const call = request({ ...options, headers, timeout: silenceMs });
    this.#call = call;
    const lost = (reason: string): void => {
      call.destroy();
      if (this.#call === call) this.#lose(reason);
    };
    call.on('timeout', () => lost('the endpoint went silent'));
    call.on('error', (error) => lost(error.message));
    call.on('response', (response) => this.#read(response, lost));
    call.end();
  }

  #read(response: IncomingMessage, lost: (reason: string) => void): void {
    if (response.statusCode !== 200) {
      lost(`the endpoint refused the stream with status ${response.statusCode ?? 0}`);
      return;
    }
    this.#pauseMs = this.#options.firstPauseMs;
    this.#change({ connected: true });
    const frames = new EventFrameReader();
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      for (const frame of frames.push(piece)) {
        this.#lastId = frame.id;
        this.#deliver(frame.text);
      }
      if (frames.isOverflowing) lost('an event was too long');
      // One piece a turn: whatever has piled up, others in this process get theirs in between.
      response.pause();
      setImmediate(() => response.resume());
    });
    response.on('error', (error) => lost(error.message));
    response.on('end', () => lost('the endpoint closed the stream'));
  }

  #deliver(text: string): void {
    const payload = parseJson(text);
    const event = payload.ok ? parseStreamEvent(payload.value) : payload;
    if (event.ok && !this.#disposed) this.#received.fire(event.value);
  }

  #lose(reason: string): void {
    this.#call = null;
    if (this.#disposed) return;
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#connect();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.longestPauseMs);
    this.#change({ connected: false, reason });
  }

  #change(state: ConnectionState): void {
    const changed = reasonOf(state) !== reasonOf(this.#state);
    this.#state = state;
    if (changed) this.#connection.fire(state);
  }
}

function reasonOf(state: ConnectionState): string | null {
  return state.connected ? null : state.reason;
}
