/** The part of the machine that paths are resolved against. */
export interface PathWorld {
  readonly home: string | null;
  readonly workspace: string | null;
  readonly temporary: readonly string[];
  realpath(path: string): string;
}

/** An absolute path with its `.`, `..` and doubled slashes worked out by text alone. */
export function normalizePath(path: string): string {
  if (!path.includes('//') && !path.includes('/.') && (path === '/' || !path.endsWith('/'))) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The longest path that a kernel takes. */
const maxPathLength = 4096;

/** The absolute path that a command in `directory` means by `path`, as text; null when that is not known, or no path can be so long. */
export function joinPath(directory: string | null, path: string): string | null {
  if (path.startsWith('/')) return path.length > maxPathLength ? null : normalizePath(path);
  if (directory === null || directory.length + path.length > maxPathLength) return null;
  return normalizePath(`${directory}/${path}`);
}

/**
 * The path that the kernel would act on: `..` is taken after links are followed. A link that is the last part of the path
 * is followed only when the path says so, with a slash or a dot behind it. Null when that is not known.
 */
export function resolvePath(world: PathWorld, directory: string | null, path: string): string | null {
  const isAbsolute = path.startsWith('/');
  if (path.length > maxPathLength || (!isAbsolute && directory === null)) return null;
  let resolved = isAbsolute ? '/' : world.realpath(directory ?? '/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    resolved = part === '..' ? parentOf(world.realpath(resolved)) : childOf(resolved, part);
  }
  const followsLast = resolved === '/' || /(?:^|\/)\.{0,2}$/.test(path);
  if (followsLast) return world.realpath(resolved);
  return childOf(world.realpath(parentOf(resolved)), resolved.slice(resolved.lastIndexOf('/') + 1));
}

function childOf(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** The directory that holds a path; the root holds itself. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

/** Whether a path lies below a directory; a directory does not lie below itself. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`);
}
