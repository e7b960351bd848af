// @ts-check
// Runs test/editor/*.editor.test.ts inside the extension host of a real VS Code, against the packaged .vsix:
// `run.mjs [part of a file name]`. `npm run build` and `npm run package` come first. With --universal it is
// *.universal.test.ts and the package without a library.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { bundleSuite, development } from './bundleSuite.mjs';

const suiteTimeoutMs = 900_000;
const root = findRepository();
const words = process.argv.slice(2).filter((word) => word !== '--universal');
const filter = words[0] ?? '';
const isUniversal = process.argv.includes('--universal');

const target = isUniversal ? 'universal' : `${process.platform}-${process.arch}`;
const vsix = join(root, `rampart-${target}.vsix`);
if (!existsSync(vsix))
  fail(`${vsix} is missing; run \`npm run build && npm run package -- ${target}\` first`);

const bundled = join(root, 'out/editor', String(process.pid));
const scratch = mkdtempSync(join(tmpdir(), 'rp-editor-'));
try {
  const tests = await bundleSuite(isUniversal ? 'universal' : 'editor', filter, bundled);
  if (tests === null) fail(`no file matches ${filter}`);
  const host = await startHost({
    driver: true,
    vsix: [vsix],
    environment: {
      EDITOR_TEST_SCRATCH: scratch,
      TEST_EDITOR: process.env['TEST_EDITOR'] ?? 'newest',
      // The one who looks at the task that was begun early also ends it.
      EDITOR_TEST_BEGINS_EARLY: String('activation.editor.test.ts'.includes(filter) && !isUniversal),
    },
  });
  try {
    const result = await host.runTests({
      development,
      tests,
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
