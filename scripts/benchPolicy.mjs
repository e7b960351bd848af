// Measures the default policy: how well it decides, and how long that takes. Prints, and judges nothing.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const outfile = join('out', 'bench', String(process.pid), 'policy.mjs');
try {
  await build({
    entryPoints: ['test/bench/policy.bench.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  process.exitCode = spawnSync(process.execPath, [outfile], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(join('out', 'bench', String(process.pid)), { recursive: true, force: true });
}
