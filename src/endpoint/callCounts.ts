import type { Stopwatch } from '../base/clock.ts';

/** How many tools are counted, as the peer has it. */
export const maxTools = 1_024;

/** The largest count that a rule can ask for, and the longest window, in milliseconds; the peer's. */
const maxCount = 1_000;
const maxWindowMs = 2_592_000_000;

const minuteMs = 60_000;
const minutes = 60;

interface Calls {
  /** Calls by minute, for the last hour. */
  readonly byMinute: Map<number, number>;
  /** Times of the last calls, the oldest first. */
  readonly recent: number[];
}

/** Counts calls per tool: over the last hour to the minute, and the last thousand to the millisecond. */
export class CallCounts {
  readonly #stopwatch: Stopwatch;
  readonly #tools = new Map<string, Calls>();

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  add(tool: string): void {
    const now = this.#stopwatch.elapsed();
    if (!this.#tools.has(tool)) this.#forgetSilent(now - maxWindowMs);
    if (!this.#tools.has(tool) && this.#tools.size >= maxTools) return;
    const calls = this.#tools.get(tool) ?? { byMinute: new Map<number, number>(), recent: [] };
    this.#tools.set(tool, calls);
    calls.recent.push(now);
    if (calls.recent.length > maxCount) calls.recent.shift();
    const minute = Math.floor(now / minuteMs);
    const count = calls.byMinute.get(minute);
    if (count === undefined) forgetBefore(calls.byMinute, minute - minutes);
    calls.byMinute.set(minute, (count ?? 0) + 1);
  }

  /** Calls of a tool within the last milliseconds, at most 1,000. A tool beyond the bound counts as that. */
  countWithin(tool: string, windowMs: number): number {
    const calls = this.#tools.get(tool);
    if (calls === undefined) return this.#tools.size >= maxTools ? maxCount : 0;
    const from = this.#stopwatch.elapsed() - windowMs;
    const first = calls.recent.findIndex((time) => time > from);
    return first === -1 ? 0 : calls.recent.length - first;
  }

  /** Calls of the last hour by tool. */
  read(): Readonly<Record<string, number>> {
    const from = Math.floor(this.#stopwatch.elapsed() / minuteMs) - minutes;
    const totals = [...this.#tools].map(([tool, { byMinute }]): [string, number] => {
      forgetBefore(byMinute, from);
      return [tool, [...byMinute.values()].reduce((sum, count) => sum + count, 0)];
    });
    return Object.fromEntries(totals.filter(([, count]) => count > 0));
  }

  #forgetSilent(from: number): void {
    if (this.#tools.size < maxTools) return;
    for (const [tool, { recent }] of this.#tools) {
      if ((recent.at(-1) ?? 0) <= from) this.#tools.delete(tool);
    }
  }
}

function forgetBefore(counts: Map<number, number>, from: number): void {
  for (const minute of counts.keys()) if (minute <= from) counts.delete(minute);
}
