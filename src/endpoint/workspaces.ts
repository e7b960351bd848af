import { findWorkspace, isThere } from '../system/workspaceRoot.ts';

/** How long an answer is used again, in milliseconds: a command line starts dozens of programs in one place. */
const maxAgeMs = 1_000;

/** How many directories are remembered. */
const maxRemembered = 1_024;

/** Finds the workspace of a command by its directory; null without one. */
export function createWorkspaceFinder(
  home: string | null,
  folders: () => readonly string[],
): (cwd: string | null) => string | null {
  const known = new Map<string, { readonly workspace: string | null; readonly at: number }>();
  return (cwd) => {
    if (cwd === null) return null;
    const now = performance.now();
    const remembered = known.get(cwd);
    if (remembered !== undefined && now - remembered.at < maxAgeMs) return remembered.workspace;
    if (known.size >= maxRemembered) known.clear();
    const workspace = findWorkspace(cwd, { folders: folders(), home, exists: isThere });
    known.set(cwd, { workspace, at: now });
    return workspace;
  };
}
