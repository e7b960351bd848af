import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { StatePaths } from '../system/stateDirectory.ts';
import { listAuditFiles, parseAuditLine } from './auditFiles.ts';
import { settleJournal } from './settleJournal.ts';

/** How long ago a command may have been started that looks for its own start, in milliseconds. */
const maxAgeMs = 60_000;

/**
 * Whether the start of this very process was recorded: what a person starts who is left alone is not. Once an agent was
 * in a session, no table says any more that its person is left alone, and the endpoint tells no guarded program of its
 * sessions; but what it did with the question about us shows.
 */
export async function isOwnStartRecorded(paths: StatePaths): Promise<boolean> {
  await settleJournal(paths);
  const files = listAuditFiles(paths.audit);
  // A log may just have gone on in a new file.
  const newest = files.ok ? files.value.slice(-2) : [];
  for (const file of [paths.held, ...newest]) if (await hasOwnStart(file)) return true;
  return false;
}

async function hasOwnStart(file: string): Promise<boolean> {
  const mark = `"pid":${process.pid},`;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const record = line.includes(mark) ? parseAuditLine(line)?.record : undefined;
      if (record?.pid !== process.pid || record.ppid !== process.ppid) continue;
      if (Date.now() - Date.parse(record.timestamp) < maxAgeMs) return true;
    }
  } catch {
    // It is not there.
  }
  return false;
}
