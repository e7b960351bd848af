import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { parseJournal } from '../system/journalFrame.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { asideName } from './putAside.ts';

/** How long one look may take, and how long after it the next is when there is more, in milliseconds: questions are answered meanwhile. */
const maxLookMs = 10;

/** A journal of more bytes is written to by no library: docs/protocol.md, section 5. */
const fullBytes = 67_108_864;

/** How much is read at a time, in bytes. */
const pieceBytes = 16_384;

/** What the reader needs of the world. */
export interface JournalReaderSettings {
  /** The journal's path in the state directory. */
  readonly file: string;
  readonly logger: Logger;
  /** Whether the state directory is still ours; nothing is taken from another's. */
  readonly isOurs: () => boolean;
  /** While it is so nothing is read: what is not in the log yet stays in the journal, where our end does not touch it. */
  readonly isHeldUp: () => boolean;
  /** Called for all frames, some at a time; one that was put aside before a crash may come again with the same id. */
  readonly onFrames: (frames: readonly JournalFrame[]) => void;
  /** Called for a journal that was full, so that libraries could tell nothing more. */
  readonly onFull: () => void;
}

/**
 * Takes what libraries wrote to the journal. The file is renamed to `journal.<n>`, read, and removed only when
 * all of it was passed on: what a crash leaves is read again by the next endpoint, and the ids of its frames tell
 * what is in the log already. It is removed before its last bytes are read: a library that writes later sees that
 * its file has no link left and repeats the frame, docs/protocol.md, section 5.
 */
export class JournalReader implements Disposable {
  readonly #settings: JournalReaderSettings;
  /** One for all reads: a journal is read ten times a second, and each of its own would be a case for the collector. */
  readonly #buffer = Buffer.allocUnsafeSlow(pieceBytes);
  #nextLook: NodeJS.Timeout | null = null;
  #taken: TakenFile | null = null;
  /** Whether files may stand there that were put aside and not read. */
  #hasLeftovers = true;
  #skipped = 0;

  constructor(settings: JournalReaderSettings) {
    this.#settings = settings;
  }

  /** Bytes that belonged to no frame since the start. */
  get skippedBytes(): number {
    return this.#skipped;
  }

  /** What a crashed endpoint before us had put aside. */
  static readLeftovers(file: string): readonly string[] {
    const prefix = `${basename(file)}.`;
    try {
      return readdirSync(dirname(file))
        .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
        .sort((first, second) => Number(first.slice(prefix.length)) - Number(second.slice(prefix.length)))
        .map((name) => join(dirname(file), name));
    } catch {
      return [];
    }
  }

  /**
   * Reads what is there, as far as the time of one look allows, and goes on soon where it was not enough. Tells whether there
   * was something, or may be something that has to wait.
   */
  poll(): boolean {
    const end = performance.now() + maxLookMs;
    let hasMore = this.#readNext();
    const hadSome = hasMore || this.#settings.isHeldUp();
    while (hasMore && performance.now() < end) hasMore = this.#readNext();
    if (hasMore) this.#goOn();
    return hadSome;
  }

  /** Reads everything that is there now. */
  drain(): void {
    while (this.#readNext());
  }

  dispose(): void {
    if (this.#nextLook !== null) clearTimeout(this.#nextLook);
    this.#release();
  }

  #goOn(): void {
    if (this.#nextLook !== null) return;
    this.#nextLook = setTimeout(() => {
      this.#nextLook = null;
      this.poll();
    }, maxLookMs);
    this.#nextLook.unref();
  }

  /** Whether there was something to read. */
  #readNext(): boolean {
    try {
      const { isOurs, isHeldUp } = this.#settings;
      if (!isOurs() || isHeldUp()) return false;
      this.#taken ??= this.#take();
      if (this.#taken === null) return false;
      this.#readPiece(this.#taken);
      return true;
    } catch (thrown) {
      this.#settings.logger.error(`the journal cannot be read: ${messageOf(thrown)}`);
      this.#hasLeftovers = true;
      this.#release();
      return false;
    }
  }

  #take(): TakenFile | null {
    const { file } = this.#settings;
    const [leftover] = this.#hasLeftovers ? JournalReader.readLeftovers(file) : [];
    this.#hasLeftovers = leftover !== undefined;
    const aside = leftover ?? putAside(file);
    if (aside === null) return null;
    const descriptor = openJournal(aside);
    if (fstatSync(descriptor).size >= fullBytes) this.#settings.onFull();
    return { file: aside, descriptor, position: 0, rest: Buffer.alloc(0), state: 'begun' };
  }

  #readPiece(taken: TakenFile): void {
    // What was passed on is in the log by now, or waits and has held us up.
    if (taken.state === 'passed on') remove(taken);
    const length = readSync(taken.descriptor, this.#buffer, 0, pieceBytes, taken.position);
    taken.position += length;
    const piece = this.#buffer.subarray(0, length);
    const rest = this.#pass(taken.rest.length === 0 ? piece : Buffer.concat([taken.rest, piece]), false);
    // The buffer is read into again.
    taken.rest = Buffer.from(rest);
    if (length === pieceBytes) return;
    if (taken.state === 'begun') {
      taken.state = 'passed on';
    } else {
      // A frame that will never end, as a full disk cut it short, must not hide those behind its beginning.
      this.#pass(taken.rest, true);
      this.#release();
    }
  }

  /** Passes the frames on, and gives back the beginning of one that has not ended, unless this is the end. */
  #pass(bytes: Buffer, isEnd: boolean): Buffer {
    const stretch = parseJournal(bytes, isEnd);
    this.#skipped += stretch.skipped;
    if (stretch.foreign > 0) {
      const what = `${stretch.foreign} records of a library of another version`;
      this.#settings.logger.warn(`the journal has ${what}, which cannot be read: update the endpoint`);
    }
    if (stretch.frames.length > 0) this.#settings.onFrames(stretch.frames);
    return bytes.subarray(stretch.consumed);
  }

  #release(): void {
    if (this.#taken !== null) closeSync(this.#taken.descriptor);
    this.#taken = null;
  }
}

interface TakenFile {
  readonly file: string;
  readonly descriptor: number;
  position: number;
  /** The beginning of a frame. */
  rest: Buffer;
  /** `passed on`: all that was there has been, and the file can go before the last look at it. */
  state: 'begun' | 'passed on' | 'removed';
}

function remove(taken: TakenFile): void {
  unlinkSync(taken.file);
  taken.state = 'removed';
}

function putAside(journal: string): string | null {
  if (!existsSync(journal)) return null;
  const aside = `${journal}.1`;
  renameSync(journal, aside);
  return aside;
}

/** What is no file of ours goes out of the way, so that it does not keep us from the next journal. */
function openJournal(file: string): number {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
  } catch (thrown) {
    renameSync(file, asideName(file));
    throw thrown;
  }
  renameSync(file, asideName(file));
  throw new Error(`${file} is not a regular file`);
}
