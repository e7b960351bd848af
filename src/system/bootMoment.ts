/** A clock that nobody has set tells no boot from another: both begin at the same date. */
const firstPlausibleBootMs = Date.UTC(2020, 0);

/** The clock and the monotonic clock at one moment. */
export interface ClockPair {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Nanoseconds of the kernel's monotonic clock. */
  readonly monotonic: bigint;
}

/**
 * When the monotonic clock was 0, which no two boots have in common: the low 24 bits of nanoseconds since 1970 / 2^26.
 * 0, which says nothing, where the clock was never set. Changes when the clock is set, or after a sleep.
 */
export function bootMomentOf({ now, monotonic }: ClockPair): number {
  const nanoseconds = BigInt(now) * 1_000_000n - monotonic;
  if (nanoseconds < BigInt(firstPlausibleBootMs) * 1_000_000n) return 0;
  return Number((nanoseconds >> 26n) & 0xff_ffffn);
}

/** Of this boot, as the clock is set now. */
export function readBootMoment(): number {
  return bootMomentOf({ now: Date.now(), monotonic: process.hrtime.bigint() });
}
