import type { Clock } from '../base/clock.ts';

/** How many tools are counted, as the peer has it. */
const maxTools = 1_024;

const minuteMs = 60_000;
const minutes = 60;

/** Counts calls per tool over the last hour, to the minute. */
export class CallCounts {
  readonly #clock: Clock;
  readonly #tools = new Map<string, Map<number, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(tool: string): void {
    const known = this.#tools.get(tool);
    if (known === undefined && this.#tools.size >= maxTools) return;
    const counts = known ?? new Map<number, number>();
    if (known === undefined) this.#tools.set(tool, counts);
    const minute = this.#minute();
    const count = counts.get(minute);
    if (count === undefined) forgetBefore(counts, minute - minutes);
    counts.set(minute, (count ?? 0) + 1);
  }

  /** Calls of the last hour by tool. */
  read(): Readonly<Record<string, number>> {
    const from = this.#minute() - minutes;
    const totals: Record<string, number> = {};
    for (const [tool, counts] of this.#tools) {
      forgetBefore(counts, from);
      if (counts.size === 0) this.#tools.delete(tool);
      else totals[tool] = [...counts.values()].reduce((sum, count) => sum + count, 0);
    }
    return totals;
  }

  #minute(): number {
    return Math.floor(this.#clock.now() / minuteMs);
  }
}

function forgetBefore(counts: Map<number, number>, from: number): void {
  for (const minute of counts.keys()) if (minute <= from) counts.delete(minute);
}
