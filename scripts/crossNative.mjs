// @ts-check
// Builds the preload library for every platform it is for, from any one of them: `crossNative.mjs [TARGET …]`. What
// ships stands, stripped, in build/<os>-<arch>/; the trees it is built in are in build/cross/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { crossPackages, formatInstallCommand, installMissingPackages, isOnPath } from './packages.mjs';

const zigVersion = '0.17.0';
const targets = ['linux-x64', 'linux-arm64', 'linux-armhf', 'darwin-x64', 'darwin-arm64'];
const root = join(import.meta.dirname, '..');

/** @param {string} command @param {string[]} words @param {Record<string, string>} [variables] */
function run(command, words, variables) {
  const env = { ...process.env, ...variables };
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
function build(target, zig) {
  const name = target.startsWith('darwin') ? 'librampart.dylib' : 'librampart.so';
  const tree = join('build', 'cross', target);
  const generator = isOnPath('ninja') ? ['-G', 'Ninja'] : [];
  const options = [`-DRAMPART_TARGET=${target}`, `-DRAMPART_ZIG=${zig}`];
  const caches = join(dirname(dirname(zig)), 'cache');
  const variables = { ZIG_GLOBAL_CACHE_DIR: caches, ZIG_LOCAL_CACHE_DIR: caches };
  if (!existsSync(join(root, tree, 'CMakeCache.txt')))
    run('cmake', ['-S', '.', '-B', tree, '--toolchain', 'native/cross.cmake', ...generator, ...options]);
  run('cmake', ['--build', tree, '--parallel', '2'], variables);
  const made = join(root, tree, 'native', 'preload', name);
  const ships = join(root, 'build', target, name);
  mkdirSync(dirname(ships), { recursive: true });
  copyFileSync(made, ships);
  // A program of macOS is signed as it is: stripping it would break the signature. The linker leaves out what it can.
  if (!target.startsWith('darwin')) run('llvm-strip', ['--strip-unneeded', ships]);
  process.stdout.write(`build/${target}/${name}: ${String(statSync(ships).size)} bytes\n`);
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : targets;
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
for (const target of wanted) build(target, zig);
