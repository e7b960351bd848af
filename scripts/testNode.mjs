// Runs the node:test files of the named levels: `testNode.mjs unit [part of a path] [flags for node]`. Each
// file is bundled from source first, so that a test needs no build of the rest.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const levels = ['unit', 'architecture', 'integration', 'packages', 'e2e', 'transparency', 'agents'];
const words = process.argv.slice(2);
const chosen = words.filter((word) => levels.includes(word));
const flags = words.filter((word) => word.startsWith('--'));
const filters = words.filter((word) => !levels.includes(word) && !flags.includes(word));
if (chosen.length === 0) {
  process.stderr.write(`testNode: name a level: ${levels.join(' ')}\n`);
  process.exit(2);
}

const files = chosen
  .flatMap((level) =>
    readdirSync(join('test', level), { recursive: true }).map((file) => join('test', level, file)),
  )
  .filter(
    (file) =>
      file.endsWith('.test.ts') && (filters.length === 0 || filters.some((part) => file.includes(part))),
  )
  .sort();
if (files.length === 0) {
  process.stderr.write(`testNode: no test file of ${chosen.join(' ')} matches ${filters.join(' ')}\n`);
  process.exit(2);
}

const outdir = join('out', 'test', String(process.pid));
try {
  await build({
    entryPoints: files,
    outdir,
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const built = files.map((file) => join(outdir, file.slice('test/'.length).replace(/\.ts$/, '.mjs')));
  // A test of everything has the machine, and the one demo folder, to itself.
  const concurrency = chosen.includes('e2e') || chosen.includes('agents') ? 1 : 2;
  const how = ['--enable-source-maps', '--test', `--test-concurrency=${concurrency}`, '--test-reporter=spec'];
  const run = spawnSync(process.execPath, [...how, ...flags, ...built], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
