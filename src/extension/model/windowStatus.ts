import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { GuardStatus } from '../../presentation/statusText.ts';

/** What this window knows of guard, endpoint and mode: one place, told when it changes. */
export class WindowStatus implements Disposable {
  readonly #changed = new Emitter<GuardStatus>();
  #current: GuardStatus;

  readonly onDidChange: Event<GuardStatus> = this.#changed.event;

  constructor(initial: GuardStatus) {
    this.#current = initial;
  }

  get current(): GuardStatus {
    return this.#current;
  }

  /** Takes over what is given; listeners hear of it only when something differs. */
  update(changes: Partial<GuardStatus>): void {
    const before = JSON.stringify(this.#current);
    this.#current = { ...this.#current, ...changes };
    if (JSON.stringify(this.#current) !== before) this.#changed.fire(this.#current);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
