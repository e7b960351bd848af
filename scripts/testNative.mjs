// Builds the library and its tests with gcc and with clang and runs them under ctest: `testNative.mjs [filter]`.
// The filter is a regular expression on the names of the tests.
import { spawnSync } from 'node:child_process';
import {
  findMissingPackages,
  formatInstallCommand,
  isOnPath,
  nativeTestPackages,
  sanitizerPackages,
} from './packages.mjs';

const compilers = ['gcc', 'clang'];
const filter = process.argv[2];

function run(command, words) {
  return spawnSync(command, words, { stdio: 'inherit' }).status === 0;
}

const missing = findMissingPackages([...nativeTestPackages, ...sanitizerPackages()]);
if (missing.length > 0) {
  process.stderr.write(`testNative: install ${missing.join(', ')}: ${formatInstallCommand(missing)}\n`);
  process.exit(1);
}

// The other platforms' tests are in one of the builds only.
const wantsCross = filter === undefined || filter.includes('cross');
const cross = 'scripts/crossNative.mjs';
let passed =
  !wantsCross ||
  (run(process.execPath, [cross]) &&
    run(process.execPath, [cross, '--programs', 'linux-arm64', 'linux-armhf']));

const generator = isOnPath('ninja') ? ['-G', 'Ninja'] : [];
for (const compiler of compilers) {
  const folder = `build-${compiler}`;
  const options = [`-DCMAKE_C_COMPILER=${compiler}`, '-DRAMPART_TESTS=ON'];
  const words = ['--test-dir', folder, '--output-on-failure', '--parallel', '2', '--no-tests=error'];
  passed =
    run('cmake', ['-S', '.', '-B', folder, '--log-level=WARNING', ...generator, ...options]) &&
    run('cmake', ['--build', folder, '--parallel', '2']) &&
    run('ctest', [...words, ...(filter === undefined ? [] : ['-R', filter])]) &&
    passed;
}
process.exitCode = passed ? 0 : 1;
