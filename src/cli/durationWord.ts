import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { parseDuration } from '../policy/parseDuration.ts';

/** The longest time that can be asked for: ten years. */
const maxDurationMs = 3_650 * 86_400_000;

/** Milliseconds of a time that somebody typed: as Go writes it (`1h30m`), or whole days (`7d`). */
export function parseDurationWord(word: string): Result<number, string> {
  const days = /^(\d{1,5})d$/.exec(word)?.[1];
  const duration = days === undefined ? parseDuration(word) : Number(days) * 86_400_000;
  return duration !== null && duration >= 1_000 && duration <= maxDurationMs
    ? success(duration)
    : failure(`\`${word}\` is no duration: write such as 90s, 10m, 1h30m or 7d`);
}
