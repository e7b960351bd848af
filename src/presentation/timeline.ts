import type { FilterOutcome } from './decisionFilter.ts';
import { countWords } from './decisionCounts.ts';
import type { TableRow, TimeRange } from './decisionTable.ts';
import { formatMoment } from './text.ts';
import { t } from './localise.ts';

/** How many decisions of a span of time ended in which way. */
export interface TimelineBin extends TimeRange {
  readonly counts: Readonly<Record<FilterOutcome, number>>;
  readonly total: number;
}

/** The order in which decisions are stacked, from the bottom. */
export const stackOrder: readonly FilterOutcome[] = ['denied', 'unenforced', 'allowed'];

/** The shortest time that is shown, in milliseconds. */
const shortestMs = 1_000;

/** Counts rows in equal spans of a range of time, by default from the first row to the last. Rows come in any order. */
export function buildTimeline(
  rows: readonly TableRow[],
  binCount: number,
  range: TimeRange | null,
): readonly TimelineBin[] {
  const whole = range ?? rangeOf(rows);
  if (whole === null) return [];
  const width = (whole.to - whole.from) / binCount;
  const counts = Array.from({ length: binCount }, () => ({ denied: 0, unenforced: 0, allowed: 0 }));
  for (const { time, outcome } of rows) {
    if (time < whole.from || time >= whole.to) continue;
    const bin = counts[Math.min(binCount - 1, Math.floor((time - whole.from) / width))];
    if (bin !== undefined) bin[outcome] += 1;
  }
  return counts.map((each, index) => ({
    from: whole.from + index * width,
    to: whole.from + (index + 1) * width,
    counts: each,
    total: each.denied + each.unenforced + each.allowed,
  }));
}

/** How much of the picture's height a span's outcome has at least: one denial among hundreds shall be seen. */
const leastShare = 0.08;

/** How high the parts of a span stand in a picture whose highest span has `most` decisions, from 0 to 1 and not above it together. */
export function sharesOf(
  { counts }: Pick<TimelineBin, 'counts'>,
  most: number,
): Record<FilterOutcome, number> {
  const shareOf = (count: number): number => (count === 0 ? 0 : Math.max(leastShare, count / most));
  const denied = shareOf(counts.denied);
  const unenforced = shareOf(counts.unenforced);
  const allowed = shareOf(counts.allowed);
  const scale = Math.max(1, denied + unenforced + allowed);
  return { denied: denied / scale, unenforced: unenforced / scale, allowed: allowed / scale };
}

/** From the first row to just behind the last; null when there is none. */
export function rangeOf(rows: readonly TableRow[]): TimeRange | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { time } of rows) {
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  return rows.length === 0 ? null : { from, to: Math.max(to + 1, from + shortestMs) };
}

/** A span as a reader hears it: `14:05:00 to 14:06:00: 2 denied, 12 allowed`. */
export function formatBin({ from, to, counts, total }: TimelineBin, now: number): string {
  const parts = stackOrder.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [countWords[outcome](counts[outcome])],
  );
  return `${formatRange({ from, to }, now)}: ${total === 0 ? t`nothing decided` : parts.join(', ')}`;
}

/** A range of time, with dates where they are not that of `now`. */
export function formatRange({ from, to }: TimeRange, now: number): string {
  const [first, last] = [from, to].map((time) => formatMoment(new Date(time).toISOString(), now));
  return t`${first ?? ''} to ${last ?? ''}`;
}
