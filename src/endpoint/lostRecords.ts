import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { openOwnFile } from '../system/ownFile.ts';
import type { Incident } from './auditEntry.ts';
import { asideName } from './putAside.ts';

/** How often the count is looked at, in milliseconds. */
const lookIntervalMs = 500;

/** The most that one endpoint leaves to the next one. */
const maxLeft = 65_536;

/** With it the file has a block of the disk, in which libraries go on counting when the disk is full. */
const reserve = Buffer.from('\n');

/** What the count is taken with. */
export interface LostRecordsSettings {
  /** Where libraries count: docs/protocol.md, section 5. */
  readonly file: string;
  readonly logger: Logger;
  /** Whether the state directory is still ours; nothing is taken from another's. */
  readonly isOurs: () => boolean;
  readonly recordIncident: (incident: Incident) => void;
}

/**
 * Takes what libraries counted because they could not write it to the journal. The file is renamed at one look and
 * counted at the next, so that who had it open has counted, too.
 */
export class LostRecords implements Disposable {
  readonly #settings: LostRecordsSettings;
  readonly #taken: string;
  readonly #timer: NodeJS.Timeout;
  #total = 0;

  constructor(settings: LostRecordsSettings) {
    this.#settings = settings;
    this.#taken = `${settings.file}.1`;
    this.#timer = setInterval(() => this.#look(), lookIntervalMs);
    this.#timer.unref();
    this.#look();
  }

  /** How many records were lost, as far as was found since the start. */
  get total(): number {
    return this.#total;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#look();
    this.#look();
  }

  #look(): void {
    const { file, logger, isOurs } = this.#settings;
    if (!isOurs()) return;
    try {
      if (existsSync(this.#taken)) {
        this.#count();
        return;
      }
      const entry = lstatSync(file, { throwIfNoEntry: false });
      if (entry?.isFile() === true && entry.size <= reserve.length) return;
      if (entry !== undefined) renameSync(file, this.#taken);
      reserveBlock(file);
    } catch (thrown) {
      logger.error(`what libraries lost cannot be counted: ${messageOf(thrown)}`);
    }
  }

  #count(): void {
    const count = countBytes(this.#taken);
    unlinkSync(this.#taken);
    if (count === 0) return;
    this.#total += count;
    this.#settings.recordIncident(
      lossOf('journal', count, 'there was no room for them: the journal was full, or the disk'),
    );
  }
}

/**
 * Leaves to the next endpoint how many records the log will not have. Gives back how many of them could not be left: where the
 * disk is full, there is the reserved block alone.
 */
export function leaveCount(file: string, count: number): number {
  try {
    const descriptor = openOwnFile(file, 'append');
    try {
      return count - writeSync(descriptor, Buffer.alloc(Math.min(count, maxLeft)));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It was said already.
    return count;
  }
}

/** What the log says of records that it will never have. */
export function lossOf(what: string, count: number, reason: string): Incident {
  const records = count === 1 ? '1 record is' : `${String(count)} records are`;
  return { what, message: `${records} lost: ${reason}`, refused: false };
}

/** How many bytes libraries appended. What is no file of ours goes out of the way. */
function countBytes(file: string): number {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const entry = fstatSync(descriptor);
    if (!entry.isFile()) throw new Error(`${file} is not a regular file`);
    return readFileSync(descriptor).reduce((count, byte) => count + (byte === reserve[0] ? 0 : 1), 0);
  } catch (thrown) {
    renameSync(file, asideName(file));
    throw thrown;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function reserveBlock(file: string): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const descriptor = openSync(file, flags, 0o600);
  try {
    writeSync(descriptor, reserve);
  } finally {
    closeSync(descriptor);
  }
}
