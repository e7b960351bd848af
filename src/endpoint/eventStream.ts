import type { Disposable } from '../base/disposable.ts';
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

interface HeldEvent {
  readonly id: number;
  readonly text: string;
}

/** What a reader says of itself. */
export interface ReaderWishes {
  readonly folders: readonly string[];
  /** Whether a person there can answer what waits for approval. */
  readonly canApprove: boolean;
  readonly lastEventId: number | null;
}

interface Reader {
  readonly sink: StreamSink;
  readonly folders: readonly string[];
  readonly canApprove: boolean;
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

  /** `startedAt` in milliseconds since 1970. */
  constructor(startedAt: number) {
    this.#firstId = startedAt * 1_000;
    this.#nextId = this.#firstId;
    this.#heartbeat = setInterval(() => this.#broadcast(': alive\n\n', false), heartbeatMs);
    this.#heartbeat.unref();
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  /** Whether somebody listens who said that a person there can answer. */
  get canApprove(): boolean {
    return [...this.#readers].some(({ canApprove }) => canApprove);
  }

  /** Folders of the windows that listen now. */
  get folders(): readonly string[] {
    return [...this.#readers].flatMap(({ folders }) => folders);
  }

  publish(event: StreamEvent): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const text = `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
    this.#held.push({ id, text });
    this.#heldBytes += text.length;
    while (this.#held.length > maxHeldEvents || this.#heldBytes > maxHeldBytes) {
      this.#heldBytes -= this.#held.shift()?.text.length ?? 0;
    }
    this.#broadcast(text, true);
  }

  /**
   * Adds a reader: it gets `greeting`, then what is held after its last id, then every event. Disposing takes it
   * out.
   */
  open(
    sink: StreamSink,
    greeting: StreamEvent,
    { folders, lastEventId, canApprove }: ReaderWishes,
  ): Disposable {
    const reader: Reader = { sink, folders, canApprove, missed: 0 };
    sink.write(frame(greeting));
    if (lastEventId !== null) this.#replay(reader, lastEventId);
    this.#readers.add(reader);
    return { dispose: () => this.#readers.delete(reader) };
  }

  /** Ends every stream. */
  dispose(): void {
    clearInterval(this.#heartbeat);
    for (const { sink } of this.#readers) sink.end();
    this.#readers.clear();
  }

  #replay(reader: Reader, lastEventId: number): void {
    const from = Math.max(lastEventId + 1, this.#firstId);
    const firstHeld = this.#held[0]?.id ?? this.#nextId;
    if (from < firstHeld) reader.sink.write(frame({ type: 'gap', missed: firstHeld - from }));
    for (const { id, text } of this.#held) {
      if (id >= from) this.#send(reader, text, true);
    }
  }

  #broadcast(text: string, counts: boolean): void {
    for (const reader of this.#readers) this.#send(reader, text, counts);
  }

  #send(reader: Reader, text: string, counts: boolean): void {
    if (reader.missed === 0 && reader.sink.queuedBytes() < maxQueuedBytes) {
      reader.sink.write(text);
      return;
    }
    if (!counts) return;
    reader.missed += 1;
    if (reader.missed > 1) return;
    reader.sink.onceDrained(() => {
      const { missed } = reader;
      reader.missed = 0;
      reader.sink.write(frame({ type: 'gap', missed }));
    });
  }
}

function frame(event: StreamEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}
