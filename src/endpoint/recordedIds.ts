import { closeSync, openSync, readSync, statSync } from 'node:fs';
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

/** How much of the log's end is looked through, in bytes: what an endpoint can write while an asker waits. */
const lastBytes = 8_388_608;

/** The ids of the newest records of the audit log: of questions whose answers may not have arrived. */
export function findLastIds(folder: string): ReadonlySet<string> {
  const ids = new Set<string>();
  let left = lastBytes;
  for (const file of [...newestFiles(folder)].reverse()) {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (left <= 0 || size === 0) continue;
    for (const id of idsIn(file, Math.max(0, size - left))) ids.add(id);
    left -= size;
  }
  return ids;
}

function newestFiles(folder: string): readonly string[] {
  return listLogNames(folder)
    .slice(-maxFiles)
    .map((name) => join(folder, name));
}

function* idsIn(file: string, from = 0): Generator<string> {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(pieceBytes);
    for (let position = from; ; position += pieceBytes - overlapBytes) {
      const length = readSync(descriptor, buffer, 0, pieceBytes, position);
      const piece = buffer.toString('latin1', 0, length);
      for (const [, id = ''] of piece.matchAll(/"id":"([0-9a-f]{32})"/g)) yield id;
      if (length < pieceBytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}
