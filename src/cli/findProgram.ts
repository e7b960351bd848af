import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** What `execvp` searches when `PATH` is not set; confstr(3), `_CS_PATH`. */
const defaultSearchPath = '/bin:/usr/bin';

/** Why there is nothing to start. */
export type MissingProgram = 'not-found' | 'not-executable';

/**
 * The path that `execvp` would start for a name; relative when the name or the entry of `PATH` is.
 * A name with a slash is the path. Files that may not be executed are passed over, but remembered.
 */
export function findProgram(
  name: string,
  searchPath: string | undefined,
  cwd: string,
): Result<string, MissingProgram> {
  const folders = (searchPath ?? defaultSearchPath).split(':');
  const candidates = name.includes('/')
    ? [name]
    : folders.map((folder) => (folder === '' ? name : `${folder}/${name}`));
  let problem: MissingProgram = 'not-found';
  for (const candidate of name === '' ? [] : candidates) {
    const presence = presenceOf(candidate.startsWith('/') ? candidate : join(cwd, candidate));
    if (presence === 'runnable') return success(candidate);
    if (presence === 'not-executable') problem = presence;
  }
  return failure(problem);
}

function presenceOf(path: string): 'runnable' | MissingProgram {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return 'not-found';
  if (!entry.isFile()) return 'not-executable';
  try {
    accessSync(path, constants.X_OK);
    return 'runnable';
  } catch {
    return 'not-executable';
  }
}
