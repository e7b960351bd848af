import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing; throws as `mkdirSync` does. Whether it had to be made.
 * Node's own recursive form never comes back where a file system answers ENOENT to every mkdir, as /proc does.
 */
export function makeFolders(folder: string, mode: number): boolean {
  const missing: string[] = [];
  for (let place = resolve(folder); !existsSync(place); place = dirname(place)) missing.push(place);
  for (const place of missing.reverse()) makeFolder(place, mode);
  return missing.length > 0;
}

function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (thrown) {
    // Somebody else may have made it since we looked.
    if (!existsSync(folder)) throw thrown;
  }
}
