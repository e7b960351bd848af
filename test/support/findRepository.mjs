// @ts-check
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this repository, from this file or from a bundle of it (tests run as bundles in out/).
 * @returns {string}
 */
export function findRepository() {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'test/host/setup.mjs'))) {
    if (folder === dirname(folder)) throw new Error('this file is not inside its repository');
    folder = dirname(folder);
  }
  return folder;
}
