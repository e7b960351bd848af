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
    // Shells, too, pass over a folder of PATH that they may not search; a path that was named is refused.
    if (presence === 'unreachable' && name.includes('/')) problem = 'not-executable';
  }
  return failure(problem);
}

/** `unreachable`: a folder on the way cannot be searched. */
function presenceOf(path: string): 'runnable' | 'unreachable' | MissingProgram {
  try {
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return 'not-found';
    return entry.isFile() && isExecutable(path) ? 'runnable' : 'not-executable';
  } catch {
    return 'unreachable';
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
