import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createOutput } from '../../../src/cli/output.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('writes data and messages to their descriptors', (context) => {
  const folder = temporaryFolder(context);
  const [out, err] = ['out', 'err'].map((name) => openSync(join(folder, name), 'w'));
  assert.ok(out !== undefined && err !== undefined);
  const output = createOutput(out, err);
  assert.equal(output.out('data é\n'), true);
  output.err(Buffer.from([0xff, 0x0a]));
  closeSync(out);
  closeSync(err);
  assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'data é\n');
  assert.deepEqual([...readFileSync(join(folder, 'err'))], [0xff, 0x0a]);
  assert.equal(output.out('late'), false);
});

test('waits for a reader that is slow, and stops when it is gone', async (context) => {
  const fifo = join(temporaryFolder(context), 'fifo');
  const made = spawn('mkfifo', [fifo]);
  await new Promise((resolve) => made.on('exit', resolve));
  const reader = spawn('sh', ['-c', 'head -c 200000 "$0" | wc -c', fifo], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const descriptor = openSync(fifo, 'w');
  const unwaiting = openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(descriptor);
  const output = createOutput(unwaiting, 2);
  assert.equal(output.out('x'.repeat(1_000_000)), false);
  closeSync(unwaiting);
  let counted = '';
  for await (const piece of reader.stdout) counted += String(piece);
  assert.equal(counted.trim(), '200000');
});
