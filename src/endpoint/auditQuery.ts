import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../base/assert.ts';
import { isRecord, parseJson } from '../base/record.ts';
import type { UnknownRecord } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

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
    for await (const record of readRecords(join(folder, `${date}.jsonl`))) {
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
  const decision = record['decision'];
  const action = isRecord(decision) ? decision['action'] : null;
  return (
    (filter.action === null || filter.action === action) &&
    (['tool', 'agent', 'session'] as const).every(
      (name) => filter[name] === null || filter[name] === record[name],
    )
  );
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
