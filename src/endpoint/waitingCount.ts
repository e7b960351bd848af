import { closeSync, readSync, writeSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { openOwnFile } from '../system/ownFile.ts';
import { leaveCount } from './lostRecords.ts';

/** The length of the file, in bytes: written over in place, it never needs more of the disk than it has. */
const length = 8;

const maxCount = 9_999_999;

/** What the count is kept with. */
export interface WaitingCountSettings {
  /** `waiting` of the state directory. */
  readonly file: string;
  /** Where lost records are counted, those of libraries too. */
  readonly lost: string;
  readonly logger: Logger;
}

/**
 * Keeps on the disk how many records wait for room there and stand nowhere else, so that they are counted as lost when the
 * endpoint is killed meanwhile.
 */
export class WaitingCount implements Disposable {
  readonly #logger: Logger;
  /** Those of an endpoint before us that are counted nowhere else yet. */
  #earlier = 0;
  #descriptor: number | null = null;

  constructor({ file, lost, logger }: WaitingCountSettings) {
    this.#logger = logger;
    try {
      this.#descriptor = openOwnFile(file, 'change');
      const left = readCount(this.#descriptor);
      this.#earlier = left === 0 ? 0 : leaveCount(lost, left);
    } catch (thrown) {
      this.#tell(thrown);
    }
    this.note(0);
  }

  note(count: number): void {
    try {
      if (this.#descriptor !== null) writeSync(this.#descriptor, format(this.#earlier + count), 0, length, 0);
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  dispose(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #tell(thrown: unknown): void {
    this.#logger.error(`what waits for the disk cannot be counted: ${messageOf(thrown)}`);
  }
}

function format(count: number): Buffer {
  return Buffer.from(`${String(Math.min(count, maxCount)).padStart(length - 1, '0')}\n`);
}

function readCount(descriptor: number): number {
  const bytes = Buffer.alloc(length);
  const text = bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, length, 0));
  return /^\d{7}\n$/.test(text) ? Number(text) : 0;
}
