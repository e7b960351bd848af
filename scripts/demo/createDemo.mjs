// @ts-check
import { chmodSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository } from '../../test/host/installation.mjs';

/**
 * Makes the demo workspace, and the directory beside it that its script tries to delete, below `folder`.
 * The directory is as new; in the workspace, files of the user's own stay.
 * @param {string} folder
 * @returns {{ workspace: string, precious: string }} where they are
 */
export function createDemo(folder) {
  const template = join(findRepository(), 'scripts/demo');
  const places = { workspace: join(folder, 'workspace'), precious: join(folder, 'precious') };
  rmSync(places.precious, { recursive: true, force: true });
  for (const [name, place] of Object.entries(places))
    cpSync(join(template, name), place, { recursive: true });
  // Says where the workspace ends, as .git does in a repository; this clone's own .git stands further up.
  mkdirSync(join(places.workspace, '.rampart'), { recursive: true });
  chmodSync(join(places.workspace, 'agent-cleanup.sh'), 0o755);
  return places;
}
