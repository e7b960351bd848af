// @ts-check
// Installs npm packages that tests need and the product does not into a cache folder of the user, once for each
// set of pins, and says where.
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
import { join } from 'node:path';
import { formatInstallCommand } from '../../scripts/packages.mjs';
import { findRepository } from './findRepository.mjs';

const installAttempts = 3;
const maxAgeDays = 30;
const pinFiles = ['package.json', 'package-lock.json'];

/** Something that a person has to change first; `message` says what. */
export class SetupProblem extends Error {}

/**
 * @typedef {object} PinnedPackages
 * @property {string} title  what is installed, in words
 * @property {string} cache  the name of its cache folder
 * @property {string} pins  where its `package.json` and `package-lock.json` stand, in the repository
 * @property {string} script  what calls `runSetup`, in the repository
 * @property {string[]} [also]  other files of the repository by which the installation changes
 * @property {(folder: string) => void} [complete]  what is done in the new folder behind `npm ci`
 */

/** Where these packages are, or would be. @param {PinnedPackages} pinned */
export function findPinnedFolder(pinned) {
  const hash = createHash('sha256');
  for (const file of [...pinFiles.map((name) => join(pinned.pins, name)), ...(pinned.also ?? [])])
    hash.update(readFileSync(join(findRepository(), file)));
  return join(cacheFolder(pinned), hash.digest('hex').slice(0, 16));
}

/** Whether these packages are installed, complete. @param {PinnedPackages} pinned */
export function arePackagesInstalled(pinned) {
  return existsSync(join(findPinnedFolder(pinned), 'complete'));
}

/**
 * Returns the folder with these packages, installed now if they were not. Two of these at once are safe: one
 * installs, the other waits. Throws SetupProblem where it cannot be done.
 * @param {PinnedPackages} pinned
 * @returns {string}
 */
export function setUpPackages(pinned) {
  if (`${process.platform}-${process.arch}` !== 'linux-x64')
    throw new SetupProblem(`${pinned.title}, as pinned, is for Linux on x64`);
  const folder = findPinnedFolder(pinned);
  if (arePackagesInstalled(pinned)) return folder;
  mkdirSync(cacheFolder(pinned), { recursive: true });
  // flock is part of every Debian; its lock ends with the last process that holds it, however that ends.
  const lock = join(cacheFolder(pinned), 'lock');
  const script = join(findRepository(), pinned.script);
  const run = spawnSync('flock', [lock, process.execPath, script, '--locked'], { stdio: ['ignore', 2, 2] });
  if (run.error)
    throw new SetupProblem(`flock cannot be run; install: ${formatInstallCommand(['util-linux'])}`);
  if (!arePackagesInstalled(pinned))
    throw new SetupProblem(`${pinned.title} could not be installed; the reason stands above`);
  return folder;
}

/**
 * What a `setup.mjs` does: installs, and prints where. Exits 3 when a person must first do something, and says what.
 * @param {PinnedPackages} pinned
 * @param {() => string} setUp
 */
export function runSetup(pinned, setUp) {
  try {
    if (process.argv[2] === '--locked') installLocked(pinned);
    else process.stdout.write(`${setUp()}\n`);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 3;
  }
}

/** Installs into a folder of its own and moves it into place when it is complete. @param {PinnedPackages} pinned */
function installLocked(pinned) {
  if (arePackagesInstalled(pinned)) return;
  removeOldFolders(cacheFolder(pinned));
  process.stderr.write(`installing ${pinned.title} into ${findPinnedFolder(pinned)}\n`);
  const folder = mkdtempSync(join(cacheFolder(pinned), 'new-'));
  try {
    for (const name of pinFiles) cpSync(join(findRepository(), pinned.pins, name), join(folder, name));
    runNpm(folder, ['ci', '--ignore-scripts']);
    pinned.complete?.(folder);
    writeFileSync(join(folder, 'complete'), '');
    renameSync(folder, findPinnedFolder(pinned));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an interrupted installation left, and what was pinned long ago. @param {string} cache */
function removeOldFolders(cache) {
  const oldest = Date.now() - maxAgeDays * 24 * 60 * 60 * 1000;
  for (const entry of readdirSync(cache, { withFileTypes: true })) {
    const path = join(cache, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith('new-') || statSync(path).mtimeMs < oldest) rmSync(path, { recursive: true });
  }
}

/** A registry may be busy. @param {string} cwd @param {string[]} words */
export function runNpm(cwd, words) {
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
export function npmEnvironment() {
  const ours =
    /^npm_(config_(prefix|global|workspace|ignore_scripts|local_prefix)|package_|lifecycle_)|^(NODE_OPTIONS|NODE_PATH)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

/** @param {PinnedPackages} pinned */
function cacheFolder(pinned) {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), pinned.cache);
}
