import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { sealRecord } from '../system/auditChain.ts';
import { openOwnFile } from '../system/ownFile.ts';
import { dayBefore, dayOfLog, listLogNames, moveLogDay, putLogAside, removeOldLogs } from './auditFolder.ts';
import type { Retention } from './auditFolder.ts';
import { readLastHash } from './lastSeal.ts';

/** How many records wait for a disk that takes none, and their size in bytes; more are counted as lost. */
const maxWaitingRecords = 20_000;
const maxWaitingBytes = 33_554_432;

/** How much is written at once when the disk takes records again, in characters. */
const maxBatchLength = 262_144;

/** A file of more bytes is put aside; its day goes on in a new one. */
export const maxLogBytes = 67_108_864;

/** What is kept: three months, a gigabyte. */
export const defaultRetention: Retention = { maxDays: 90, maxBytes: 1_073_741_824 };

/** How often records are forced to the disk, waiting ones tried again and the open file looked for, in milliseconds. */
const maintenanceIntervalMs = 1_000;

/** How many ids are remembered so that no decision is recorded twice. */
const maxRecentIds = 16_384;

/** A clock that moves further between two records is in doubt, in milliseconds. */
const maxClockStepMs = 2_592_000_000;

/** What the log needs of the world. */
export interface AuditLogSettings {
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the folder is still ours; nothing is removed from another's. */
  readonly isOurs: () => boolean;
  /** Told of how many records the log will never have, when it ends before the disk takes them. */
  readonly onAbandoned?: (count: number) => void;
  /** Told of how many records our end would take along, when that changes: they wait, and no journal has them. */
  readonly onWait?: (count: number) => void;
  /** A test's own bound of a file in bytes; {@link maxLogBytes} else. */
  readonly maxFileBytes?: number;
  readonly retention?: Retention;
}

interface WaitingLine {
  readonly line: string;
  /** It came from the journal, where it stays until it is in the log. */
  readonly isInJournal: boolean;
}

interface OpenDay {
  readonly day: string;
  readonly descriptor: number;
  /** How long the file is with all whole records, in bytes. */
  size: number;
  /** Whether the kernel has records that the disk may not have. */
  isDirty: boolean;
  /** Whether they are on their way to it. */
  isForced: boolean;
  /** Nothing more is written to it: it is closed when the disk has all of it. */
  isLeft: boolean;
}

/**
 * Appends records, one line each and each with the hash of the one before, to a file per UTC day. What `append`
 * took is in the file when it returns, or when `together` does, so that it survives our end; it is forced to the disk
 * within a second, which is what a power failure may take. While the disk takes nothing, records wait, bounded.
 */
export class AuditLog implements Disposable {
  readonly #settings: AuditLogSettings;
  readonly #timer: NodeJS.Timeout;
  readonly #problemChanged = new Emitter<undefined>();
  readonly #lossTold = new Emitter<number>();
  /** In two halves, so that forgetting the older one costs nothing. */
  #recent = new Set<string>();
  #older = new Set<string>();
  #open: OpenDay | null = null;
  #waiting: WaitingLine[] = [];
  /** How many of these stand nowhere else. */
  #waitingHere = 0;
  /** How many records our end would take along, as was told. */
  #toldAtRisk = 0;
  #waitingBytes = 0;
  #lost = 0;
  #untold = 0;
  /** Whether records wait for those that come with them. */
  #isGathering = false;
  /** The last line was cut short and stays: the next one begins on a line of its own. */
  #isTorn = false;
  #reason: string | null = null;
  /** The hash of the newest record; null until the log was looked at. */
  #lastHash: string | null = null;
  #newestDay = '';

  /** Records begin to wait, wait no longer, or are lost from now on. */
  readonly onDidChangeProblem = this.#problemChanged.event;
  /** The log can be written again, and that many records did not find their way into it. */
  readonly onDidLose = this.#lossTold.event;

  constructor(settings: AuditLogSettings) {
    this.#settings = settings;
    this.#newestDay = dayOfLog(listLogNames(settings.folder).at(-1) ?? '');
    this.#timer = setInterval(() => this.#maintain(), maintenanceIntervalMs);
    this.#timer.unref();
  }

  /** Whether a record with this id was taken lately. */
  has(id: string): boolean {
    return this.#recent.has(id) || this.#older.has(id);
  }

  /** Why records are waiting, and how many; null while all are written. */
  get problem(): string | null {
    if (this.#reason === null) return null;
    const waiting = `${this.#waiting.length} records wait, ${this.#untold} are lost`;
    return `the audit log cannot be written: ${this.#reason}; ${waiting}`;
  }

  /** How many records did not find their way into the log, because too many waited. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether records wait for the disk. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Writes a record, which is given as JSON. False when it has to wait or was lost. */
  append(id: string, json: string): boolean {
    this.#remember(id);
    this.#lastHash ??= readLastHash(this.#settings.folder);
    const sealed = sealRecord(json, this.#lastHash);
    const line = `${sealed.line}\n`;
    const mayGather = this.#isGathering && this.#waitingBytes < maxBatchLength;
    const isWritten = !mayGather && this.#flush() && this.#write(line);
    if (!isWritten && !this.#hasRoom(line)) {
      this.#lost += 1;
      this.#untold += 1;
      if (this.#untold === 1) this.#problemChanged.fire(undefined);
      this.#tellRisk();
      return false;
    }
    this.#lastHash = sealed.hash;
    if (!isWritten) this.#wait(line);
    this.#tellRisk();
    return isWritten;
  }

  /**
   * Writes what `run` appends with few writes instead of one each. All of it is in the file when this returns, unless
   * the disk takes nothing; until then `append` says of each record that it has to wait.
   */
  together(run: () => void): void {
    this.#isGathering = true;
    try {
      run();
    } finally {
      this.#isGathering = false;
      this.#flush();
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#flush();
    if (this.#open !== null) closeForced(this.#open);
    this.#open = null;
    const abandoned = this.#waiting.length + this.#untold;
    if (abandoned > 0) this.#settings.onAbandoned?.(abandoned);
    // They are counted elsewhere now.
    this.#settings.onWait?.(0);
    this.#problemChanged.dispose();
    this.#lossTold.dispose();
  }

  #remember(id: string): void {
    this.#recent.add(id);
    if (this.#recent.size < maxRecentIds) return;
    this.#older = this.#recent;
    this.#recent = new Set();
  }

  #maintain(): void {
    if (this.#open !== null && fstatSync(this.#open.descriptor).nlink === 0) this.#close();
    if (this.#flush()) this.#tellLoss();
    this.#tellRisk();
    if (this.#open?.isDirty === true && !this.#open.isForced) force(this.#open);
  }

  #tellLoss(): void {
    if (this.#untold === 0) return;
    const lost = this.#untold;
    this.#untold = 0;
    this.#lossTold.fire(lost);
  }

  #hasRoom(line: string): boolean {
    return this.#waiting.length < maxWaitingRecords && this.#waitingBytes + line.length <= maxWaitingBytes;
  }

  #wait(line: string): void {
    this.#waiting.push({ line, isInJournal: this.#isGathering });
    this.#waitingHere += this.#isGathering ? 0 : 1;
    this.#waitingBytes += line.length;
  }

  #tellRisk(): void {
    const atRisk = this.#untold + this.#waitingHere;
    if (atRisk === this.#toldAtRisk) return;
    this.#toldAtRisk = atRisk;
    this.#settings.onWait?.(atRisk);
  }

  /** Whether nothing waits any more. */
  #flush(): boolean {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      if (!this.#write(batch.map(({ line }) => line).join(''))) return false;
      this.#waiting.splice(0, batch.length);
      this.#waitingBytes -= batch.reduce((sum, { line }) => sum + line.length, 0);
      this.#waitingHere -= batch.filter(({ isInJournal }) => !isInJournal).length;
    }
    return true;
  }

  /** Some of the waiting records: one by one while the disk is about to be full again, many when it is not. */
  #nextBatch(): readonly WaitingLine[] {
    if (this.#reason !== null) return this.#waiting.slice(0, 1);
    let count = 0;
    for (let length = 0; count < this.#waiting.length && length < maxBatchLength; count += 1) {
      length += this.#waiting[count]?.line.length ?? 0;
    }
    return this.#waiting.slice(0, count);
  }

  /** Writes whole lines, or nothing. */
  #write(lines: string): boolean {
    try {
      const open = this.#openDay();
      const text = this.#isTorn ? `\n${lines}` : lines;
      const written = writeSync(open.descriptor, text);
      if (written < Buffer.byteLength(text)) this.#takeBack(open);
      this.#isTorn = false;
      open.size += written;
      open.isDirty = true;
      this.#setReason(null);
      return true;
    } catch (thrown) {
      // Whatever stands in our place now may be gone at the next try.
      this.#close();
      this.#setReason(messageOf(thrown));
      return false;
    }
  }

  /** What was cut short goes again, so that no reader meets half a record. */
  #takeBack({ descriptor, size }: OpenDay): never {
    this.#isTorn = true;
    ftruncateSync(descriptor, size);
    this.#isTorn = false;
    throw new Error('the disk is full');
  }

  #setReason(reason: string | null): void {
    const isNews = (this.#reason === null) !== (reason === null);
    this.#reason = reason;
    if (!isNews) return;
    const { logger } = this.#settings;
    if (reason === null) logger.info('the audit log can be written again');
    else logger.error(`the audit log cannot be written: ${reason}`);
    this.#problemChanged.fire(undefined);
  }

  #openDay(): OpenDay {
    const { folder, maxFileBytes = maxLogBytes } = this.#settings;
    const day = this.#day();
    if (this.#open?.day === day && this.#open.size < maxFileBytes) return this.#open;
    const isFull = this.#open?.day === day;
    this.#close();
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isFull) putLogAside(folder, day);
    if (day !== this.#newestDay || isFull) this.#removeOld(day);
    this.#newestDay = day;
    const descriptor = openOwnFile(join(folder, `${day}.jsonl`), 'append');
    this.#isTorn ||= endsInsideLine(descriptor);
    this.#open = { day, descriptor, size: fstatSync(descriptor).size, ...untouched };
    return this.#open;
  }

  /** Today, or the newest day of the log when the clock was set back: its lines stay in their order. */
  #day(): string {
    const today = new Date(this.#settings.clock.now()).toISOString().slice(0, 10);
    if (today >= this.#newestDay) return today;
    if (this.#isAstray(today)) this.#takeBackDay(today);
    return this.#newestDay;
  }

  /** Whether the newest day alone is far ahead, and all others agree with the clock: then it was wrong that day, not now. */
  #isAstray(today: string): boolean {
    if (!isFarBehind(today, this.#newestDay)) return false;
    const before = dayBefore(this.#settings.folder, this.#newestDay);
    return before !== null && before <= today;
  }

  #takeBackDay(today: string): void {
    const { folder, logger } = this.#settings;
    this.#close();
    logger.warn(`the clock was wrong: what the log has of ${this.#newestDay} now stands under ${today}`);
    moveLogDay(folder, this.#newestDay, today);
    this.#newestDay = today;
  }

  /** A clock that has gone far ahead makes nothing old before a second day says so. */
  #removeOld(today: string): void {
    const { folder, logger, isOurs, retention = defaultRetention } = this.#settings;
    if (!isOurs()) return;
    const before = dayBefore(folder, today) ?? today;
    const removed = removeOldLogs(folder, isFarBehind(before, today) ? before : today, retention);
    if (removed.length > 0) logger.info(`no longer kept of the audit log: ${removed.join(', ')}`);
  }

  #close(): void {
    if (this.#open !== null) leave(this.#open);
    this.#open = null;
  }
}

const untouched = { isDirty: false, isForced: false, isLeft: false } as const;

/** Without waiting: a disk that is slow must not hold up an answer. */
function force(file: OpenDay): void {
  file.isDirty = false;
  file.isForced = true;
  fdatasync(file.descriptor, () => {
    file.isForced = false;
    if (file.isLeft) leave(file);
  });
}

/** Closes a file behind its records' way to the disk. */
function leave(file: OpenDay): void {
  file.isLeft = true;
  if (file.isForced) return;
  if (file.isDirty) force(file);
  else closeSync(file.descriptor);
}

/** The same at our end, behind which nobody would do it. */
function closeForced({ descriptor }: OpenDay): void {
  try {
    fdatasyncSync(descriptor);
  } catch {
    // The disk takes nothing; the kernel has it.
  }
  closeSync(descriptor);
}

function isFarBehind(day: string, other: string): boolean {
  return Date.parse(other) - Date.parse(day) > maxClockStepMs;
}

/** Whether the file's last line was cut short. */
function endsInsideLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}
