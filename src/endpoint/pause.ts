import type { Clock } from '../base/clock.ts';
import type { Caller } from './exchange.ts';

/** How long something that costs much rests before it may be done again over TCP, where the peer says 429. */
export class Pause {
  readonly #clock: Clock;
  readonly #ms: number;
  #doneAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Whether it is too early. On the socket it never is: a person's programs follow one another closely there. */
  isOn({ door }: Caller): boolean {
    const since = this.#clock.now() - this.#doneAt;
    return door === 'tcp' && since >= 0 && since < this.#ms;
  }

  /** It was done. */
  begin(): void {
    this.#doneAt = this.#clock.now();
  }
}

/** The peer's pauses, in milliseconds. */
export const reloadPauseMs = 1_000;
export const learnPauseMs = 200;
