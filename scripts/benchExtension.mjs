// Bundles the benchmark of the views and runs it: `npm run bench:extension`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
try {
  const outfile = join(folder, 'extension.mjs');
  const shared = { bundle: true, platform: 'node', format: 'esm', target: 'node20' };
  await build({ ...shared, entryPoints: ['test/bench/extension.bench.ts'], outfile, logLevel: 'warning' });
  process.exitCode = spawnSync(process.execPath, [outfile], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
