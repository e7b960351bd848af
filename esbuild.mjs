// Builds what ships into dist/: four bundles, and the files that they read at run time.
// `--watch` rebuilds on change.
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { context } from 'esbuild';
import { moduleBanner, packageForms } from './scripts/bundling.mjs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const grammar = 'node_modules/@vscode/tree-sitter-wasm/wasm';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  mainFields: packageForms,
  logLevel: 'warning',
  define: { RAMPART_VERSION: JSON.stringify(manifest.version) },
};

const bundles = [
  {
    entryPoints: { extension: 'src/extension/extension.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  },
  {
    entryPoints: { panel: 'src/panel/main.ts' },
    format: 'iife',
    platform: 'browser',
    target: 'chrome124',
  },
  {
    entryPoints: { endpoint: 'src/endpoint/main.ts' },
    format: 'esm',
    banner: { js: moduleBanner },
  },
  {
    entryPoints: { cli: 'src/cli/main.ts' },
    format: 'esm',
    banner: { js: `#!/usr/bin/env node\n${moduleBanner}` },
  },
];

/** Copies what the bundles read beside themselves; `dist/native` is the native build's own. */
function copyRuntimeFiles() {
  mkdirSync('dist', { recursive: true });
  for (const file of ['tree-sitter.wasm', 'tree-sitter-bash.wasm'])
    cpSync(`${grammar}/${file}`, `dist/${file}`);
  rmSync('dist/policies', { recursive: true, force: true });
  cpSync('policies', 'dist/policies', { recursive: true });
  // The command line is also run from a folder of its own, without the package around it.
  writeFileSync('dist/package.json', `${JSON.stringify({ type: 'module', version: manifest.version })}\n`);
}

copyRuntimeFiles();
const contexts = await Promise.all(
  bundles.map((bundle) => context({ ...shared, ...bundle, outdir: 'dist' })),
);
if (process.argv.includes('--watch')) {
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
  chmodSync('dist/cli.js', 0o755);
}
