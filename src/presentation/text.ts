import { plural, t } from './localise.ts';

/**
 * Characters that break a line, move the cursor or reorder what stands around them: C0, DEL, C1, line and
 * paragraph separators, and the bidirectional controls. Shown as they are, a command could be made to look like another one.
 */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The longest text of one row in a view, in characters. */
export const maxRowCharacters = 200;

/** Text as one line that shows everything in it: line breaks as `⏎`, what cannot be shown as `?`; cut with `…`. */
export function formatLine(text: string, maxCharacters: number = maxRowCharacters): string {
  const shown = text.trim().replace(/\r?\n/gu, ' ⏎ ').replace(/\t/gu, ' ').replace(unprintable, '?');
  return shown.length <= maxCharacters ? shown : `${shown.slice(0, maxCharacters - 1)}…`;
}

/** The time of day, to the second, where the reader is; the text itself when it is not a time. */
export function formatTimeOfDay(timestamp: string): string {
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return timestamp;
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
}

/** The time of day where the reader is, with the date in front when that is not the day of `now`, in milliseconds since 1970. */
export function formatMoment(timestamp: string, now: number): string {
  const day = formatDay(new Date(timestamp));
  const timeOfDay = formatTimeOfDay(timestamp);
  return day === null || day === formatDay(new Date(now)) ? timeOfDay : `${day} ${timeOfDay}`;
}

/** The date where the reader is, `YYYY-MM-DD`; null when it is not a time. */
export function formatDay(time: Date): string | null {
  if (Number.isNaN(time.getTime())) return null;
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

/** A number below 100 with two digits. */
export function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** How many rows of a group are not shown, beside the row that shows them. */
export function formatHiddenRows(count: number): string {
  return plural(count)`# row not shown | # rows not shown`;
}

/** The last row of the decisions, or of a group, while there may be older ones. */
export const loadOlderLabel = t`Load older…`;

/** Said when there are none. */
export const noOlderText = t`There are no older decisions to load. The audit log has everything.`;

/** The first clause of a message: what was wrong, without the advice behind it, for where there is little room. */
export function firstClause(message: string): string {
  return formatLine(message.split(/;\s|\.\s/u, 1)[0] ?? '');
}

/**
 * Text as it stands, for a place that reads Markdown: every ASCII punctuation mark is escaped, so that nothing is
 * read as markup, as a link or as HTML. Line breaks are left out by `formatLine` before.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/gu, '\\$&');
}
