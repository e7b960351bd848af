import type { Disposable } from '../base/disposable.ts';
import { parseJson } from '../base/record.ts';
import { parseStreamEvent } from '../protocol/parseStreamEvent.ts';
import type { StreamEvent } from '../protocol/streamEvent.ts';
import type { StreamSink } from './exchange.ts';

/** How many events are held for readers that come back. */
export const maxHeldEvents = 1_000;

/** How many bytes those events may have. */
const maxHeldBytes = 4_194_304;

/** What a reader may leave unread before the next events wait where they are held, in bytes. */
export const maxQueuedBytes = 1_048_576;

/** The same for a reader that is sent what is held, in bytes: those bytes are its own, others are in memory for all readers. */
const maxCatchUpBytes = 65_536;

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
  /** Whether events wait until it has taken what was sent. */
  isBehind: boolean;
}

/**
 * Sends events to every window that listens. Ids grow by one and go on growing over restarts, as they start at
 * the time of the start. A reader that does not keep up gets what is still held, and is told how many events are not.
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
      if (reader.isBehind) continue;
      const { filter } = reader.wishes;
      const wanted = filter === null ? events : events.filter(({ event }) => isWanted(event, filter));
      const [first] = wanted;
      if (first === undefined) continue;
      const piece = wanted.length === events.length ? all : wanted.map(frameOf).join('');
      if (reader.sink.queuedBytes() < maxQueuedBytes) reader.sink.write(piece);
      else this.#letWait(reader, first.id);
    }
  }

  /**
   * Adds a reader: it gets `greeting`, then what is held after its last id, then every event. Disposing takes it
   * out.
   */
  open(sink: StreamSink, greeting: StreamEvent, wishes: StreamWishes): Disposable {
    this.flush();
    const reader: Reader = { sink, wishes, isBehind: false };
    sink.write(frame(greeting));
    if (wishes.lastEventId !== null) this.#catchUp(reader, this.#idAfter(wishes.lastEventId));
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

  /** An id that is none of ours was given before our time, or by a clock that was set back: everything of ours is new then. */
  #idAfter(lastEventId: number): number {
    const isOurs = lastEventId >= this.#firstId && lastEventId < this.#nextId;
    return isOurs ? lastEventId + 1 : this.#firstId;
  }

  /** Sends what is held from an id on, as fast as the reader takes it. */
  #catchUp(reader: Reader, from: number): void {
    reader.isBehind = false;
    const { sink, wishes } = reader;
    const firstHeld = this.#held[0]?.id ?? this.#nextId;
    if (from < firstHeld) sink.write(frame({ type: 'gap', missed: firstHeld - from }));
    for (const held of this.#held) {
      if (held.id < from || (wishes.filter !== null && !isTextWanted(held.json, wishes.filter))) continue;
      if (sink.queuedBytes() >= maxCatchUpBytes) {
        this.#letWait(reader, held.id);
        return;
      }
      sink.write(frameOf(held));
    }
  }

  /** Sends on from an id when the reader has taken what is queued for it. */
  #letWait(reader: Reader, from: number): void {
    reader.isBehind = true;
    reader.sink.onceDrained(() => {
      if (!this.#readers.has(reader)) return;
      // What waits to go out together is held, too.
      this.flush();
      this.#catchUp(reader, from);
    });
  }

  #beat(): void {
    for (const { isBehind, sink } of this.#readers) if (!isBehind) sink.write(': alive\n\n');
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
