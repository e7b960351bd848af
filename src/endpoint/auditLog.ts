import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { sealRecord } from '../system/auditChain.ts';
import { readLastHash } from './lastSeal.ts';

/** How many records wait for a disk that takes none; more are counted as lost. */
export const maxWaitingRecords = 1_000;

/** How often waiting records are tried again, and the open file is checked to be still there, in milliseconds. */
const retryIntervalMs = 1_000;

/** How many ids are remembered so that no decision is recorded twice. */
const maxRecentIds = 16_384;

/** What the log needs of the world. */
export interface AuditLogSettings {
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface OpenDay {
  readonly day: string;
  readonly descriptor: number;
}

/**
 * Appends records, one line each and each with the hash of the one before, to a file per UTC day. What `append` took is in the file when it returns, so
 * that it survives our end; it is not forced to the disk. While the disk takes nothing, records wait, bounded.
 */
export class AuditLog implements Disposable {
  readonly #settings: AuditLogSettings;
  readonly #timer: NodeJS.Timeout;
  /** In two halves, so that forgetting the older one costs nothing. */
  #recent = new Set<string>();
  #older = new Set<string>();
  #open: OpenDay | null = null;
  #waiting: string[] = [];
  #lost = 0;
  /** A write was cut short: the next one begins on a line of its own. */
  #isTorn = false;
  #reason: string | null = null;
  /** The hash of the newest record; null until the log was looked at. */
  #lastHash: string | null = null;

  constructor(settings: AuditLogSettings) {
    this.#settings = settings;
    this.#timer = setInterval(() => this.#maintain(), retryIntervalMs);
    this.#timer.unref();
  }

  /** Whether a record with this id was taken lately. */
  has(id: string): boolean {
    return this.#recent.has(id) || this.#older.has(id);
  }

  /** Why records are waiting, and how many were lost; null while all is well. */
  get problem(): string | null {
    if (this.#reason === null && this.#lost === 0) return null;
    const waiting = `${this.#waiting.length} records wait, ${this.#lost} are lost`;
    return this.#reason === null ? waiting : `the audit log cannot be written: ${this.#reason}; ${waiting}`;
  }

  /** Writes a record. False when it has to wait or was lost. */
  append(record: AuditRecord): boolean {
    this.#remember(record.id);
    this.#lastHash ??= readLastHash(this.#settings.folder);
    const sealed = sealRecord(JSON.stringify(record), this.#lastHash);
    const line = `${sealed.line}\n`;
    const isWritten = this.#flush() && this.#write(line);
    if (!isWritten && this.#waiting.length >= maxWaitingRecords) {
      this.#lost += 1;
      return false;
    }
    this.#lastHash = sealed.hash;
    if (!isWritten) this.#waiting.push(line);
    return isWritten;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#flush();
    this.#close();
  }

  #remember(id: string): void {
    this.#recent.add(id);
    if (this.#recent.size < maxRecentIds) return;
    this.#older = this.#recent;
    this.#recent = new Set();
  }

  #maintain(): void {
    if (this.#open !== null && fstatSync(this.#open.descriptor).nlink === 0) this.#close();
    this.#flush();
  }

  /** Whether nothing waits any more. */
  #flush(): boolean {
    while (this.#waiting.length > 0) {
      if (!this.#write(this.#waiting[0] ?? '')) return false;
      this.#waiting.shift();
    }
    return true;
  }

  #write(line: string): boolean {
    try {
      const descriptor = this.#descriptor();
      const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
      const written = writeSync(descriptor, bytes);
      this.#isTorn = written < bytes.length;
      if (this.#isTorn) throw new Error('the disk is full');
      this.#reason = null;
      return true;
    } catch (thrown) {
      const reason = messageOf(thrown);
      if (this.#reason === null) this.#settings.logger.error(`the audit log cannot be written: ${reason}`);
      this.#reason = reason;
      return false;
    }
  }

  #descriptor(): number {
    const day = new Date(this.#settings.clock.now()).toISOString().slice(0, 10);
    if (this.#open?.day === day) return this.#open.descriptor;
    this.#close();
    mkdirSync(this.#settings.folder, { recursive: true, mode: 0o700 });
    const descriptor = openSync(join(this.#settings.folder, `${day}.jsonl`), 'a+', 0o600);
    this.#isTorn ||= endsInsideLine(descriptor);
    this.#open = { day, descriptor };
    return descriptor;
  }

  #close(): void {
    if (this.#open !== null) closeSync(this.#open.descriptor);
    this.#open = null;
  }
}

/** Whether the file's last line was cut short. */
function endsInsideLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}
