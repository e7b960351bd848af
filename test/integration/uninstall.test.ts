import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { installationPlace, installRuntime } from '../../src/client/installation.ts';
import { currentNodeProgram } from '../../src/client/nodeProgram.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import { parseObject, Rampart } from '../support/rampart.ts';

/** A user for whom `rampart` is installed, and who has rules. */
function install(context: TestContext): { readonly rampart: Rampart; readonly library: string } {
  const rampart = new Rampart(context);
  const source = { bundleFolder: resolve('dist'), program: currentNodeProgram() };
  const installed = installRuntime(source, installationPlace(rampart.home));
  assert.ok(installed.ok, JSON.stringify(installed));
  mkdirSync(join(rampart.home, '.rampart', 'policies'));
  writeFileSync(join(rampart.home, '.rampart', 'policies', 'mine.yaml'), 'policies: []\n');
  return { rampart, library: installed.value.library };
}

test('`uninstall` removes the program, leaves log and rules, and says so', async (context) => {
  const { rampart } = install(context);
  await rampart.serve();
  await rampart.guard(['true']);
  await rampart.run(['stop']);
  const first = await rampart.run(['uninstall', '--yes']);
  assert.deepEqual([first.status, first.stderr], [0, '']);
  const own = join(rampart.home, '.rampart');
  assert.match(first.stdout, new RegExp(`removed ${own}/bin/rampart \\(the command\\)`));
  assert.match(first.stdout, /left {4}.*\(your rules; `--all` removes it\)/);
  assert.deepEqual(readdirSync(own), ['policies']);
  assert.equal(existsSync(join(rampart.stateDirectory, 'audit')), true);

  writeFileSync(join(own, 'of-another-program'), '');
  const all = await rampart.run(['uninstall', '--all', '--yes', '--json']);
  assert.deepEqual(parseObject(all.stdout), {
    removed: [rampart.stateDirectory, join(own, 'policies')],
    left: [],
  });
  assert.deepEqual([existsSync(rampart.stateDirectory), readdirSync(own)], [false, ['of-another-program']]);
  assert.equal((await rampart.run(['uninstall'])).stdout, 'nothing is installed\n');
});

test('`uninstall` refuses while it is in use, from a guarded program, and without a yes', async (context) => {
  const { rampart, library } = install(context);
  await rampart.serve();
  const shell = GuardedShell.inTerminal(rampart, { LD_PRELOAD: library });
  await shell.run('true');
  writeFileSync(join(rampart.home, '.rampart', 'adapters.json'), '{"codex":[{"file":"/x"}]}');
  const refused = await rampart.run(['uninstall', '--yes']);
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    new RegExp(`these processes are guarded by it: ${String(shell.pid)}; end them first`),
  );
  assert.match(refused.stderr, /an endpoint runs: `rampart stop` first/);
  assert.match(refused.stderr, /the settings of codex name the library: `rampart adapt undo codex` first/);
  const inside = await shell.run(`${process.execPath} ${rampart.cli} uninstall --force --yes`);
  assert.deepEqual([inside.status, existsSync(library)], [4, true]);
  await shell.end();
  await rampart.run(['stop']);
  writeFileSync(join(rampart.home, '.rampart', 'adapters.json'), '{}');
  const unsure = await rampart.run(['uninstall'], { input: '\n' });
  assert.match(unsure.stderr, /Remove this, for good\? \[y\/N\] .*nothing was removed/s);
  assert.deepEqual([unsure.status, existsSync(library)], [1, true]);
});

test('`uninstall --force` ends the endpoint first', async (context) => {
  const { rampart, library } = install(context);
  await rampart.serve();
  const { status, stderr } = await rampart.run(['uninstall', '--force', '--state', '--yes']);
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual([existsSync(library), existsSync(rampart.stateDirectory)], [false, false]);
});
