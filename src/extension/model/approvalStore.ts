import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { ApprovalView } from '../../protocol/approval.ts';

/** How many waiting commands are kept; the endpoint keeps no more itself. */
const maxWaiting = 1_000;

/** The commands that wait for a person, as the endpoint tells of them. */
export class ApprovalStore implements Disposable {
  readonly #waiting = new Map<string, ApprovalView>();
  readonly #changed = new Emitter<null>();

  readonly onDidChange: Event<null> = this.#changed.event;

  /** What waits, the oldest first. */
  get waiting(): readonly ApprovalView[] {
    return [...this.#waiting.values()];
  }

  find(id: string): ApprovalView | null {
    return this.#waiting.get(id) ?? null;
  }

  /** Takes the whole list; what is not in it does not wait any more. */
  replaceAll(approvals: readonly ApprovalView[]): void {
    this.#waiting.clear();
    for (const approval of approvals.slice(0, maxWaiting)) this.#keep(approval);
    this.#changed.fire(null);
  }

  /** Takes what happened to one. */
  put(approval: ApprovalView): void {
    this.#keep(approval);
    this.#changed.fire(null);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #keep(approval: ApprovalView): void {
    if (approval.status !== 'pending') this.#waiting.delete(approval.id);
    else if (this.#waiting.size < maxWaiting) this.#waiting.set(approval.id, approval);
  }
}
