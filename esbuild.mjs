// Builds what ships into dist/: scripts/bundles.mjs. `--watch` rebuilds on change.
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { context } from 'esbuild';
import { bundles, grammar, manifest } from './scripts/bundles.mjs';

/** Copies what the bundles read beside themselves; `dist/native` is the native build's own. */
function copyRuntimeFiles() {
  mkdirSync('dist', { recursive: true });
  for (const file of grammar.files)
    cpSync(`node_modules/${grammar.package}/${grammar.folder}/${file}`, `dist/${file}`);
  rmSync('dist/policies', { recursive: true, force: true });
  cpSync('policies', 'dist/policies', { recursive: true });
  // The command line is also run from a folder of its own, without the package around it.
  writeFileSync('dist/package.json', `${JSON.stringify({ type: 'module', version: manifest.version })}\n`);
}

copyRuntimeFiles();
const contexts = await Promise.all(bundles.map((bundle) => context(bundle)));
if (process.argv.includes('--watch')) {
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
  chmodSync('dist/cli.js', 0o755);
}
