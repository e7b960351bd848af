import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { installationPlace, installRuntime } from '../../src/client/installation.ts';
import { Rampart } from '../support/rampart.ts';

/**
 * The longest that an installation may take when all is there, in microseconds; a window does it at its start. It is CPU
 * time, so that a busy machine makes no difference.
 */
const maxRepeatUs = 250_000;

test('what is installed works without what it was installed from', async (context) => {
  const rampart = new Rampart(context);
  const program = { path: process.execPath, isElectron: true };
  const source = { bundleFolder: resolve('dist'), program };
  const installed = installRuntime(source, installationPlace(rampart.home));
  assert.ok(installed.ok, JSON.stringify(installed));
  const { command, library, runtimeFolder } = installed.value;
  const before = process.cpuUsage();
  assert.deepEqual(installRuntime(source, installationPlace(rampart.home)), installed);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < maxRepeatUs, `repeated in ${user + system} µs`);

  const run = (...words: readonly string[]): ReturnType<Rampart['run']> =>
    rampart.startProgram([command, ...words], { input: '' }).finished;
  const script = rampart.write('a.sh', 'touch forbidden; env\n');
  const { status, stdout, stderr } = await run('preload', '--policy', rampart.policy, '--', 'sh', script);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^rampart: denied `touch forbidden` by rule touching#1/);
  const lines = stdout.split('\n');
  assert.ok(lines.includes(`LD_PRELOAD=${library}`), stdout);
  assert.deepEqual(
    lines.filter((line) => /ELECTRON|SHIM/.test(line)),
    [],
  );
  assert.equal(dirname(dirname(realpathSync(library))), dirname(library));
  assert.ok(realpathSync(join(runtimeFolder, 'endpoint.js')).startsWith(rampart.home));
  assert.equal((await run('test', 'touch fine')).status, 0);
  assert.equal((await run('stop')).status, 0);
});
