import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { listLogNames } from './auditFolder.ts';

/** How many of the newest files of the log are looked through: a crash is not followed by a start days later. */
const maxFiles = 3;

const pieceBytes = 1_048_576;

/** Longest stretch in which an id could stand across two pieces. */
const overlapBytes = 64;

/** Which of these record ids stand in the newest files of the audit log. */
export function findRecordedIds(folder: string, wanted: ReadonlySet<string>): ReadonlySet<string> {
  const files = wanted.size === 0 ? [] : newestFiles(folder);
  return new Set(files.flatMap((file) => [...idsIn(file)].filter((id) => wanted.has(id))));
}

function newestFiles(folder: string): readonly string[] {
  return listLogNames(folder)
    .slice(-maxFiles)
    .map((name) => join(folder, name));
}

function* idsIn(file: string): Generator<string> {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(pieceBytes);
    for (let position = 0; ; position += pieceBytes - overlapBytes) {
      const length = readSync(descriptor, buffer, 0, pieceBytes, position);
      const piece = buffer.toString('latin1', 0, length);
      for (const [, id = ''] of piece.matchAll(/"id":"([0-9a-f]{32})"/g)) yield id;
      if (length < pieceBytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}
