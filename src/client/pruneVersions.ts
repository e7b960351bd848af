import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProcessTable } from '../system/processTable.ts';

/** How many versions of a thing stay on disk: the newest, and older ones that another editor may still bring. */
const maxKeptVersions = 4;

/**
 * Takes away the oldest folders beside `current`, but none that a process uses: an endpoint reads its policies and
 * its grammar from its version's folder as long as it lives, and a program has its library mapped.
 */
export function pruneVersions(parent: string, current: string, processes: ProcessTable): void {
  try {
    const old = listVersions(parent)
      .filter((folder) => folder !== current)
      .slice(maxKeptVersions - 1);
    if (old.length === 0) return;
    const used = findUsed(old, processes);
    for (const folder of old) {
      if (!used.has(folder)) rmSync(folder, { recursive: true, force: true });
    }
  } catch {
    // Another installer prunes at the same time; the next one looks again.
  }
}

/** The folders of versions, the newest first. */
function listVersions(parent: string): readonly string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{16}$/.test(entry.name))
    .map((entry) => join(parent, entry.name))
    .sort((first, second) => lstatSync(second).mtimeMs - lstatSync(first).mtimeMs);
}

/**
 * The folders that a process has mapped a file of, or was started with. Their names are hashes: they tell enough,
 * and a home directory may have several paths.
 */
function findUsed(folders: readonly string[], processes: ProcessTable): ReadonlySet<string> {
  const used = new Set<string>();
  for (const pid of processes.all() ?? []) {
    const words = [processes.maps(pid) ?? '', ...(processes.commandLine(pid) ?? [])];
    for (const folder of folders) {
      if (words.some((text) => text.includes(`/${basename(folder)}/`))) used.add(folder);
    }
  }
  return used;
}
