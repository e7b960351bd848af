import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startHost } from '../host/host.mjs';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const manifest = { name: 'harness', publisher: 'test', version: '0.0.0', engines: { vscode: '^1.99.0' } };

/** Runs a suite whose `run` has this body; `results` names the file that it should write. */
async function runSuite(
  context: TestContext,
  body: string,
): Promise<{ ok: true } | { ok: false; problem: string }> {
  const folder = temporaryFolder(context);
  const results = join(folder, 'results.json');
  mkdirSync(join(folder, 'harness'));
  writeFileSync(join(folder, 'harness/package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'suite.js'),
    `exports.run = async () => { const results = ${JSON.stringify(results)}; ${body} };`,
  );
  const host = await startHost({ driver: true });
  context.after(() => host.stop());
  const tests = join(folder, 'suite.js');
  return host.runTests({ development: [join(folder, 'harness')], tests, results, print: () => undefined });
}

describe('the test host', () => {
  it('calls a suite bad whose extension host leaves early, though VS Code says it ended well', async (context) => {
    const outcome = await runSuite(context, 'process.exit(0);');
    assert.match(outcome.ok ? '' : outcome.problem, /ended without writing/);
  });

  it('calls a suite bad whose extension host crashes after the results', async (context) => {
    const outcome = await runSuite(context, "require('fs').writeFileSync(results, '{}'); process.abort();");
    assert.match(outcome.ok ? '' : outcome.problem, /SIGABRT/);
  });
});
