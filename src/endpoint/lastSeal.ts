import { closeSync, fstatSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readSeal } from '../system/auditChain.ts';
import { openOwnFile } from '../system/ownFile.ts';
import { listLogNames } from './auditFolder.ts';

/** How many of the newest files are looked through for a record that has a hash. */
const maxFiles = 3;

/** How much of a file's end is read first, in bytes; more, when no whole record is in it. */
const firstTailBytes = 65_536;

const tailGrowth = 16;

/** The hash of the newest record in the log, which the next one names; empty when there is none. */
export function readLastHash(folder: string): string {
  for (const file of newestFiles(folder)) {
    const hash = lastHashIn(file);
    if (hash !== null) return hash;
  }
  return '';
}

function newestFiles(folder: string): readonly string[] {
  return listLogNames(folder)
    .slice(-maxFiles)
    .reverse()
    .map((name) => join(folder, name));
}

function lastHashIn(file: string): string | null {
  const descriptor = openOwnFile(file, 'read');
  try {
    const { size } = fstatSync(descriptor);
    for (let length = firstTailBytes; ; length *= tailGrowth) {
      const bytes = Buffer.alloc(Math.min(length, size));
      readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
      // The first line may be cut, which does no harm: its hash stands at its end.
      const line = bytes
        .toString('latin1')
        .split('\n')
        .findLast((text) => readSeal(text) !== null);
      if (line !== undefined || length >= size) return readSeal(line ?? '')?.hash ?? null;
    }
  } finally {
    closeSync(descriptor);
  }
}
