import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Event } from '../base/emitter.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { isEditorScan } from '../protocol/editorScan.ts';

/** How many records are kept; of older ones the audit log knows. */
export const maxStoredDecisions = 2_000;

/** How many records are kept at most when a person asked for older ones. */
export const maxLoadedDecisions = 6_000;

/** How many refused records are kept beside them, so that a flood of allowed ones does not push them out. */
export const maxStoredDenials = 1_000;

/** How many records are kept of what the editor runs for itself, which would push everything else out. */
export const maxStoredScans = 200;

/** How long changes are gathered before they are told, in milliseconds. */
const gatherMs = 100;

/**
 * The decisions that are shown: ordered by time, each id once, bounded, the oldest dropped first.
 * Fed by the stream and by pages of the audit log, in any order.
 */
export class DecisionStore implements Disposable {
  readonly #all = new BoundedRecords(maxStoredDecisions);
  readonly #denied = new BoundedRecords(maxStoredDenials);
  readonly #ofEditor = new BoundedRecords(maxStoredScans);
  readonly #changed = new Emitter<null>();
  #gathering: NodeJS.Timeout | null = null;

  /** The contents changed; changes that follow each other closely are told once. */
  readonly onDidChange: Event<null> = this.#changed.event;

  /** Every kept decision but those of `ofEditor`, the oldest first. */
  get decisions(): readonly AuditRecord[] {
    return this.#all.snapshot();
  }

  /** The kept decisions that do not permit the command, `ask` among them, the oldest first. */
  get denied(): readonly AuditRecord[] {
    return this.#denied.snapshot();
  }

  /** What the editor ran for itself, the oldest first. */
  get ofEditor(): readonly AuditRecord[] {
    return this.#ofEditor.snapshot();
  }

  /** Takes records in; those that are there already change nothing. */
  add(records: readonly AuditRecord[]): void {
    let changed = false;
    for (const record of records) {
      const kept = isScan(record) ? this.#ofEditor : this.#all;
      changed = kept.add(record) || changed;
      if (!isPermitted(record.decision.action)) changed = this.#denied.add(record) || changed;
    }
    if (changed) this.#tell();
  }

  /**
   * Takes older records in and makes room for them, up to `maxLoadedDecisions`. Tells how many were new and kept:
   * none when they are all there already, or when there is no more room.
   */
  addOlder(records: readonly AuditRecord[]): number {
    let added = 0;
    for (const record of records) {
      if (isScan(record)) {
        this.#ofEditor.add(record);
        continue;
      }
      this.#all.makeRoom(maxLoadedDecisions);
      if (this.#all.add(record)) added += 1;
      if (!isPermitted(record.decision.action)) this.#denied.add(record);
    }
    if (added > 0) this.#tell();
    return added;
  }

  clear(): void {
    this.#all.clear();
    this.#denied.clear();
    this.#ofEditor.clear();
    this.#tell();
  }

  dispose(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#changed.dispose();
  }

  #tell(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#changed.fire(null);
    }, gatherMs);
  }
}

/** Whether the record is of what the editor runs for itself. */
export function isScan({ agent, decision, request }: AuditRecord): boolean {
  return isEditorScan({ agent, action: decision.action, command: request.command });
}

/** Records in order of time, each id once. */
class BoundedRecords {
  #capacity: number;
  readonly #ids = new Set<string>();
  #records: AuditRecord[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  snapshot(): readonly AuditRecord[] {
    return [...this.#records];
  }

  /** Room for one more, up to a bound. */
  makeRoom(bound: number): void {
    if (this.#records.length === this.#capacity) this.#capacity = Math.min(this.#capacity + 1, bound);
  }

  /** Whether the record is new and was kept. */
  add(record: AuditRecord): boolean {
    if (this.#ids.has(record.id)) return false;
    const place = this.#placeOf(record);
    const isFull = this.#records.length === this.#capacity;
    if (isFull && place === 0) return false;
    this.#ids.add(record.id);
    this.#records.splice(place, 0, record);
    if (isFull) this.#dropOldest();
    return true;
  }

  clear(): void {
    this.#ids.clear();
    this.#records = [];
  }

  #dropOldest(): void {
    const oldest = this.#records.shift();
    if (oldest !== undefined) this.#ids.delete(oldest.id);
  }

  /** Behind the last record that is not younger; RFC 3339 times of one zone and precision sort as text. */
  #placeOf(record: AuditRecord): number {
    let low = 0;
    let high = this.#records.length;
    // The newest comes last, nearly always.
    if (high === 0 || (this.#records[high - 1]?.timestamp ?? '') <= record.timestamp) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.timestamp ?? '') > record.timestamp) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
