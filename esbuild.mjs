// Builds what ships into dist/: scripts/bundles.mjs. `--watch` rebuilds on change.
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, context } from 'esbuild';
import { moduleBanner, packageForms } from './scripts/bundling.mjs';
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

/** What the default policy is understood as, so that no start has to read its YAML; of another text it counts for nothing. */
async function freezePolicy() {
  const outfile = join(mkdtempSync(join(tmpdir(), 'rampart-freeze-')), 'frozenYaml.mjs');
  const shape = {
    bundle: true,
    platform: /** @type {const} */ ('node'),
    format: /** @type {const} */ ('esm'),
  };
  const banner = { js: moduleBanner };
  await build({
    ...shape,
    entryPoints: ['src/policy/frozenYaml.ts'],
    outfile,
    banner,
    mainFields: packageForms,
  });
  const { freezeYaml } = await import(pathToFileURL(outfile).href);
  rmSync(dirname(outfile), { recursive: true });
  const text = readFileSync('policies/default.yaml', 'utf8');
  const root = freezeYaml(text);
  if (root === null) throw new Error('policies/default.yaml cannot be frozen');
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync('dist/policies/default.frozen.json', JSON.stringify({ sha256, root }));
}

copyRuntimeFiles();
await freezePolicy();
const contexts = await Promise.all(bundles.map((bundle) => context(bundle)));
if (process.argv.includes('--watch')) {
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
  chmodSync('dist/cli.js', 0o755);
}
