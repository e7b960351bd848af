// @ts-check
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const editors = ['code', 'codium', 'cursor'];

/**
 * The desktop editor to open, or why there is none to be used.
 * @param {{ path: string, platform: string, isRoot: boolean, hasDisplay: boolean }} machine
 * @returns {{ program: string } | { reason: string }}
 */
export function findEditor({ path, platform, isRoot, hasDisplay }) {
  if (isRoot) return { reason: 'desktop editors do not run as root' };
  if (platform === 'linux' && !hasDisplay) return { reason: 'there is no display for a desktop editor' };
  const found = editors.flatMap((name) => path.split(delimiter).map((folder) => join(folder, name)));
  const real = found.flatMap((file) => resolveProgram(file));
  const program = real.find((file) => !isRemoteCommandLine(file));
  if (program) return { program };
  return {
    reason:
      real.length > 0
        ? 'the editor here is only the command line of a window on another machine'
        : `no editor is installed (${editors.join(', ')})`,
  };
}

/** @param {string} file */
function resolveProgram(file) {
  try {
    return [realpathSync(file)];
  } catch {
    return [];
  }
}

/** In a remote terminal `code` talks to the window; in WSL it starts the one of Windows. @param {string} file */
function isRemoteCommandLine(file) {
  return file.includes('/remote-cli/') || file.startsWith('/mnt/');
}
