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

/** The absolute path that a command in `directory` means by `path`, as text; null when the directory is not known. */
export function joinPath(directory: string | null, path: string): string | null {
  if (path.startsWith('/')) return normalizePath(path);
  return directory === null ? null : normalizePath(`${directory}/${path}`);
}

/**
 * The path that the kernel would act on: `..` is taken after links are followed. A link that is the last part of the path
 * is followed only when the path says so, with a slash or a dot behind it.
 */
export function resolvePath(world: PathWorld, directory: string | null, path: string): string | null {
  if (!path.startsWith('/') && directory === null) return null;
  const followsLast = /\/\.{0,2}$/.test(path) || path === '.' || path === '..';
  let resolved = path.startsWith('/') ? '/' : world.realpath(directory ?? '/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') resolved = parentOf(world.realpath(resolved));
    else resolved = resolved === '/' ? `/${part}` : `${resolved}/${part}`;
  }
  if (followsLast || resolved === '/') return world.realpath(resolved);
  const name = resolved.slice(resolved.lastIndexOf('/') + 1);
  const parent = world.realpath(parentOf(resolved));
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
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
