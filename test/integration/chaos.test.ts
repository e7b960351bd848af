import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

test('survives kills, floods, slow clients and noise, and has every start in the log once', async () => {
  const { stdout } = await run(process.execPath, [join('test', 'chaos', 'chaos.mjs'), '--short']);
  const lines = stdout.trimEnd().split('\n');
  const wanted = [
    /^4 kills: [1-9]\d* starts, each in the log once/,
    /^3 jumps of the clock: [1-9]\d* starts, each in the log once/,
    /^500 silent connections, 50\d of them open at once at the socket, 50\d at TCP, and slow ones: [1-9]\d* and [1-9]\d* other/,
    /^a state directory full of noise, and gone/,
    /^a full disk: 100 decisions, each in the log once/,
    /^PASS in \d+ s$/,
  ];
  for (const [index, line] of wanted.entries()) assert.match(lines[index] ?? '', line, stdout);
  assert.equal(lines.length, wanted.length, stdout);
});
