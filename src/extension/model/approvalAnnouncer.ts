import type { ApprovalView } from '../../protocol/approval.ts';
import type { ApprovalStore } from './approvalStore.ts';

/** What an announcer is given. */
export interface AnnouncerParts {
  readonly approvals: Pick<ApprovalStore, 'waiting'>;
  /** Whether the person looks at this window. */
  readonly isFocused: () => boolean;
  /** Tells of one command; resolves when the message is gone. */
  readonly tellOne: (approval: ApprovalView) => Promise<void>;
  /** Tells that several wait; resolves when the message is gone. */
  readonly tellMany: () => Promise<void>;
}

/**
 * Decides when the person in front is told of what waits. No message can be taken back, so there is one for a
 * command that waits alone and one for all that join it, until nothing waits any more.
 */
export class ApprovalAnnouncer {
  readonly #parts: AnnouncerParts;
  readonly #told = new Set<string>();
  #toldOfMany = false;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /** Looks whether there is something to tell: a command began to wait, one was settled, or the person came here. */
  async look(): Promise<void> {
    const { waiting } = this.#parts.approvals;
    for (const id of this.#told) if (!waiting.some((one) => one.id === id)) this.#told.delete(id);
    if (waiting.length === 0) this.#toldOfMany = false;
    const untold = waiting.filter(({ id }) => !this.#told.has(id));
    const [first] = untold;
    if (first === undefined || !this.#parts.isFocused()) return;
    for (const { id } of untold) this.#told.add(id);
    if (waiting.length === 1) {
      await this.#parts.tellOne(first);
    } else if (!this.#toldOfMany) {
      this.#toldOfMany = true;
      await this.#parts.tellMany();
      this.#toldOfMany = false;
    }
  }
}
