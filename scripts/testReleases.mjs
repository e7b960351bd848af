// @ts-check
// Runs the library, as it is built for every Linux, in the roots of an older and of a newer system: `testReleases.mjs`,
// as root, for some minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatInstallCommand, installMissingPackages } from './packages.mjs';

/** The releases of Debian, each with the doors that only its libc has. @type {Record<string, string[]>} */
const releases = {
  // glibc 2.31, where dlsym is not in libc itself.
  bullseye: [],
  // glibc 2.41.
  trixie: ['pidfd_spawn', 'pidfd_spawnp'],
};
const target = 'linux-x64';
const build = join(import.meta.dirname, '..', 'build');

/** @param {string} command @param {string[]} words */
function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string} release */
function makeRoot(release) {
  const root = join(build, 'roots', release);
  if (existsSync(root)) return root;
  const missing = installMissingPackages([{ package: 'debootstrap', program: 'debootstrap' }]);
  if (missing.length > 0) {
    process.stderr.write(`testReleases: install ${missing.join(', ')}: ${formatInstallCommand(missing)}\n`);
    process.exit(3);
  }
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  run('debootstrap', ['--variant=minbase', release, fresh]);
  renameSync(fresh, root);
  return root;
}

if (process.getuid?.() !== 0 || process.arch !== 'x64') {
  process.stderr.write(
    'testReleases: a root can be made and entered by root only, and this one is for x64\n',
  );
  process.exit(2);
}
const test = join(import.meta.dirname, '..', 'test', 'native', 'foreign.mjs');
run(process.execPath, [join(import.meta.dirname, 'crossNative.mjs'), '--programs', target]);
for (const [release, doors] of Object.entries(releases)) {
  process.stdout.write(`${release}: `);
  run(process.execPath, [test, target, build, makeRoot(release), ...doors]);
}
