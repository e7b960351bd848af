import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporaryFolder.ts';

/** Root reads everything; so where it runs the tests, endpoint and reader are somebody else. */
const isRoot = process.getuid?.() === 0;
const other = 65_534;
const nobody = isRoot ? { uid: other, gid: other } : {};

test('the memory of an endpoint is closed to other processes of its user', async (context) => {
  const folder = temporaryFolder(context);
  if (isRoot) chownSync(folder, other, other);
  const words = [resolve('dist', 'endpoint.js'), '--state-dir', `${folder}/d`, '--port', '0'];
  const environment = { PATH: '/usr/bin:/bin', HOME: folder, RAMPART_TOKEN: 'a-secret-of-a-person' };
  const endpoint = spawn(process.execPath, words, {
    ...nobody,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => endpoint.kill('SIGKILL'));
  for await (const line of createInterface({ input: endpoint.stdout })) {
    assert.match(line, /"ready":true/);
    break;
  }
  for (const name of ['environ', 'mem', 'maps']) {
    const read = spawnSync('head', ['-c', '1', `/proc/${endpoint.pid}/${name}`], {
      ...nobody,
      encoding: 'utf8',
    });
    assert.match(read.stderr, /Permission denied/, `${name}: ${read.stdout}`);
  }
});
