import assert from 'node:assert/strict';
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatQuestionFrames } from '../../../src/system/questionFrame.ts';
import { checksumKey, siphash24 } from '../../../src/system/siphash.ts';
import { parseStateHeader } from '../../../src/system/stateFile.ts';
import { until } from '../../support/until.ts';
import { wireFolder } from '../../support/wireExamples.ts';
import { exchange, startFixture } from './runningEndpoint.ts';

/** A frame with another format, as a library of a later version would write it. */
function ofFormat(frame: Buffer, offset: number, format: number): Buffer {
  const changed = Buffer.from(frame);
  changed.writeUInt16LE(format, offset);
  const end = changed.length - 8;
  changed.writeBigUInt64LE(siphash24(checksumKey, changed.subarray(0, end)), end);
  return changed;
}

test('says its version, and refuses what says a later one, whatever it asks for', async (context) => {
  const fixture = await startFixture(context, { settings: { port: 0 } });
  assert.equal((await fixture.call('GET', '/healthz')).body['protocol'], 1);
  const port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
  for (const where of [{ socketPath: fixture.paths.socket }, { host: '127.0.0.1', port }]) {
    for (const [version, status] of [
      ['1', 200],
      ['2', 403],
      ['x', 403],
    ] as const) {
      const headers = { 'rampart-protocol': version };
      const target = { ...where, method: 'POST', path: '/v1/preflight/exec', headers };
      const answer = await exchange(target, '{"params":{"command":"ls"}}');
      assert.equal(answer.status, status, version);
      if (version === '2') {
        assert.deepEqual(answer.body, {
          error: 'this endpoint speaks protocol 1, the request is of protocol 2: update the endpoint',
        });
      }
    }
  }
});

test('answers a question of a later form through the FIFO, so that nobody waits in vain', async (context) => {
  const fixture = await startFixture(context);
  const id = 'ab'.repeat(16);
  const [frame] = formatQuestionFrames(id, Buffer.from('{"something":"new"}'));
  assert.ok(frame !== undefined);
  writeSync(openSync(fixture.paths.questions, 'w'), ofFormat(frame, 6, 2));
  const answer = await until('it is answered', () => {
    try {
      return readFileSync(join(fixture.paths.answers, id), 'utf8');
    } catch {
      return null;
    }
  });
  assert.deepEqual(JSON.parse(answer), {
    error: 'the question has a form of another version: update the endpoint',
  });
});

test('passes over journal records of a later form, says so, and reads on behind them', async (context) => {
  const fixture = await startFixture(context);
  const hit = readFileSync(join(wireFolder, 'journal', 'unanswered.bin'));
  writeFileSync(fixture.paths.journal, Buffer.concat([ofFormat(hit, 8, 2), hit]));
  await until('the other one is recorded', () =>
    fixture.log.some((line) => line.includes('another version')),
  );
  assert.ok(
    fixture.log.includes(
      'the journal has 1 records of a library of another version, which cannot be read: update the endpoint',
    ),
  );
});

test('takes a state file of a later form for none', () => {
  const read = parseStateHeader(
    readFileSync(join(wireFolder, 'stateFiles', 'format2.bin')),
    Buffer.alloc(16),
  );
  assert.ok(!read.ok && /format 2/.test(read.error));
});
