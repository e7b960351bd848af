import { ChunkDecoder } from './chunkDecoder.ts';
import { parseRequestHead } from './requestHead.ts';
import type { RequestHead } from './requestHead.ts';

/** The largest head of a request in bytes, as the peer has it. */
const maxHeadBytes = 65_536;

/** What the bytes so far make. */
export type ReadStep =
  | { readonly kind: 'more' }
  /** The head is whole, and its client waits for a word before it sends the body. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'request'; readonly head: RequestHead; readonly body: Buffer }
  /** Nothing that follows on this connection can be read. */
  | { readonly kind: 'refused'; readonly message: string };

const more: ReadStep = { kind: 'more' };
const endOfHead = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

/** Cuts the bytes of one connection into requests, one at a time. Holds at most a head and a body. */
export class RequestReader {
  readonly #maxBodyBytes: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #head: RequestHead | null = null;
  #decoder: ChunkDecoder | null = null;
  #wasTold = false;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** Whether nothing of a request has come. */
  get isEmpty(): boolean {
    return this.#head === null && this.#length === 0;
  }

  /** The head of the next request; null until it is whole. */
  get head(): RequestHead | null {
    return this.#head;
  }

  /** Takes what came. */
  push(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** The next thing to do; after a request, what follows it is kept for the next call. */
  next(): ReadStep {
    if (this.#length === 0 && this.#head === null) return more;
    if (this.#head === null) {
      const refused = this.#readHead();
      if (refused !== null) return refused;
    }
    return this.#head === null ? more : this.#readBody(this.#head);
  }

  /** Null when the head was read, or is not whole yet. */
  #readHead(): ReadStep | null {
    const bytes = this.#take();
    const end = bytes.indexOf(endOfHead);
    if (end > maxHeadBytes || (end === -1 && bytes.length > maxHeadBytes)) {
      return { kind: 'refused', message: `the head is longer than ${maxHeadBytes} bytes` };
    }
    if (end === -1) return null;
    const head = readKnownHead(bytes.toString('latin1', 0, end));
    if (!head.ok) return { kind: 'refused', message: head.error };
    this.#head = head.value;
    this.#put(bytes.subarray(end + endOfHead.length));
    return null;
  }

  #readBody(head: RequestHead): ReadStep {
    const { body, awaitsContinue } = head;
    const isTooLong = body.kind === 'length' && body.length > this.#maxBodyBytes;
    if (isTooLong) return this.#tooLong();
    if (awaitsContinue && !this.#wasTold) {
      this.#wasTold = true;
      return { kind: 'continue' };
    }
    if (body.kind === 'chunked') return this.#readChunks(head);
    if (this.#length < body.length) return more;
    const bytes = body.length === 0 ? nothing : this.#take();
    return this.#finish({ kind: 'request', head, body: bytes.subarray(0, body.length) }, body.length);
  }

  #readChunks(head: RequestHead): ReadStep {
    this.#decoder ??= new ChunkDecoder(this.#maxBodyBytes);
    if (this.#length < this.#decoder.needed) return more;
    const { kind, consumed } = this.#decoder.decode(this.#take());
    if (kind === 'whole') return this.#finish({ kind: 'request', head, body: this.#decoder.body }, consumed);
    if (kind === 'tooLong') return this.#tooLong();
    if (kind === 'broken') return { kind: 'refused', message: 'the chunks of the body could not be read' };
    this.#drop(consumed);
    return more;
  }

  #tooLong(): ReadStep {
    return { kind: 'refused', message: `the body is longer than ${this.#maxBodyBytes} bytes` };
  }

  #finish(request: ReadStep, consumed: number): ReadStep {
    this.#drop(consumed);
    this.#head = null;
    this.#decoder = null;
    this.#wasTold = false;
    return request;
  }

  /** All bytes as one; they stay. */
  #take(): Buffer {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  #drop(consumed: number): void {
    if (consumed > 0) this.#put(this.#take().subarray(consumed));
  }

  #put(bytes: Buffer): void {
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.#length = bytes.length;
  }
}

/** How many heads are remembered, and how long each may be: libraries send the same few again and again. */
const maxRememberedHeads = 256;
const maxRememberedLength = 512;
const rememberedHeads = new Map<string, ReturnType<typeof parseRequestHead>>();

function readKnownHead(text: string): ReturnType<typeof parseRequestHead> {
  const known = rememberedHeads.get(text);
  if (known !== undefined) return known;
  const head = parseRequestHead(text);
  if (rememberedHeads.size >= maxRememberedHeads) rememberedHeads.clear();
  // A credential is kept by nobody.
  const isSecret = head.ok && head.value.headers.has('authorization');
  if (text.length <= maxRememberedLength && !isSecret) rememberedHeads.set(text, head);
  return head;
}
