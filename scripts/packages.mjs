// @ts-check
// The Debian packages that building, testing and the demo need, each with what shows that it is there.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What shows that it is there is a program on the PATH, a file, or a check. @typedef {{ package: string, program?: string, file?: string, isThere?: () => boolean }} SystemPackage */

/** What `npm run build` calls. @type {SystemPackage[]} */
export const buildPackages = [
  { package: 'gcc', program: 'gcc' },
  { package: 'libc6-dev', file: '/usr/include/stdlib.h' },
  { package: 'make', program: 'make' },
  { package: 'cmake', program: 'cmake' },
];

/** What VS Code's server needs to build two small addons; without them it runs, but writes no log files. @type {SystemPackage[]} */
export const serverPackages = [
  { package: 'g++', program: 'g++' },
  { package: 'make', program: 'make' },
  { package: 'python3', program: 'python3' },
];

/** What the tests drive the editor with. @type {SystemPackage[]} */
export const browserPackages = [{ package: 'chromium', program: 'chromium' }];

/** What `npm run build:cross` calls. @type {SystemPackage[]} */
export const crossPackages = [
  { package: 'cmake', program: 'cmake' },
  { package: 'make', program: 'make' },
  { package: 'python3-pip', isThere: () => spawnSync('python3', ['-m', 'pip', '--version']).status === 0 },
  { package: 'lld', program: 'ld.lld' },
  { package: 'llvm', program: 'llvm-strip' },
];

/** What `npm run test:native` calls, and the sanitizers' runtime. @type {SystemPackage[]} */
export const nativeTestPackages = [
  ...buildPackages,
  ...crossPackages,
  { package: 'qemu-user-static', program: 'qemu-arm-static' },
  { package: 'libc6-arm64-cross', file: '/usr/aarch64-linux-gnu/lib/libc.so.6' },
  { package: 'libc6-armhf-cross', file: '/usr/arm-linux-gnueabihf/lib/libc.so.6' },
  { package: 'ninja-build', program: 'ninja' },
  { package: 'clang', program: 'clang' },
  { package: 'clang-tidy', program: 'clang-tidy' },
  { package: 'binutils', program: 'readelf' },
  { package: 'dash', program: 'dash' },
  { package: 'zsh', program: 'zsh' },
  { package: 'fish', program: 'fish' },
  { package: 'perl', program: 'perl' },
  { package: 'python3', program: 'python3' },
  { package: 'python3-setuptools', file: '/usr/lib/python3/dist-packages/setuptools/__init__.py' },
  { package: 'python3-wheel', file: '/usr/lib/python3/dist-packages/wheel/__init__.py' },
  { package: 'ruby', file: '/usr/bin/ruby' },
  { package: 'default-jdk-headless', file: '/usr/bin/javac' },
  { package: 'cargo', file: '/usr/bin/cargo' },
  { package: 'gdb', program: 'gdb' },
  { package: 'git', program: 'git' },
  { package: 'busybox', program: 'busybox' },
  { package: 'openssh-client', program: 'ssh' },
  { package: 'tmux', program: 'tmux' },
  { package: 'bsdutils', program: 'script' },
  { package: 'util-linux', program: 'setpriv' },
  { package: 'sudo', program: 'sudo' },
  { package: 'musl-tools', program: 'musl-gcc' },
  { package: 'valgrind', program: 'valgrind' },
  { package: 'cppcheck', program: 'cppcheck' },
  { package: 'fakeroot', program: 'fakeroot' },
  { package: 'fakechroot', program: 'fakechroot' },
  { package: 'libfaketime', isThere: () => isLibraryThere('faketime/libfaketime.so.1') },
  { package: 'libjemalloc2', isThere: () => isLibraryThere('libjemalloc.so.2') },
];

/** What `npm test` needs besides Node.js and its npm. @type {SystemPackage[]} */
export const testPackages = [
  ...nativeTestPackages,
  ...serverPackages,
  ...browserPackages,
  { package: 'clang-format', program: 'clang-format' },
  { package: 'procps', program: 'ps' },
  { package: 'strace', program: 'strace' },
  { package: 'xz-utils', program: 'xz' },
];

/** What the sandboxes of coding agents are made of. @type {SystemPackage[]} */
export const sandboxPackages = [
  { package: 'bubblewrap', program: 'bwrap' },
  { package: 'socat', program: 'socat' },
  { package: 'ripgrep', program: 'rg' },
];

/** Whether Debian's folder of libraries has this file. @param {string} file */
function isLibraryThere(file) {
  return ['x86_64', 'aarch64'].some((machine) => existsSync(join('/usr/lib', `${machine}-linux-gnu`, file)));
}

/** The runtime of clang's sanitizers, whose package carries clang's version: to be asked for when clang is there. @returns {SystemPackage[]} */
export function sanitizerPackages() {
  const version = spawnSync('clang', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const major = /version (\d+)/.exec(version)?.[1];
  const link = ['-fsanitize=address,fuzzer', '-x', 'c', '-', '-o', '/dev/null'];
  const input = 'int LLVMFuzzerTestOneInput(void) { return 0; }';
  const isThere = () => spawnSync('clang', link, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
  return major ? [{ package: `libclang-rt-${major}-dev`, isThere }] : [];
}

/** Whether `program` can be found on this PATH. @param {string} program */
export function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The names of those packages that are not there. @param {SystemPackage[]} wanted @returns {string[]} */
export function findMissingPackages(wanted) {
  const missing = wanted.filter(
    ({ program, file, isThere }) =>
      (program && !isOnPath(program)) || (file && !existsSync(file)) || (isThere && !isThere()),
  );
  return [...new Set(missing.map((entry) => entry.package))];
}

/**
 * Installs what is missing through apt, when this user may (root, or sudo without a password).
 * Returns the names that are still missing; their installation was tried and its output shown on stderr.
 * @param {SystemPackage[]} wanted
 * @returns {string[]}
 */
export function installMissingPackages(wanted) {
  const missing = findMissingPackages(wanted);
  const asRoot = rootPrefix();
  if (missing.length === 0 || !asRoot || !isOnPath('apt-get')) return missing;
  process.stderr.write(`installing Debian packages: ${missing.join(' ')}\n`);
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (!runApt(asRoot, install)) {
    runApt(asRoot, ['update']);
    runApt(asRoot, install);
  }
  return findMissingPackages(wanted);
}

/** What to type to install these, for a person who may. @param {string[]} names */
export function formatInstallCommand(names) {
  return `sudo apt-get install ${names.join(' ')}`;
}

/** @returns {string[] | undefined} what to put before a command so that root runs it */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

/** @param {string[]} asRoot @param {string[]} words */
function runApt(asRoot, words) {
  const [program = '', ...rest] = [
    ...asRoot,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...words,
  ];
  return spawnSync(program, rest, { stdio: ['ignore', 2, 2] }).status === 0;
}
