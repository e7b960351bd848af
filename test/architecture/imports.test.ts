import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import { moduleBanner, packageForms } from '../../scripts/bundling.mjs';

const compositionRoots = [
  'endpoint/main.ts',
  'cli/main.ts',
  'extension/extension.ts',
  'panel/main.ts',
  // Read by the one above, before everything else.
  'panel/language.ts',
];

const modules = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** A program that imports every module of the rooms that need no editor, and tells what that started. */
function importAll(): string {
  const imports = modules
    .filter((file) => !compositionRoots.includes(file) && !file.startsWith('extension/'))
    .map(
      (file, index) => `import * as module${index.toString()} from ${JSON.stringify(resolve('src', file))};`,
    );
  const names = imports.map((_, index) => `module${index.toString()}`);
  return `${imports.join('\n')}
const all = [${names.join(',')}];
setImmediate(() => process.stdout.write(JSON.stringify({ count: all.length, open: process.getActiveResourcesInfo() })));`;
}

describe('importing', () => {
  it('starts nothing: no open handle, no output', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rampart-imports-'));
    try {
      const file = join(folder, 'all.mjs');
      await build({
        stdin: { contents: importAll(), resolveDir: process.cwd(), loader: 'ts' },
        outfile: file,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
        banner: { js: moduleBanner },
        mainFields: packageForms,
        logLevel: 'silent',
      });
      const run = spawnSync(process.execPath, [file], { encoding: 'utf8', cwd: folder });
      assert.equal(run.stderr, '');
      const seen = JSON.parse(run.stdout) as { count: number; open: string[] };
      assert.ok(seen.count > 20);
      assert.deepEqual(
        seen.open.filter((resource) => resource !== 'Immediate' && !resource.endsWith('Wrap')),
        [],
      );
      assert.deepEqual(readdirSync(folder), ['all.mjs']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps the one editor room below 30 % of the code', () => {
    const lines = (files: readonly string[]): number =>
      files.reduce((sum, file) => sum + readFileSync(join('src', file), 'utf8').split('\n').length, 0);
    const share = lines(modules.filter((file) => file.startsWith('extension/'))) / lines(modules);
    assert.ok(share <= 0.3, `src/extension holds ${(share * 100).toFixed(0)} % of the code`);
  });
});
