import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What decides which workspace a command belongs to. All paths are absolute. */
export interface WorkspaceSurroundings {
  /** Folders of the windows that are open now. */
  readonly folders: readonly string[];
  readonly home: string | null;
  /** Whether something stands at a path. */
  readonly exists: (path: string) => boolean;
}

/** The deepest directory in which a workspace is looked for; deeper ones count as their ancestor at this depth. */
const maxAncestors = 128;

/**
 * The workspace of a command that runs in `cwd`: the innermost open window folder that contains it, else the
 * nearest ancestor with `.git` or `.rampart`, else `cwd` itself. Null when that is `/` or the home directory,
 * which are nobody's project.
 */
export function findWorkspace(cwd: string, surroundings: WorkspaceSurroundings): string | null {
  const isProject = (path: string): boolean => path !== '/' && path !== surroundings.home;
  const folder = surroundings.folders
    .filter((candidate) => isProject(candidate) && isInside(cwd, candidate))
    .reduce<string | null>((best, next) => (best === null || next.length > best.length ? next : best), null);
  if (folder !== null) return folder;
  let candidate = cwd;
  for (let step = 0; step < maxAncestors && isProject(candidate); step += 1) {
    if (surroundings.exists(join(candidate, '.git')) || surroundings.exists(join(candidate, '.rampart'))) {
      return candidate;
    }
    candidate = dirname(candidate);
  }
  return isProject(cwd) ? cwd : null;
}

/** Whether a path is the folder or lies in it; both absolute and without `..`. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Whether something stands at a path; never throws. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

/**
 * Resolves symbolic links of an absolute path through its longest ancestor that exists; what does not exist is
 * appended unchanged. A path that cannot be resolved at all (a loop, no permission) is given back as it was.
 * `realPath` is the addon's where there is one, which is quicker.
 */
export function resolveLinks(path: string, realPath = realPathByNode): string {
  const tail: string[] = [];
  let existing = path;
  try {
    for (let step = 0; step < maxAncestors; step += 1) {
      const resolved = realPath(existing);
      if (resolved !== null) return join(resolved, ...tail);
      const parent = dirname(existing);
      if (parent === existing) return path;
      tail.unshift(basename(existing));
      existing = parent;
    }
  } catch {
    return path;
  }
  return path;
}

/** The addon's `realPath` by Node's own means. */
export function realPathByNode(path: string): string | null {
  try {
    // Most of what a command names is not there, and an error is far dearer than a status.
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
    return realpathSync.native(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw thrown;
  }
}
