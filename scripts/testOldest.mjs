// @ts-check
// Runs the library, as it is built for every Linux, in the root of an older system: `testOldest.mjs`, as root, for some
// minutes. Debian 11 has glibc 2.31, where dlsym is not in libc itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatInstallCommand, installMissingPackages } from './packages.mjs';

const release = 'bullseye';
const target = 'linux-x64';
const build = join(import.meta.dirname, '..', 'build');
const root = join(build, 'roots', release);

/** @param {string} command @param {string[]} words */
function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function makeRoot() {
  if (existsSync(root)) return;
  const missing = installMissingPackages([{ package: 'debootstrap', program: 'debootstrap' }]);
  if (missing.length > 0) {
    process.stderr.write(`testOldest: install ${missing.join(', ')}: ${formatInstallCommand(missing)}\n`);
    process.exit(3);
  }
  const fresh = `${root}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(root), { recursive: true });
  run('debootstrap', ['--variant=minbase', release, fresh]);
  renameSync(fresh, root);
}

if (process.getuid?.() !== 0 || process.arch !== 'x64') {
  process.stderr.write('testOldest: a root can be made and entered by root only, and this one is for x64\n');
  process.exit(2);
}
makeRoot();
run(process.execPath, [join(import.meta.dirname, 'crossNative.mjs'), '--programs', target]);
run(process.execPath, [
  join(import.meta.dirname, '..', 'test', 'native', 'foreign.mjs'),
  target,
  build,
  root,
]);
