import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { isRefused } from '../../presentation/decisionLabel.ts';
import type { Denial } from '../../presentation/denialNotice.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { Question } from './approvalStore.ts';
import type { WindowStatus } from './windowStatus.ts';

/** What the announcer is given. */
export interface DenialAnnouncerParts {
  readonly status: Pick<WindowStatus, 'current' | 'update'>;
  /** Whether the list of denials can be seen, which says it all. */
  readonly isListVisible: () => boolean;
  /** Whether a denial is this window's to tell. */
  readonly isOurs: (record: AuditRecord) => boolean;
  /** How the question stands that a person was asked about it. */
  readonly questionOf: (record: AuditRecord) => Question;
  /** Whether the person wants to be told at all. */
  readonly isWanted: () => boolean;
  /** Tells of the newest denial, and how many more there were. */
  readonly tell: (newest: Denial, more: number) => void;
  readonly clock: Clock;
}

/** How long denials are gathered before they are told of: those of one command line come together. In milliseconds. */
const gatherMs = 400;

/** How long after a notification the next one may come at the earliest, in milliseconds. */
const quietMs = 15_000;

/** Counts denials that nobody has looked at, and tells of them: one notification at a time, never a flood. */
export class DenialAnnouncer implements Disposable {
  readonly #parts: DenialAnnouncerParts;
  #newest: Denial | null = null;
  #untold = 0;
  #timer: NodeJS.Timeout | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DenialAnnouncerParts) {
    this.#parts = parts;
  }

  /** Takes a decision as it comes from the stream. */
  take(record: AuditRecord): void {
    if (!isRefused(record) || this.#parts.isListVisible()) return;
    const { status } = this.#parts;
    status.update({ unseenDenials: status.current.unseenDenials + 1 });
    const question = this.#parts.questionOf(record);
    // Whoever is asked, or has answered, knows.
    const isKnown = question === 'open' || question === 'answered';
    if (!this.#parts.isOurs(record) || isKnown || !this.#parts.isWanted()) return;
    this.#newest = { record, isUnanswered: question === 'unanswered' };
    this.#untold += 1;
    const waitMs = Math.max(gatherMs, this.#toldAt + quietMs - this.#parts.clock.now());
    this.#timer ??= setTimeout(() => this.#tell(), waitMs);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = null;
    const newest = this.#newest;
    const more = this.#untold - 1;
    this.#newest = null;
    this.#untold = 0;
    // Whoever has looked at the list meanwhile knows.
    if (newest === null || this.#parts.status.current.unseenDenials === 0) return;
    this.#toldAt = this.#parts.clock.now();
    this.#parts.tell(newest, more);
  }
}
