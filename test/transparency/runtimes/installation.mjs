// @ts-check
// Installs the runtimes of test/transparency/runtimes/package.json into a cache folder of the user, once for each set
// of pins.
import { runSetup, setUpPackages } from '../../support/pinnedPackages.mjs';

/** @type {import('../../support/pinnedPackages.mjs').PinnedPackages} */
const runtimes = {
  title: 'Deno and Bun',
  cache: 'guarded-runtimes',
  pins: 'test/transparency/runtimes',
  script: 'test/transparency/runtimes/setup.mjs',
  also: ['test/transparency/runtimes/installation.mjs'],
};

/**
 * Returns the folder with the runtimes, installed now if they were not: ten seconds and 200 MB, from npm. Throws
 * SetupProblem where it cannot be done.
 * @returns {string}
 */
export function setUpRuntimes() {
  return setUpPackages(runtimes);
}

/** What setup.mjs does. */
export function runRuntimesSetup() {
  runSetup(runtimes, setUpRuntimes);
}
