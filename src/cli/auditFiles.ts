import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '../base/assert.ts';
import { parseJson } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { parseAuditRecord } from '../protocol/parseAuditRecord.ts';

/** One record with the line it stands in. */
export interface AuditLine {
  readonly record: AuditRecord;
  readonly line: string;
}

/** Records that reach the log late are put in order among this many; more are not held. */
export const maxReorderedLines = 4_096;

/** The files of an audit log, the oldest day first; none when there is no log yet. */
export function listAuditFiles(folder: string): Result<readonly string[], string> {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    return success(names.sort().map((name) => join(folder, name)));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return success([]);
    return failure(`the audit log cannot be read: ${messageOf(thrown)}`);
  }
}

/** The same of a state directory that must be there: one that was named wrongly has no log that could be whole. */
export function findAuditFiles(folder: string): Result<readonly string[], string> {
  const directory = dirname(folder);
  return existsSync(directory)
    ? listAuditFiles(folder)
    : failure(`there is no state directory ${directory}: nothing was recorded there`);
}

/**
 * The records of log files, the oldest first. Lines that are no records (positions of the journal, a line that is
 * being written) are passed over. Rejects when a file cannot be read.
 */
export async function* readAuditLines(files: readonly string[]): AsyncGenerator<AuditLine> {
  const held: AuditLine[] = [];
  for (const file of files) {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    for await (const line of lines) {
      const entry = parseAuditLine(line);
      if (entry === null) continue;
      insert(held, entry);
      const oldest = held.length > maxReorderedLines ? held.shift() : undefined;
      if (oldest !== undefined) yield oldest;
    }
  }
  yield* held;
}

/**
 * The record whose id begins so, or the newest refusal for `last`. A failure says that there is none, or that several
 * have it.
 */
export async function findAuditRecord(folder: string, id: string): Promise<Result<AuditRecord, string>> {
  const files = listAuditFiles(folder);
  if (!files.ok) return files;
  const found = new Map<string, AuditRecord>();
  try {
    for await (const { record } of readAuditLines(files.value)) {
      const isWanted = id === 'last' ? !isPermitted(record.decision.action) : record.id.startsWith(id);
      if (!isWanted) continue;
      if (id === 'last') found.clear();
      found.set(record.id, record);
    }
  } catch (thrown) {
    return failure(`the audit log cannot be read: ${messageOf(thrown)}`);
  }
  const exact = found.get(id);
  const [first, second] = exact === undefined ? found.values() : [exact];
  if (first === undefined)
    return failure(
      id === 'last'
        ? `no refusal is recorded in ${folder}`
        : `no record in ${folder} has an id that begins with \`${id}\``,
    );
  return second === undefined
    ? success(first)
    : failure(`${found.size} records have an id that begins with \`${id}\`: give more of it`);
}

/** A line of a log as a record; null when it is none. */
export function parseAuditLine(line: string): AuditLine | null {
  const value = parseJson(line);
  const record = value.ok ? parseAuditRecord(value.value) : value;
  return record.ok ? { record: record.value, line } : null;
}

function insert(held: AuditLine[], entry: AuditLine): void {
  let place = held.length;
  while (place > 0 && (held[place - 1]?.record.timestamp ?? '') > entry.record.timestamp) place -= 1;
  held.splice(place, 0, entry);
}
