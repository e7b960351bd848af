// Bundles benchmarks and runs them one after the other: `bench.mjs NAME[,NAME…] [option of theirs]…`. Fails when one does.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const [names = '', ...options] = process.argv.slice(2);
const folder = join('out', 'bench', String(process.pid));
try {
  for (const name of names.split(',')) {
    const source = ['ts', 'mjs']
      .map((ending) => join('test', 'bench', `${name}.bench.${ending}`))
      .find(existsSync);
    if (source === undefined) throw new Error(`there is no benchmark ${name}`);
    const outfile = join(folder, `${name}.mjs`);
    await build({
      entryPoints: [source],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'warning',
    });
    const { status } = spawnSync(process.execPath, [outfile, ...options], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = status ?? 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
