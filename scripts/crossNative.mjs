// @ts-check
// Builds the preload library and the addon for every platform they are for, from any one of them: `crossNative.mjs [--programs] [TARGET …]`.
// What ships stands, stripped, in build/<os>-<arch>/; the trees it is built in are in build/cross/. With --programs,
// what the tests run under an emulator is made as well.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { crossPackages, formatInstallCommand, installMissingPackages, isOnPath } from './packages.mjs';

const zigVersion = '0.17.0';
const targets = ['linux-x64', 'linux-arm64', 'linux-armhf', 'darwin-x64', 'darwin-arm64'];
/** The targets that can be run here: in a root of an older system, or under an emulator. @type {Record<string, string>} */
const runnable = {
  'linux-x64': 'x86_64-linux-gnu.2.17',
  'linux-arm64': 'aarch64-linux-gnu.2.17',
  'linux-armhf': 'arm-linux-gnueabihf.2.17',
};
/** @type {[string, string[]][]} */
const programs = [
  ['target', ['target']],
  ...[
    ...[
      'execve',
      'execv',
      'execvp',
      'execvpe',
      'execl',
      'execle',
      'execlp',
      'execveat',
      'fexecve',
      'syscall',
    ],
    ...['syscall_execveat', 'system', 'popen', '_IO_popen', 'wordexp', 'posix_spawn', 'posix_spawnp'],
    ...['pidfd_spawn', 'pidfd_spawnp'],
  ].map((door) => /** @type {[string, string[]]} */ ([`snippet_${door}`, ['driver', door]])),
];
// Debian links only some of LLVM's programs into /usr/bin.
const searched = [process.env['PATH'], ...globLlvm()].join(delimiter);
const root = join(import.meta.dirname, '..');
const nodeHeaders = join(root, 'node_modules', 'node-api-headers', 'include');

/** @returns {string[]} */
function globLlvm() {
  if (!existsSync('/usr/lib')) return [];
  const names = readdirSync('/usr/lib').filter((name) => name.startsWith('llvm-'));
  return names.map((name) => join('/usr/lib', name, 'bin'));
}

/** @param {string} command @param {string[]} words @param {Record<string, string>} [variables] */
function run(command, words, variables) {
  const env = { ...process.env, PATH: searched, ...variables };
  const result = spawnSync(command, words, { cwd: root, env, stdio: 'pipe', encoding: 'utf8' });
  if (result.status === 0) return;
  process.stderr.write(`crossNative: ${command} ${words.join(' ')}: ${result.error?.message ?? 'failed'}\n`);
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.exit(1);
}

/** The compiler: a package of PyPI, kept in the user's cache. @returns {string} the path of its program */
function installZig() {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rampart');
  const folder = join(cache, `ziglang-${zigVersion}`);
  const zig = join(folder, 'ziglang', 'zig');
  if (existsSync(zig)) return zig;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'new-'));
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', fresh];
  run('python3', ['-m', 'pip', 'install', ...options, `ziglang==${zigVersion}`]);
  // Renamed into place when whole; another run may have been faster.
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return zig;
}

/** @param {string} target @param {string} zig */
function buildPrograms(target, zig) {
  const triple = runnable[target];
  if (triple === undefined) return;
  const folder = join('build', 'cross', target, 'programs');
  const snippets = join('test', 'native', 'snippets');
  mkdirSync(join(root, folder), { recursive: true });
  const options = ['cc', '-target', triple, '-std=c11', '-D_GNU_SOURCE', '-O1', '-fno-sanitize=all'];
  for (const [program, sources] of programs) {
    const files = sources.map((name) => join(snippets, `${name}.c`));
    const made = join(root, folder, program);
    if (
      existsSync(made) &&
      files.every((file) => statSync(join(root, file)).mtimeMs < statSync(made).mtimeMs)
    )
      continue;
    run(zig, [...options, ...files, '-o', made], cachesOf(zig));
  }
}

/** @param {string} zig */
function cachesOf(zig) {
  const folder = join(dirname(dirname(zig)), 'cache');
  return { ZIG_GLOBAL_CACHE_DIR: folder, ZIG_LOCAL_CACHE_DIR: folder };
}

/** @param {string} target @param {string} zig */
function build(target, zig) {
  const isDarwin = target.startsWith('darwin');
  const tree = join('build', 'cross', target);
  const generator = isOnPath('ninja') ? ['-G', 'Ninja'] : [];
  const options = [`-DRAMPART_TARGET=${target}`, `-DRAMPART_ZIG=${zig}`, `-DCMAKE_JS_INC=${nodeHeaders}`];
  if (!existsSync(join(root, tree, 'CMakeCache.txt')))
    run('cmake', ['-S', '.', '-B', tree, '--toolchain', 'native/cross.cmake', ...generator, ...options]);
  run('cmake', ['--build', tree, '--parallel', '2'], cachesOf(zig));
  for (const [part, name] of /** @type {[string, string][]} */ ([
    ['preload', isDarwin ? 'librampart.dylib' : 'librampart.so'],
    ['addon', 'rampart.node'],
  ])) {
    const ships = join(root, 'build', target, name);
    mkdirSync(dirname(ships), { recursive: true });
    copyFileSync(join(root, tree, 'native', part, name), ships);
    // A program of macOS is signed as it is: stripping it would break the signature. The linker leaves out what it can.
    if (!isDarwin) run('llvm-strip', ['--strip-unneeded', '--remove-section=.comment', ships]);
    process.stdout.write(`build/${target}/${name}: ${String(statSync(ships).size)} bytes\n`);
  }
}

const named = process.argv.slice(2).filter((word) => word !== '--programs');
const wanted = named.length > 0 ? named : targets;
const unknown = wanted.filter((target) => !targets.includes(target));
if (unknown.length > 0) {
  process.stderr.write(`crossNative: ${unknown.join(', ')}: the targets are ${targets.join(', ')}\n`);
  process.exit(2);
}
const missing = installMissingPackages(crossPackages);
if (missing.length > 0) {
  process.stderr.write(`crossNative: install ${missing.join(', ')}: ${formatInstallCommand(missing)}\n`);
  process.exit(3);
}
const zig = installZig();
for (const target of wanted) {
  build(target, zig);
  if (process.argv.includes('--programs')) buildPrograms(target, zig);
}
// One file for both machines, for a program of macOS may start one of the other kind.
const slices = targets.filter((target) => target.startsWith('darwin'));
if (slices.every((target) => wanted.includes(target))) {
  const files = slices.map((target) => join('build', target, 'librampart.dylib'));
  const whole = join('build', 'darwin-universal', 'librampart.dylib');
  mkdirSync(join(root, dirname(whole)), { recursive: true });
  run('llvm-lipo', ['-create', ...files, '-output', whole]);
  process.stdout.write(`${whole}: ${String(statSync(join(root, whole)).size)} bytes\n`);
}
