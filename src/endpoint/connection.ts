import { refuse } from './exchange.ts';
import type { Caller, EndpointRequest, EndpointResponse } from './exchange.ts';
import type { Line } from './line.ts';
import { RequestReader } from './requestReader.ts';
import type { ReadStep } from './requestReader.ts';
import type { RequestHead } from './requestHead.ts';
import { sendResponse } from './sendResponse.ts';

/** How long a request's head may take, in milliseconds; the peer's values. */
const headerTimeoutMs = 5_000;
const requestTimeoutMs = 30_000;
const answerTimeoutMs = 30_000;
const keepAliveTimeoutMs = 120_000;

/** How long what a refused client still sends is thrown away, so that it can read why, in milliseconds. */
const drainTimeoutMs = 2_000;

/** What one of our two doors adds to the exchange. */
export interface DoorSettings {
  readonly maxBodyBytes: number;
  /** Why a request may not come in at this door; null lets it in. */
  readonly refusalOf: (head: RequestHead) => string | null;
  readonly callerOf: (head: RequestHead, line: Line) => Caller;
  /** Total: a failure of ours is an answer too. */
  readonly answer: (request: EndpointRequest) => Promise<EndpointResponse> | EndpointResponse;
}

/** Serves one client: one request after the other, each answered before the next is read. */
export class Connection {
  readonly #settings: DoorSettings;
  readonly #line: Line;
  readonly #reader: RequestReader;
  #phase: 'reading' | 'answering' | 'leaving' = 'reading';
  #hasEnded = false;
  /** When the client's patience or ours is over, as `performance.now()` has it. */
  #deadline: number;
  #requestSince: number;

  /** `first` is what the client has sent already; it is taken before this returns. */
  constructor(line: Line, settings: DoorSettings, first: Buffer | null) {
    this.#line = line;
    this.#settings = settings;
    this.#reader = new RequestReader(settings.maxBodyBytes);
    this.#requestSince = performance.now();
    this.#deadline = this.#requestSince + headerTimeoutMs;
    if (first !== null) this.#take(first);
    if (!line.isClosed) this.#listen();
  }

  #listen(): void {
    const { socket } = this.#line;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => this.#noteEnd());
  }

  /** Whether nothing was asked that is not answered yet. */
  get isIdle(): boolean {
    return this.#phase === 'reading' && this.#reader.isEmpty;
  }

  /** Whether no whole request has come yet. */
  get isReading(): boolean {
    return this.#phase === 'reading';
  }

  /** Ends what takes too long; `now` as `performance.now()` has it. */
  checkTime(now: number): void {
    if (now < this.#deadline) return;
    if (this.#phase === 'reading' && !this.#reader.isEmpty) this.#refuse(408, 'the request takes too long');
    else this.destroy();
  }

  destroy(): void {
    this.#line.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#phase === 'leaving') return;
    if (this.#reader.isEmpty && this.#phase === 'reading') {
      this.#requestSince = performance.now();
      this.#deadline = this.#requestSince + headerTimeoutMs;
    }
    this.#reader.push(bytes);
    // A client that does not wait for its answers is read again when it has them.
    if (this.#phase === 'answering') this.#line.socket.pause();
    else this.#advance();
  }

  #noteEnd(): void {
    this.#hasEnded = true;
    if (this.#phase === 'reading') this.#leave();
  }

  /** Serves what has come; a loop, for thousands of requests may have come at once. */
  #advance(): void {
    let isAllTaken = false;
    while (this.#phase === 'reading' && !isAllTaken) {
      const step = this.#reader.next();
      isAllTaken = step.kind === 'more';
      this.#serve(step);
    }
  }

  #serve(step: ReadStep): void {
    switch (step.kind) {
      case 'more':
        if (this.#reader.head !== null) this.#deadline = this.#requestSince + requestTimeoutMs;
        if (this.#hasEnded) this.#leave();
        return;
      case 'continue':
        if (this.#isLetIn(this.#reader.head)) this.#line.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        return;
      case 'refused':
        this.#refuse(400, step.message);
        return;
      case 'request':
        if (this.#isLetIn(step.head)) this.#answer(step.head, step.body);
    }
  }

  #isLetIn(head: RequestHead | null): boolean {
    const refusal = head === null ? null : this.#settings.refusalOf(head);
    if (refusal !== null) this.#refuse(403, refusal, head);
    return refusal === null;
  }

  #answer(head: RequestHead, body: Buffer): void {
    this.#phase = 'answering';
    this.#deadline = Infinity;
    const answer = this.#settings.answer(this.#requestOf(head, body));
    if (!(answer instanceof Promise)) {
      this.#send(head, answer);
      return;
    }
    const goOn = (response: EndpointResponse): void => {
      this.#send(head, response);
      this.#advance();
    };
    answer.then(goOn, () => goOn(refuse(500, 'the endpoint failed')));
  }

  #send(head: RequestHead, response: EndpointResponse): void {
    if (this.#line.isClosed) {
      if (response.kind === 'files') sendResponse(this.#line, response, { head, ...lastAnswer });
      return;
    }
    const keepsOpen = head.keepsOpen && !this.#hasEnded && response.kind === 'json';
    this.#deadline = response.kind === 'stream' ? Infinity : performance.now() + answerTimeoutMs;
    if (!keepsOpen) this.#phase = 'leaving';
    sendResponse(this.#line, response, { head, keepsOpen, isAllRead: this.#reader.isEmpty });
    if (keepsOpen) this.#readOn();
  }

  /** Whoever asks on without reading its answers is read again when it has them. */
  #readOn(): void {
    const { socket } = this.#line;
    if (socket.writableNeedDrain) {
      socket.once('drain', () => {
        this.#readOn();
        this.#advance();
      });
      return;
    }
    this.#phase = 'reading';
    this.#requestSince = performance.now();
    this.#deadline = this.#requestSince + (this.#reader.isEmpty ? keepAliveTimeoutMs : headerTimeoutMs);
    if (socket.isPaused()) socket.resume();
  }

  /** Says why, then throws away what still comes. */
  #refuse(status: number, message: string, head: RequestHead | null = null): void {
    this.#phase = 'leaving';
    this.#deadline = performance.now() + drainTimeoutMs;
    sendResponse(this.#line, refuse(status, message), { head, ...lastAnswer });
  }

  #leave(): void {
    this.#phase = 'leaving';
    this.#deadline = performance.now() + drainTimeoutMs;
    this.#line.socket.end();
  }

  #requestOf(head: RequestHead, body: Buffer): EndpointRequest {
    const { method, target, headers } = head;
    const mark = target.indexOf('?');
    const lastEventId = Number.parseInt(headers.get('last-event-id') ?? '', 10);
    return {
      method,
      path: mark === -1 ? target : target.slice(0, mark),
      query: mark === -1 ? noQuery : new URLSearchParams(target.slice(mark + 1)),
      text: body.toString(),
      lastEventId: Number.isSafeInteger(lastEventId) ? lastEventId : null,
      wait: this.#waitOf(headers),
      caller: this.#settings.callerOf(head, this.#line),
    };
  }

  /** Whether the asker goes on waiting as long as it is told that somebody decides. */
  #waitOf(headers: ReadonlyMap<string, string>): EndpointRequest['wait'] {
    const [, seconds] = /(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])/.exec(headers.get('prefer') ?? '') ?? [];
    if (seconds === undefined) return null;
    return {
      seconds: Number(seconds),
      isOpen: () => !this.#line.isClosed && !this.#hasEnded,
      sendProcessing: () => {
        if (this.#phase === 'answering') this.#line.socket.write('HTTP/1.1 102 Processing\r\n\r\n');
      },
    };
  }
}

const noQuery = new URLSearchParams();

/** Behind it the client is given time to read it. */
const lastAnswer = { keepsOpen: false, isAllRead: false };
