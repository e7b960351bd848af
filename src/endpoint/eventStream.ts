import type { Disposable } from '../base/disposable.ts';
import { parseJson } from '../base/record.ts';
import { parseStreamEvent } from '../protocol/parseStreamEvent.ts';
import type { StreamEvent } from '../protocol/streamEvent.ts';
import type { StreamSink } from './exchange.ts';

/** How many events are held for readers that come back. */
export const maxHeldEvents = 1_000;

/** How many bytes those events may have. */
const maxHeldBytes = 4_194_304;

/** What a reader may leave unread before events are kept from it, in bytes. */
export const maxQueuedBytes = 1_048_576;

/** How often a quiet stream says that it is alive, in milliseconds; docs/protocol.md, section 9. */
const heartbeatMs = 15_000;

/** How long an event may wait for others to go out with it, in milliseconds: a write costs more than an event. */
const flushDelayMs = 5;

/** An event that was sent, as text: what is held for long is cheap to hold. */
interface HeldEvent {
  readonly id: number;
  readonly json: string;
}

interface WaitingEvent extends HeldEvent {
  readonly event: StreamEvent;
}

/** What a reader wants to hear of; an empty list is everything. The last three are about decisions alone. */
export interface StreamFilter {
  readonly types: readonly string[];
  readonly actions: readonly string[];
  readonly agents: readonly string[];
  readonly sessions: readonly string[];
}

/** What a reader says when it comes. */
export interface StreamWishes {
  readonly folders: readonly string[];
  /** Whether a person there can answer what waits for approval. */
  readonly canApprove: boolean;
  /** Null for a reader that wants nothing of what was. */
  readonly lastEventId: number | null;
  /** Null takes everything. */
  readonly filter: StreamFilter | null;
}

interface Reader {
  readonly sink: StreamSink;
  readonly wishes: StreamWishes;
  missed: number;
}

/**
 * Sends events to every window that listens. Ids grow by one and go on growing over restarts, as they start at
 * the time of the start. A reader that does not keep up is told how many events it missed.
 */
export class EventStream implements Disposable {
  readonly #held: HeldEvent[] = [];
  readonly #readers = new Set<Reader>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #firstId: number;
  #nextId: number;
  #heldBytes = 0;
  #waiting: WaitingEvent[] = [];
  #flushTimer: NodeJS.Timeout | null = null;

  /** `startedAt` in milliseconds since 1970. */
  constructor(startedAt: number) {
    this.#firstId = startedAt * 1_000;
    this.#nextId = this.#firstId;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Whether somebody listens who said that a person there can answer. */
  get canApprove(): boolean {
    return [...this.#readers].some(({ wishes }) => wishes.canApprove);
  }

  /** Folders of the windows that listen now. */
  get folders(): readonly string[] {
    return [...this.#readers].flatMap(({ wishes }) => wishes.folders);
  }

  /** Sends an event; `json` is the same as text. */
  publish(event: StreamEvent, json: string = JSON.stringify(event)): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#held.push({ id, json });
    this.#heldBytes += json.length;
    while (this.#held.length > maxHeldEvents || this.#heldBytes > maxHeldBytes) {
      this.#heldBytes -= this.#held.shift()?.json.length ?? 0;
    }
    if (this.#readers.size === 0) return;
    this.#waiting.push({ id, json, event });
    this.#flushTimer ??= setTimeout(() => this.flush(), flushDelayMs);
  }

  /** Sends now what waits to go out together. */
  flush(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    const events = this.#waiting;
    if (events.length === 0) return;
    this.#waiting = [];
    // Encoded once: what waits for slow readers is in memory once, however many they are.
    const all = Buffer.from(events.map(frameOf).join(''));
    for (const reader of this.#readers) {
      const { filter } = reader.wishes;
      const wanted = filter === null ? events : events.filter(({ event }) => isWanted(event, filter));
      const piece = wanted.length === events.length ? all : wanted.map(frameOf).join('');
      if (wanted.length > 0) this.#send(reader, piece, wanted.length);
    }
  }

  /**
   * Adds a reader: it gets `greeting`, then what is held after its last id, then every event. Disposing takes it
   * out.
   */
  open(sink: StreamSink, greeting: StreamEvent, wishes: StreamWishes): Disposable {
    this.flush();
    const reader: Reader = { sink, wishes, missed: 0 };
    sink.write(frame(greeting));
    if (wishes.lastEventId !== null) this.#replay(reader, wishes.lastEventId);
    this.#readers.add(reader);
    return { dispose: () => this.#readers.delete(reader) };
  }

  /** Ends every stream. */
  dispose(): void {
    clearInterval(this.#heartbeat);
    this.flush();
    for (const { sink } of this.#readers) sink.end();
    this.#readers.clear();
  }

  #replay(reader: Reader, lastEventId: number): void {
    const from = Math.max(lastEventId + 1, this.#firstId);
    const firstHeld = this.#held[0]?.id ?? this.#nextId;
    if (from < firstHeld) reader.sink.write(frame({ type: 'gap', missed: firstHeld - from }));
    const { filter } = reader.wishes;
    for (const held of this.#held) {
      if (held.id >= from && (filter === null || isTextWanted(held.json, filter)))
        this.#send(reader, frameOf(held), 1);
    }
  }

  #beat(): void {
    for (const reader of this.#readers) this.#send(reader, ': alive\n\n', 0);
  }

  /** `count` is how many events the text holds. */
  #send(reader: Reader, text: string | Uint8Array, count: number): void {
    if (reader.missed === 0 && reader.sink.queuedBytes() < maxQueuedBytes) {
      reader.sink.write(text);
      return;
    }
    const isFirst = reader.missed === 0;
    reader.missed += count;
    if (!isFirst || count === 0) return;
    reader.sink.onceDrained(() => {
      const { missed } = reader;
      reader.missed = 0;
      reader.sink.write(frame({ type: 'gap', missed }));
    });
  }
}

function isWanted(event: StreamEvent, { types, actions, agents, sessions }: StreamFilter): boolean {
  if (!isAmong(types, event.type)) return false;
  if (event.type !== 'audit') return true;
  const { decision, agent, session } = event.event;
  return isAmong(actions, decision.action) && isAmong(agents, agent) && isAmong(sessions, session);
}

function isTextWanted(json: string, filter: StreamFilter): boolean {
  const value = parseJson(json);
  const event = value.ok ? parseStreamEvent(value.value) : value;
  return event.ok && isWanted(event.value, filter);
}

function isAmong(wanted: readonly string[], name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function frameOf({ id, json }: HeldEvent): string {
  return `id: ${id}\ndata: ${json}\n\n`;
}

function frame(event: StreamEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
