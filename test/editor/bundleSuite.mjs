// @ts-check
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = import.meta.dirname;

/** The unpacked extensions that the suite brings: one to be run by, one that stands for somebody else's. */
export const development = ['harness', 'foreign'].map((name) => join(folder, name));

/**
 * Bundles the suite of the test files whose names have `filter` in them, for the package of a platform or for the one
 * without a library; gives back the module to run, or null.
 * @param {'editor' | 'universal'} kind @param {string} filter @param {string} outdir
 */
export async function bundleSuite(kind, filter, outdir) {
  const files = readdirSync(folder).filter(
    (name) => name.endsWith(`.${kind}.test.ts`) && name.includes(filter),
  );
  if (files.length === 0) return null;
  await build({
    entryPoints: ['suite.ts', ...files].map((name) => join(folder, name)),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    external: ['vscode', 'mocha'],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(outdir, 'suite.cjs');
}
