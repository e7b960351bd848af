import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import { formatQuestionFrames } from '../../../src/system/questionFrame.ts';
import { until } from '../../support/until.ts';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';
import { startFrame } from './startFrame.ts';

const id = '00112233445566778899aabbccddeeff';

/** A start that the library let through by itself. */
const tableHit = startFrame({ kind: 'table', id });

/** Asks as the library does where it has no socket. */
async function askByFifo({ paths }: RunningFixture, fields: UnknownRecord): Promise<UnknownRecord> {
  const body = { agent: 'preload', session: 's', enforce: true, id, ...fields };
  const file = join(paths.answers, id);
  // That of a question before this one may still stand.
  rmSync(file, { force: true });
  for (const frame of formatQuestionFrames(id, Buffer.from(JSON.stringify(body)))) {
    writeFileSync(paths.questions, frame, { flag: 'r+' });
  }
  await until('the answer stands', () => existsSync(file));
  assert.equal((statSync(file).mode & 0o777).toString(8), '600');
  return JSON.parse(readFileSync(file, 'utf8')) as UnknownRecord;
}

test('answers a question through the FIFO as one on the socket, and records it', async (context) => {
  const fixture = await startFixture(context);
  const answer = await askByFifo(fixture, { params: { command: 'rm -rf x' }, argv: ['x'.repeat(20_000)] });
  assert.deepEqual([answer['allowed'], answer['audit_id']], [false, id]);
  assert.match(String(answer['notice']), /^by rule fixture#1: deletes a tree/);
  assert.deepEqual(
    fixture.records().map((record) => record['id']),
    [id],
  );
});

test('takes the token that a question shows for whose it is, as on the socket', async (context) => {
  const fixture = await startFixture(context);
  const { body } = await fixture.call('POST', '/v1/tokens', { agent: 'claude', scopes: ['eval'] });
  const command = { params: { command: 'ls' }, token: String(body['token']) };
  const { allowed, message } = await askByFifo(fixture, { agent: 'another', ...command });
  assert.equal(allowed, false, 'what no rule allows is denied to an agent’s token');
  assert.match(String(message), /no rule allows/);
  const [record] = fixture.records().filter(({ tool }) => tool === 'exec');
  assert.deepEqual(
    [record?.['id'], record?.['agent'], typeof record?.['credential']],
    [id, 'claude', 'string'],
  );
  assert.ok(!JSON.stringify(fixture.records()).includes(command.token));
});

test('records a decision once, whether it comes over the socket, through the FIFO or by the journal', async (context) => {
  const fixture = await startFixture(context);
  const ways = {
    socket: () => fixture.ask('ls', { id, pid: 300, sid: 200 }),
    fifo: () => askByFifo(fixture, { params: { command: 'ls' }, pid: 300, sid: 200 }),
    journal: async () => {
      // What is read behind it shows that it was read.
      const behind = { ...tableHit, id: `${fixture.records().length}`.padStart(32, 'e') };
      const frames = [tableHit, behind].map((frame) => formatJournalFrame(frame));
      for (const frame of frames)
        appendFileSync(fixture.paths.journal, frame.ok ? frame.value : assert.fail());
      await until('it is recorded', () => fixture.records().some((record) => record['id'] === behind.id));
    },
  };
  for (const way of ['journal', 'socket', 'fifo', 'journal', 'fifo', 'socket'] as const) await ways[way]();
  assert.deepEqual(fixture.records().filter((record) => record['id'] === id).length, 1);
});

test('answers what is no question with an error, which allows nothing', async (context) => {
  const fixture = await startFixture(context);
  const answer = await askByFifo(fixture, { params: 7 });
  assert.equal(answer['allowed'], undefined);
  assert.equal(typeof answer['error'], 'string');
});

test('answers what comes behind a question that nobody writes to its end', async (context) => {
  const fixture = await startFixture(context);
  // A frame is written at once or not at all; this one claims to be as long as a frame can be.
  writeFileSync(fixture.paths.questions, Buffer.from('RMPQ\x00\x10\x01', 'latin1'), { flag: 'r+' });
  assert.equal((await askByFifo(fixture, { params: { command: 'ls' } }))['allowed'], true);
});

test('answers though the clock is set ahead meanwhile', async (context) => {
  let now = Date.parse('2026-03-04');
  const clock = { now: () => (now += 3_600_000) };
  const fixture = await startFixture(context, { world: { clock } });
  const argv = ['x'.repeat(20_000)];
  assert.equal((await askByFifo(fixture, { params: { command: 'ls' }, argv }))['allowed'], true);
});

test('takes answers away that nobody waits for any more', async (context) => {
  const fixture = await startFixture(context);
  await askByFifo(fixture, { params: { command: 'ls' } });
  fixture.passed.time += 5_000;
  await until('the answer is gone', () => readdirSync(fixture.paths.answers).length === 0);
});

test('takes the answers of an endpoint before it away', async (context) => {
  const first = await startFixture(context);
  await askByFifo(first, { params: { command: 'ls' } });
  first.endpoint.stop('restart');
  await first.endpoint.ended;
  const { passed, paths } = await startFixture(context, { folder: first.folder });
  passed.time += 5_000;
  await until('the answer is gone', () => readdirSync(paths.answers).length === 0);
});

test('makes the FIFO and the folder of the answers again when they are lost', async (context) => {
  const fixture = await startFixture(context);
  const { questions, answers } = fixture.paths;
  rmSync(questions);
  rmSync(answers, { recursive: true });
  mkdirSync(questions);
  await until('both are there', () => lstatSync(questions).isFIFO() && existsSync(answers));
  assert.equal((await askByFifo(fixture, { params: { command: 'ls' } }))['allowed'], true);
  assert.equal((lstatSync(questions).mode & 0o777).toString(8), '600');
  const [record] = fixture.records();
  assert.deepEqual([record?.['tool'], record?.['request']], ['rampart', { command: 'FIFO' }]);
});
