import { constants, openSync, readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where a log's records stand: `DAY.jsonl`, behind `DAY.001.jsonl` and on when the day has more than one file can
 * hold. So the names in their order are the records in theirs.
 */
const fileName = /^(\d{4}-\d{2}-\d{2})(?:\.(\d{3,6}))?\.jsonl$/;

/** How many files of one day there are at most; what comes then stays in the last. */
const maxParts = 999;

/** The names of a log's files, the oldest first; none when there is no log. What is no regular file is none of them. */
export function listLogNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && fileName.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

/** The day of a file of the log. */
export function dayOfLog(name: string): string {
  return name.slice(0, 'YYYY-MM-DD'.length);
}

/** The last day of the log before another one; null when there is none. */
export function dayBefore(folder: string, day: string): string | null {
  return (
    listLogNames(folder)
      .map(dayOfLog)
      .findLast((name) => name < day) ?? null
  );
}

/** The files of a day, the oldest first. */
export function listDayNames(folder: string, day: string): readonly string[] {
  return listLogNames(folder).filter((name) => dayOfLog(name) === day);
}

/** Opens the files of a day for reading; none when it has no log. The caller closes them. */
export function openLogDay(folder: string, day: string): readonly number[] {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  return listDayNames(folder, day).flatMap((name) => {
    try {
      return [openSync(join(folder, name), flags)];
    } catch {
      return [];
    }
  });
}

/** Puts the full file of a day aside, in front of the next one. Throws when it cannot be renamed. */
export function putLogAside(folder: string, day: string): void {
  renameToPart(folder, `${day}.jsonl`, day);
}

/** Makes the files of the newest day parts of an earlier one, behind those that it has. Throws when one cannot be renamed. */
export function moveLogDay(folder: string, newest: string, day: string): void {
  const own = listDayNames(folder, day).filter((name) => name === `${day}.jsonl`);
  for (const name of [...own, ...listDayNames(folder, newest)]) renameToPart(folder, name, day);
}

function renameToPart(folder: string, name: string, day: string): void {
  const parts = listDayNames(folder, day).map((part) => Number(fileName.exec(part)?.[2] ?? 0));
  const next = Math.max(0, ...parts) + 1;
  if (next > maxParts) return;
  renameSync(join(folder, name), join(folder, `${day}.${String(next).padStart(3, '0')}.jsonl`));
}

/** What is kept of a log. */
export interface Retention {
  readonly maxDays: number;
  /** Of all files together. */
  readonly maxBytes: number;
}

/**
 * Removes the oldest files, whole, until what is left is within the bounds; the one that is written to stays. Gives back the names of
 * those that went.
 */
export function removeOldLogs(
  folder: string,
  today: string,
  { maxDays, maxBytes }: Retention,
): readonly string[] {
  const dayMs = 86_400_000;
  const first = new Date(Date.parse(today) - (maxDays - 1) * dayMs).toISOString().slice(0, 10);
  const names = listLogNames(folder);
  let bytes = names.reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
  const removed: string[] = [];
  for (const name of names) {
    const isKept = dayOfLog(name) >= first && bytes <= maxBytes;
    if (isKept || name >= `${today}.jsonl`) continue;
    bytes -= sizeOf(join(folder, name));
    unlinkSync(join(folder, name));
    removed.push(name);
  }
  return removed;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
