// @ts-check
// Runs test/editor/*.editor.test.ts inside the extension host of a real VS Code, against the packaged .vsix:
// `run.mjs [part of a file name]`. `npm run build` and `npm run package` come first.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startHost } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';

const suiteTimeoutMs = 180_000;
const root = findRepository();
const folder = join(root, 'test/editor');
const filter = process.argv[2] ?? '';

const files = readdirSync(folder).filter((name) => name.endsWith('.editor.test.ts') && name.includes(filter));
const vsix = join(root, `rampart-${process.platform}-${process.arch}.vsix`);
if (files.length === 0) fail(`no file matches ${filter}`);
if (!existsSync(vsix)) fail(`${vsix} is missing; run \`npm run build && npm run package\` first`);

const bundled = join(root, 'out/editor', String(process.pid));
const scratch = mkdtempSync(join(tmpdir(), 'rp-editor-'));
try {
  await build({
    entryPoints: ['suite.ts', ...files].map((name) => join(folder, name)),
    outdir: bundled,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    external: ['vscode', 'mocha'],
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const host = await startHost({
    driver: true,
    vsix: [vsix],
    environment: { EDITOR_TEST_SCRATCH: scratch },
  });
  try {
    const result = await host.runTests({
      development: ['harness', 'foreign'].map((name) => join(folder, name)),
      tests: join(bundled, 'suite.cjs'),
      results: join(scratch, 'results.json'),
      timeoutMs: suiteTimeoutMs,
    });
    if (!result.ok) {
      process.stderr.write(`editor: ${result.problem}\n`);
      process.exitCode = 1;
    }
  } finally {
    await host.stop();
  }
} finally {
  rmSync(bundled, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
}

/** @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`editor: ${problem}\n`);
  process.exit(2);
}
