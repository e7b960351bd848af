import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../base/assert.ts';
import { isRecord, parseJson } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { dayOfLog, listDayNames, listLogNames } from './auditFolder.ts';

/** Which records are wanted; null takes all. */
export interface AuditFilter {
  readonly tool: string | null;
  readonly action: string | null;
  readonly agent: string | null;
  readonly session: string | null;
}

/** Some of a day's records, the newest first. */
export interface AuditPage {
  readonly events: readonly UnknownRecord[];
  /** Records of the day, whether wanted or not. */
  readonly total: number;
  /** The offset of the next page; 0 when there is none. */
  readonly next: number;
}

/** The days that have a log, the newest first. */
export function listAuditDates(folder: string): readonly string[] {
  return [...new Set(listLogNames(folder).map(dayOfLog))].reverse();
}

/** Whether a text names a day. */
export function isAuditDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** How many records have which action, tool, agent and session. */
export interface AuditStats {
  readonly total_events: number;
  readonly by_action: Readonly<Record<string, number>>;
  readonly by_tool: Readonly<Record<string, number>>;
  readonly by_agent: Readonly<Record<string, number>>;
  readonly by_session: Readonly<Record<string, number>>;
}

/** How many different names are counted; what comes later counts in the total alone. */
const maxCountedNames = 10_000;

/** Counts the records of these days. */
export async function readAuditStats(
  folder: string,
  dates: readonly string[],
): Promise<Result<AuditStats, string>> {
  let total = 0;
  const [actions, tools, agents, sessions] = [
    new NameCounts(),
    new NameCounts(),
    new NameCounts(),
    new NameCounts(),
  ];
  try {
    for await (const record of readDays(folder, dates)) {
      total += 1;
      actions.add(actionOf(record));
      tools.add(record['tool']);
      agents.add(record['agent']);
      sessions.add(record['session']);
    }
  } catch (thrown) {
    return failure(`the audit log cannot be read: ${messageOf(thrown)}`);
  }
  return success({
    total_events: total,
    by_action: actions.read(),
    by_tool: tools.read(),
    by_agent: agents.read(),
    by_session: sessions.read(),
  });
}

class NameCounts {
  readonly #counts = new Map<string, number>();

  add(name: unknown): void {
    const isKnown =
      typeof name === 'string' && (this.#counts.has(name) || this.#counts.size < maxCountedNames);
    if (isKnown) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  read(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

async function* readDays(folder: string, dates: readonly string[]): AsyncGenerator<UnknownRecord> {
  for (const date of dates) {
    for (const name of listDayNames(folder, date)) yield* readRecords(join(folder, name));
  }
}

/** Reads the log of a UTC day. Lines that are no records are passed over; a day without a log has none. */
export async function readAuditPage(
  folder: string,
  date: string,
  filter: AuditFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<Result<AuditPage, string>> {
  const wanted: UnknownRecord[] = [];
  let matches = 0;
  let total = 0;
  try {
    for await (const record of readDays(folder, [date])) {
      total += 1;
      if (!isWanted(record, filter)) continue;
      matches += 1;
      wanted.push(record);
      // Only what the page can show stays in memory.
      if (wanted.length > offset + limit) wanted.shift();
    }
  } catch (thrown) {
    if (!isMissing(thrown)) return failure(`the audit log cannot be read: ${messageOf(thrown)}`);
  }
  const events = wanted.reverse().slice(offset, offset + limit);
  return success({ events, total, next: offset + events.length < matches ? offset + events.length : 0 });
}

async function* readRecords(file: string): AsyncGenerator<UnknownRecord> {
  const stream = createReadStream(file, 'utf8');
  // readline turns a failure to open into an endless wait unless the stream itself is asked.
  await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const parsed = parseJson(line);
    if (parsed.ok && isRecord(parsed.value)) yield parsed.value;
  }
}

function isWanted(record: UnknownRecord, filter: AuditFilter): boolean {
  return (
    (filter.action === null || filter.action === actionOf(record)) &&
    (['tool', 'agent', 'session'] as const).every(
      (name) => filter[name] === null || filter[name] === record[name],
    )
  );
}

function actionOf({ decision }: UnknownRecord): unknown {
  return isRecord(decision) ? decision['action'] : null;
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
