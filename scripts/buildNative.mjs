// Builds the preload library and the addon with cmake-js into build/ and copies what ships, stripped, to
// dist/native/<platform>-<arch>/. Does next to nothing when nothing changed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const extension = process.platform === 'darwin' ? 'dylib' : 'so';
const products = [`librampart.${extension}`, 'rampart.node'];
const target = join('dist', 'native', `${process.platform}-${process.arch}`);

function run(command, words, quiet) {
  const result = spawnSync(command, words, { stdio: quiet ? 'pipe' : 'inherit', encoding: 'utf8' });
  if (result.status === 0) return;
  if (result.error) process.stderr.write(`buildNative: ${command}: ${result.error.message}\n`);
  if (quiet) process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.exit(1);
}

function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;
}

if (process.platform === 'win32') {
  process.stderr.write('buildNative: Windows has no preload library; build inside WSL\n');
  process.exit(1);
}

if (existsSync(join('build', 'CMakeCache.txt'))) {
  run('cmake', ['--build', 'build'], true);
} else {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/package.json');
  run(process.execPath, [join(dirname(cmakeJs), 'bin', 'cmake-js'), 'build', '--log-level', 'warn'], true);
}

mkdirSync(target, { recursive: true });
for (const product of products) {
  const from = join('build', 'Release', product);
  const to = join(target, product);
  if (!isOlder(to, from)) continue;
  // Renamed into place: a running program may have the old file mapped.
  const fresh = `${to}.${String(process.pid)}`;
  copyFileSync(from, fresh);
  run('strip', process.platform === 'darwin' ? ['-x', fresh] : ['--strip-unneeded', fresh], true);
  renameSync(fresh, to);
  process.stdout.write(`${to}: ${String(statSync(to).size)} bytes\n`);
}
