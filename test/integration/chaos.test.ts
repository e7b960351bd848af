import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

test('survives kills, floods, slow clients and noise, and has every start in the log once', async () => {
  const { stdout } = await run(process.execPath, [join('test', 'chaos', 'chaos.mjs'), '--short']);
  assert.match(stdout, /^4 kills: [1-9]\d* starts, each in the log once/);
  assert.match(stdout, /\nPASS in \d+ s\n$/);
  assert.equal(stdout.trimEnd().split('\n').length, 5, stdout);
});
