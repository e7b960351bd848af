// Builds the library and its tests with gcc and with clang and runs them under ctest: `testNative.mjs [filter]`.
// The filter is a regular expression on the names of the tests.
import { spawnSync } from 'node:child_process';

const compilers = ['gcc', 'clang'];
const tools = {
  cmake: 'cmake',
  gcc: 'gcc',
  clang: 'clang clang-format clang-tidy libclang-rt-14-dev',
  nm: 'binutils',
  'musl-gcc': 'musl-tools',
  'ld.lld': 'lld',
  'llvm-strip': 'llvm',
  'qemu-arm-static': 'qemu-user-static libc6-arm64-cross libc6-armhf-cross',
  valgrind: 'valgrind',
  cppcheck: 'cppcheck',
  fakeroot: 'fakeroot libfaketime libjemalloc2',
  sudo: 'sudo',
  zsh: 'zsh fish dash busybox',
  git: 'git python3 perl make openssh-client',
};
const filter = process.argv[2];

function exists(tool) {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
}

function run(command, words) {
  return spawnSync(command, words, { stdio: 'inherit' }).status === 0;
}

const packages = Object.entries(tools)
  .filter(([tool]) => !exists(tool))
  .map(([, names]) => names);
if (packages.length > 0) {
  process.stderr.write(`testNative: tools are missing: apt-get install ${packages.join(' ')}\n`);
  process.exit(1);
}

// The other platforms' tests are in one of the builds only.
const wantsCross = filter === undefined || filter.includes('cross');
const cross = 'scripts/crossNative.mjs';
let passed =
  !wantsCross ||
  (run(process.execPath, [cross]) &&
    run(process.execPath, [cross, '--programs', 'linux-arm64', 'linux-armhf']));

const generator = exists('ninja') ? ['-G', 'Ninja'] : [];
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
