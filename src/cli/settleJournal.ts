import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createProcessTable } from '../system/processTable.ts';
import type { StatePaths } from '../system/stateDirectory.ts';

/** How long is waited at most, in milliseconds; the endpoint looks at its journal every 100. */
const maxWaitMs = 500;

const lookIntervalMs = 10;

/**
 * Waits until a living endpoint has taken what stands in its journal now, so that what ran before somebody asked is
 * in the log. Without an endpoint, or when it does not keep up, the log is read as it is.
 */
export async function settleJournal(paths: StatePaths): Promise<void> {
  const standing = findJournals(paths.directory);
  const deadline = performance.now() + maxWaitMs;
  while (standing.size > 0 && isServed(paths.lock) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
    const left = findJournals(paths.directory);
    for (const inode of standing) if (!left.has(inode)) standing.delete(inode);
  }
}

/** The inodes of the journal and of what was put aside of it. */
function findJournals(directory: string): Set<number> {
  try {
    const names = readdirSync(directory).filter((name) => /^journal(?:\.\d+)?$/.test(name));
    return new Set(names.map((name) => statSync(join(directory, name)).ino));
  } catch {
    return new Set();
  }
}

function isServed(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid > 0 && createProcessTable().isRunning(pid, 0);
  } catch {
    return false;
  }
}
