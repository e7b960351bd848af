import { closeSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openOwnFile } from '../system/ownFile.ts';
import { unansweredMessage } from './auditEntry.ts';
import { listLogNames } from './auditFolder.ts';

/** How many of the newest files of the log are looked through: a crash is not followed by a start days later. */
const maxFiles = 3;

const pieceBytes = 1_048_576;

/** What the log says under an id: what was decided, or that it ran without an answer. */
export type RecordedKind = 'decision' | 'run';

/** Which of these record ids stand in the newest files of the audit log, and as what. */
export function findRecorded(folder: string, wanted: ReadonlySet<string>): ReadonlyMap<string, RecordedKind> {
  const found = new Map<string, RecordedKind>();
  for (const file of wanted.size === 0 ? [] : newestFiles(folder)) {
    for (const line of linesIn(file, 0)) {
      const id = idOf(line);
      if (id !== null && wanted.has(id)) found.set(id, kindOf(line));
    }
  }
  return found;
}

/** How much of the log's end is looked through, in bytes: what an endpoint can write while an asker waits. */
const lastBytes = 8_388_608;

/** What the audit log says last, by id. */
export function findLastRecorded(folder: string): ReadonlyMap<string, RecordedKind> {
  const ids = new Map<string, RecordedKind>();
  let left = lastBytes;
  for (const file of [...newestFiles(folder)].reverse()) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (left <= 0 || size === 0) continue;
    for (const line of linesIn(file, Math.max(0, size - left))) {
      const id = idOf(line);
      if (id !== null) ids.set(id, kindOf(line));
    }
    left -= size;
  }
  return ids;
}

function newestFiles(folder: string): readonly string[] {
  return listLogNames(folder)
    .slice(-maxFiles)
    .map((name) => join(folder, name));
}

function idOf(line: string): string | null {
  return /^[^,]*,"id":"([0-9a-f]{32})"/.exec(line)?.[1] ?? null;
}

function kindOf(line: string): RecordedKind {
  return line.includes(`"message":"${unansweredMessage}"`) ? 'run' : 'decision';
}

/** The lines of a file from a position on; the first may be a part of one. */
function* linesIn(file: string, from: number): Generator<string> {
  const descriptor = openOwnFile(file, 'read');
  try {
    const buffer = Buffer.alloc(pieceBytes);
    let rest = '';
    for (let position = from; ; position += pieceBytes) {
      const length = readSync(descriptor, buffer, 0, pieceBytes, position);
      const lines = `${rest}${buffer.toString('latin1', 0, length)}`.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (length < pieceBytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}
