import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { ApprovalStatus, ApprovalView } from '../../protocol/approval.ts';

/** How many waiting commands are kept, and how many settled ones; the endpoint keeps no more itself. */
const maxWaiting = 1_000;

/**
 * How a question stands that a person was asked about a refused command: still open, open but too late for the program
 * that waited, answered, or there is none.
 */
export type Question = 'open' | 'unanswered' | 'answered' | 'none';

/** The commands that wait for a person, as the endpoint tells of them. */
export class ApprovalStore implements Disposable {
  readonly #waiting = new Map<string, ApprovalView>();
  readonly #settled = new Map<string, ApprovalView>();
  /** Those for which a program waited, or has waited. */
  readonly #held = new Set<string>();
  readonly #changed = new Emitter<null>();

  readonly onDidChange: Event<null> = this.#changed.event;

  /** What waits, the oldest first. */
  get waiting(): readonly ApprovalView[] {
    return [...this.#waiting.values()];
  }

  find(id: string): ApprovalView | null {
    return this.#waiting.get(id) ?? null;
  }

  /** What waits of a command that was refused in a session. */
  findAsked(command: string, sid: number | null): ApprovalView | null {
    return this.waiting.find((one) => one.command === command && one.sid === sid) ?? null;
  }

  /** How one was settled; null when nobody told. */
  outcomeOf(id: string): ApprovalStatus | null {
    return this.#settled.get(id)?.status ?? null;
  }

  /** How the question stands that was asked about a command of a session. */
  questionOf(command: string, sid: number | null): Question {
    const asked = this.findAsked(command, sid);
    if (asked !== null) return this.#held.has(asked.id) ? 'unanswered' : 'open';
    const isDenied = ({ status, ...one }: ApprovalView): boolean =>
      status === 'denied' && one.command === command && one.sid === sid;
    return [...this.#settled.values()].some(isDenied) ? 'answered' : 'none';
  }

  /** Takes the whole list; what is not in it does not wait any more. */
  replaceAll(approvals: readonly ApprovalView[]): void {
    this.#waiting.clear();
    this.#held.clear();
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
    if (approval.status !== 'pending') this.#settle(approval);
    else if (this.#waiting.size < maxWaiting) this.#waiting.set(approval.id, approval);
    if (approval.held && this.#waiting.has(approval.id)) this.#held.add(approval.id);
  }

  #settle(approval: ApprovalView): void {
    const { id } = approval;
    this.#waiting.delete(id);
    this.#held.delete(id);
    this.#settled.set(id, approval);
    const [oldest] = this.#settled.size > maxWaiting ? this.#settled.keys() : [];
    if (oldest !== undefined) this.#settled.delete(oldest);
  }
}
