import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findProcessChain } from '../../../src/presentation/processChain.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const started = (id: string, pid: number, ppid: number, command: string): ReturnType<typeof createRecord> =>
  createRecord({ id, pid, ppid, request: { command } });

const script = started('1', 60, 41, './clean.sh');
const make = started('2', 61, 60, 'make clean');
const deletion = createDenial({ id: '3', pid: 62, ppid: 61 });

it('names every program that led to a decision, from the terminal on', () => {
  assert.deepEqual(findProcessChain(deletion, [script, make, deletion], 'bash'), [
    'bash',
    './clean.sh',
    'make clean',
    'rm -rf /precious',
  ]);
});

it('takes a process for what it became last before it started the next one', () => {
  const became = started('4', 61, 60, 'node build.js');
  const later = started('5', 61, 60, 'echo done');
  const records = [script, make, became, deletion, later];
  assert.deepEqual(findProcessChain(deletion, records, ''), [
    './clean.sh',
    'node build.js',
    'rm -rf /precious',
  ]);
});

it('leaves out what was refused and what another session started', () => {
  const refused = createDenial({ id: '6', pid: 61, ppid: 60 });
  const elsewhere = createRecord({ id: '7', pid: 61, ppid: 1, sid: 99 });
  const records = [script, make, elsewhere, refused, deletion];
  assert.equal(findProcessChain(deletion, records, '')[1], 'make clean');
});

it('begins where the records begin', () => {
  assert.deepEqual(findProcessChain(deletion, [deletion], 'bash'), ['rm -rf /precious']);
  assert.deepEqual(findProcessChain(deletion, [], 'bash'), ['rm -rf /precious']);
});

it('does not go on in an earlier session with the same number', () => {
  const earlier = { ...make, sid_started: 8 };
  assert.deepEqual(findProcessChain({ ...deletion, sid_started: 9 }, [earlier, deletion], ''), [
    'rm -rf /precious',
  ]);
});
