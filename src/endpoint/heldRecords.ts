import { closeSync, ftruncateSync, writeSync } from 'node:fs';
import { messageOf } from '../base/assert.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Logger } from '../base/logger.ts';
import { parseJson } from '../base/record.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { parseAuditRecord } from '../protocol/parseAuditRecord.ts';
import { openOwnFile, readOwnFile } from '../system/ownFile.ts';
import type { Asker } from './attribution.ts';
import { copyAside } from './putAside.ts';

/** How many records wait at most; more are recorded at once. */
const maxHeldRecords = 4_096;

/** How often it is looked whose the waiting records are, in milliseconds. */
const lookIntervalMs = 250;

/** What the records that wait are held with. */
export interface HeldRecordSettings {
  /** `held.jsonl` of the state directory. */
  readonly file: string;
  readonly logger: Logger;
  /** Which of these ids are in the log already. */
  readonly findRecorded: (ids: ReadonlySet<string>) => ReadonlyMap<string, unknown>;
  /** Whose a record is by now. */
  readonly identify: (entry: AuditRecord) => Asker;
  readonly record: (entry: AuditRecord) => boolean;
}

/**
 * Holds the records of sessions of which nobody has told yet whose they are: on the disk before their question is
 * answered, and in the log or dropped as soon as somebody has. An endpoint that is killed leaves them to the next one.
 */
export class HeldRecords implements Disposable {
  readonly #settings: HeldRecordSettings;
  /** Null while none waits. */
  #timer: NodeJS.Timeout | null = null;
  readonly #held = new Map<string, AuditRecord>();
  #descriptor: number | null = null;

  constructor(settings: HeldRecordSettings) {
    this.#settings = settings;
    const left = readLeft(settings);
    const recorded = left.length === 0 ? null : settings.findRecorded(new Set(left.map(({ id }) => id)));
    for (const entry of left) if (recorded?.has(entry.id) !== true) this.#held.set(entry.id, entry);
    if (this.#held.size > 0) this.#watch();
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Holds a record. False when it could not be written. */
  hold(entry: AuditRecord): boolean {
    if (this.#held.size >= maxHeldRecords || !this.#write(entry)) return this.#settings.record(entry);
    this.#held.set(entry.id, entry);
    this.#watch();
    return true;
  }

  /** Puts into the log what is known by now to belong there, and drops what is nobody's business. */
  look(): void {
    if (this.#held.size === 0) return;
    for (const entry of this.#held.values()) {
      const asker = this.#settings.identify(entry);
      if (asker.actor !== null) this.#let(entry, asker);
    }
    if (this.#held.size > 0) return;
    this.#empty();
    this.#unwatch();
  }

  /** Nobody will tell any more, so everything is recorded. */
  dispose(): void {
    this.look();
    for (const entry of this.#held.values()) {
      this.#let(entry, { actor: 'automation', agent: entry.agent, isWatched: true });
    }
    this.#empty();
    this.#unwatch();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #watch(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => this.look(), lookIntervalMs);
    this.#timer.unref();
  }

  #unwatch(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A refusal that somebody met stays, for they will look for it. */
  #let(entry: AuditRecord, { actor, agent, isWatched }: Asker): void {
    const isRefusal = entry.enforced && !isPermitted(entry.decision.action);
    this.#held.delete(entry.id);
    if (isWatched || isRefusal) this.#settings.record({ ...entry, actor, agent });
  }

  #write(entry: AuditRecord): boolean {
    try {
      this.#descriptor ??= openOwnFile(this.#settings.file, 'append');
      writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
      return true;
    } catch (thrown) {
      this.#settings.logger.warn(`records cannot be held, so they are logged at once: ${messageOf(thrown)}`);
      return false;
    }
  }

  #empty(): void {
    try {
      this.#descriptor ??= openOwnFile(this.#settings.file, 'append');
      ftruncateSync(this.#descriptor);
    } catch {
      // Whoever reads it next finds by their ids that the records are in the log.
    }
  }
}

function readLeft({ file, logger }: HeldRecordSettings): readonly AuditRecord[] {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch {
    return [];
  }
  const lines = text.split('\n').filter((line) => line !== '');
  const left = lines.flatMap((line) => {
    const value = parseJson(line);
    const entry = value.ok ? parseAuditRecord(value.value) : value;
    return entry.ok ? [entry.value] : [];
  });
  if (left.length < lines.length) copyAside(file, 'records that wait cannot be read', logger);
  return left;
}
