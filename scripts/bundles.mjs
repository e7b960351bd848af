// @ts-check
// What ships in dist/: five bundles, and the files that they read at run time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleBanner, packageForms } from './bundling.mjs';

const root = join(import.meta.dirname, '..');

/** What stands in package.json. @type {{ name: string, version: string, description: string, license: string, keywords: string[], engines: Record<string, string>, scripts: Record<string, string>, devDependencies: unknown, bin: unknown, binary: unknown }} */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The package whose files are copied, not bundled, and which of them. */
export const grammar = {
  package: '@vscode/tree-sitter-wasm',
  folder: 'wasm',
  files: ['tree-sitter.wasm', 'tree-sitter-bash.wasm'],
};

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  mainFields: packageForms,
  logLevel: 'warning',
  define: { RAMPART_VERSION: JSON.stringify(manifest.version) },
};

/** The HTTP client is as large as all the rest of the endpoint: it is loaded only where there is an upstream. */
const upstreamApart = {
  name: 'upstream apart',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /\/upstream\/transport\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './upstream.js', external: true } : undefined,
    );
  },
};

/** Of the HTTP client only requests to one origin are used: its index brings all it has, nearly half of it for nothing. */
const poolAlone = {
  name: 'pool alone',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    const lines = [
      "require('./lib/dispatcher/dispatcher.js').prototype.request = require('./lib/api/api-request.js');",
      "exports.Pool = require('./lib/dispatcher/pool.js');",
    ];
    build.onLoad({ filter: /[/\\]undici[/\\]index\.js$/ }, () => ({ contents: lines.join('\n') }));
  },
};

/** @type {import('esbuild').BuildOptions[]} */
const different = [
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
    plugins: [upstreamApart],
  },
  {
    entryPoints: { upstream: 'src/endpoint/upstream/transport.ts' },
    format: 'esm',
    banner: { js: moduleBanner },
    plugins: [poolAlone],
  },
  {
    entryPoints: { cli: 'src/cli/main.ts' },
    format: 'esm',
    banner: { js: `#!/usr/bin/env node\n${moduleBanner}` },
  },
];

/** How each bundle is built. */
export const bundles = different.map((bundle) => ({ ...shared, ...bundle }));
