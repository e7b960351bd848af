import type { Stopwatch } from '../base/clock.ts';
import type { Caller } from './exchange.ts';

/** How long something that costs much rests before it may be done again over TCP, where the peer says 429. */
export class Pause {
  readonly #stopwatch: Stopwatch;
  readonly #ms: number;
  #doneAt = Number.NEGATIVE_INFINITY;

  constructor(stopwatch: Stopwatch, ms: number) {
    this.#stopwatch = stopwatch;
    this.#ms = ms;
  }

  /** Whether it is too early. On the socket it never is: a person's programs follow one another closely there. */
  isOn({ door }: Caller): boolean {
    const since = this.#stopwatch.elapsed() - this.#doneAt;
    return door === 'tcp' && since < this.#ms;
  }

  /** It was done. */
  begin(): void {
    this.#doneAt = this.#stopwatch.elapsed();
  }
}

/** The peer's pauses, in milliseconds. */
export const reloadPauseMs = 1_000;
export const learnPauseMs = 200;
