/** The longest line before a chunk, with its extensions, and the longest trailer, in bytes. */
const maxLineBytes = 1_024;

/** How many chunks a body may have: many small ones are no way around its limit. */
const maxChunks = 65_536;

const lineEnd = Buffer.from('\r\n');

/** What the decoder makes of the bytes it was shown; `consumed` of them it does not want to see again. */
export interface DecodedStretch {
  readonly kind: 'more' | 'whole' | 'broken' | 'tooLong';
  readonly consumed: number;
}

/** Reads a chunked body piece by piece; RFC 9112, section 7.1. Extensions and trailers are passed over. */
export class ChunkDecoder {
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #trailerBytes = 0;
  #isWhole = false;
  /** Bytes of the open chunk with its line end; null between two chunks, 0 in the trailer. */
  #open: number | null = null;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many bytes are needed before it is worth to look again. */
  get needed(): number {
    return Math.max(this.#open ?? 0, 1);
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Goes on with bytes that begin where it stopped. */
  decode(bytes: Buffer): DecodedStretch {
    let consumed = 0;
    for (;;) {
      const step = this.#step(bytes.subarray(consumed));
      if (typeof step !== 'number') return { kind: step, consumed };
      consumed += step;
      if (this.#isWhole) return { kind: 'whole', consumed };
    }
  }

  /** How many bytes were used up, or why there is no next step. */
  #step(bytes: Buffer): number | 'more' | 'broken' | 'tooLong' {
    if (this.#open !== null && this.#open > 0) return this.#takeChunk(bytes, this.#open);
    const end = bytes.indexOf(lineEnd);
    if (end === -1) return bytes.length > maxLineBytes ? 'broken' : 'more';
    if (this.#open !== null) return this.#passTrailer(end);
    const [, digits] =
      /^([0-9A-Fa-f]{1,8})(?:[ \t]*;[^\r\n]*)?$/.exec(bytes.toString('latin1', 0, end)) ?? [];
    if (digits === undefined || end > maxLineBytes) return 'broken';
    const size = Number.parseInt(digits, 16);
    this.#length += size;
    if (this.#length > this.#maxBytes || this.#chunks.length >= maxChunks) return 'tooLong';
    this.#open = size === 0 ? 0 : size + lineEnd.length;
    return end + lineEnd.length;
  }

  #takeChunk(bytes: Buffer, size: number): number | 'more' | 'broken' {
    if (bytes.length < size) return 'more';
    const end = size - lineEnd.length;
    if (bytes.indexOf(lineEnd, end) !== end) return 'broken';
    this.#chunks.push(bytes.subarray(0, end));
    this.#open = null;
    return size;
  }

  /** An empty line ends the trailer, and with it the body. */
  #passTrailer(end: number): number | 'broken' {
    this.#trailerBytes += end + lineEnd.length;
    if (this.#trailerBytes > maxLineBytes) return 'broken';
    this.#isWhole = end === 0;
    return end + lineEnd.length;
  }
}
