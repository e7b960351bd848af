import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { AuditLine } from './auditFiles.ts';
import { listAuditFiles, parseAuditLine } from './auditFiles.ts';

/** How often files are looked at: watching them would miss events. In milliseconds. */
const lookIntervalMs = 100;

/** How much of a file is read at once. */
const chunkBytes = 65_536;

interface Followed {
  offset: number;
  /** The beginning of a line whose end is not written yet. */
  rest: Buffer;
}

/**
 * The records of a log from now on, and before them the last `tail` of what is there; ends never. Files that come are
 * taken from their beginning, ones that are made shorter too. Rejects when the folder cannot be read.
 */
export async function* followAuditLines(folder: string, tail: number): AsyncGenerator<AuditLine> {
  const followed = new Map<number, Followed>();
  const before: AuditLine[] = [];
  for (const entry of readNew(folder, followed)) {
    before.push(entry);
    if (before.length > tail) before.shift();
  }
  yield* before;
  for (;;) {
    yield* readNew(folder, followed);
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }
}

function* readNew(folder: string, followed: Map<number, Followed>): Generator<AuditLine> {
  const files = listAuditFiles(folder);
  if (!files.ok) throw new Error(files.error);
  for (const file of files.value) {
    const entry = statSync(file, { throwIfNoEntry: false });
    if (entry === undefined) continue;
    const { ino, size } = entry;
    // A full file is put aside under another name.
    const known = followed.get(ino) ?? { offset: 0, rest: Buffer.alloc(0) };
    followed.set(ino, known);
    if (size < known.offset) Object.assign(known, { offset: 0, rest: Buffer.alloc(0) });
    if (size > known.offset) yield* readLines(file, known);
  }
}

function* readLines(file: string, known: Followed): Generator<AuditLine> {
  const descriptor = openSync(file, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const length = readSync(descriptor, chunk, 0, chunkBytes, known.offset);
      if (length === 0) return;
      known.offset += length;
      const bytes = Buffer.concat([known.rest, chunk.subarray(0, length)]);
      const end = bytes.lastIndexOf('\n') + 1;
      known.rest = bytes.subarray(end);
      yield* bytes
        .toString('utf8', 0, end)
        .split('\n')
        .flatMap((line) => parseAuditLine(line) ?? []);
    }
  } finally {
    closeSync(descriptor);
  }
}
