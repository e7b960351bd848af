/** One server-sent event; HTML Living Standard, section 9.2. */
export interface EventFrame {
  /** The last `id:` seen so far; empty when there was none. */
  readonly id: string;
  readonly text: string;
}

/** The longest event that is read, in characters. */
export const maxFrameCharacters = 4 * 1_048_576;

/**
 * Cuts a stream of characters into events. Comments (heartbeats) are passed over.
 * `isOverflowing` turns true when an event is longer than the bound; the stream is then of no use any more.
 */
export class EventFrameReader {
  #rest = '';
  #id = '';
  #lines: string[] = [];
  #length = 0;

  get isOverflowing(): boolean {
    return this.#length + this.#rest.length > maxFrameCharacters;
  }

  /** Takes the next piece and gives back the events that it completed. */
  push(piece: string): readonly EventFrame[] {
    const frames: EventFrame[] = [];
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const frame = this.#take(line);
      if (frame !== null) frames.push(frame);
    }
    return frames;
  }

  #take(line: string): EventFrame | null {
    if (line === '') return this.#complete();
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') this.#id = value;
    if (name === 'data') {
      this.#lines.push(value);
      this.#length += value.length;
    }
    return null;
  }

  #complete(): EventFrame | null {
    if (this.#lines.length === 0) return null;
    const frame = { id: this.#id, text: this.#lines.join('\n') };
    this.#lines = [];
    this.#length = 0;
    return frame;
  }
}
