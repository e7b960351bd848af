import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../base/assert.ts';
import { failure } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** How often a change is made anew because somebody else wrote at the same time. */
const maxTries = 5;

/**
 * Replaces the text of a file that only its owner reads by what `change` makes of it, at once: whoever looks sees the old
 * text or the new one, and what another wrote meanwhile is not lost. A missing file counts as empty; a link stays one.
 */
export function changeFile(
  path: string,
  change: (text: string) => Result<string, string>,
): Result<string, string> {
  try {
    const file = targetOf(path);
    for (let tries = 0; tries < maxTries; tries += 1) {
      const before = readOrEmpty(file);
      const after = change(before);
      if (!after.ok) return failure(`${path}: ${after.error}`);
      if (after.value === before || writeUnless(file, after.value, () => readOrEmpty(file) !== before))
        return after;
    }
    return failure(`${path}: others keep writing this file; try again`);
  } catch (thrown) {
    return failure(`${path} cannot be written: ${messageOf(thrown)}`);
  }
}

function writeUnless(file: string, text: string, hasChanged: () => boolean): boolean {
  const draft = `${file}.${process.pid}.new`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    if (hasChanged()) return false;
    renameSync(draft, file);
    flushFolder(dirname(file));
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A crash of the machine must not bring the old text back. */
function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The file's text; empty when there is no file. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return '';
    throw thrown;
  }
}

function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (thrown) {
    if (isMissing(thrown)) return path;
    throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
