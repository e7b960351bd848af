import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where fetched and built suites stay, for each release of the system. */
const root = join(homedir(), '.cache', 'rampart-transparency', readRelease());

/**
 * A folder that `fill` has filled once, from the cache afterwards. It has its place only when it is whole, so that
 * runs beside each other, and one that is broken off, leave no half.
 */
export async function cachedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const place = join(root, name);
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const fresh = mkdtempSync(`${place}.`);
  try {
    await fill(fresh);
    if (!existsSync(place)) renameSync(fresh, place);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return place;
}

function readRelease(): string {
  const words = readFileSync('/etc/os-release', 'utf8').matchAll(/^(ID|VERSION_ID)="?([\w.]+)"?$/gm);
  const values = new Map(Array.from(words, (match) => [match[1], match[2]]));
  return `${values.get('ID') ?? 'unknown'}-${values.get('VERSION_ID') ?? 'unknown'}-${process.arch}`;
}
