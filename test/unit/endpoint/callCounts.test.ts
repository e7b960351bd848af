import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallCounts, maxTools } from '../../../src/endpoint/callCounts.ts';

const minuteMs = 60_000;

function createCounts(): { counts: CallCounts; passed: { time: number } } {
  const passed = { time: 1_000 * minuteMs };
  return { passed, counts: new CallCounts({ elapsed: () => passed.time }) };
}

test('counts the calls of the last hour by tool', () => {
  const { counts, passed } = createCounts();
  counts.add('exec');
  passed.time += 30 * minuteMs;
  counts.add('exec');
  counts.add('read');
  assert.deepEqual(counts.read(), { exec: 2, read: 1 });
  passed.time += 30 * minuteMs;
  assert.deepEqual(counts.read(), { exec: 1, read: 1 });
  passed.time += 60 * minuteMs;
  assert.deepEqual(counts.read(), {});
});

test('counts the calls within a window, to the millisecond and up to a thousand', () => {
  const { counts, passed } = createCounts();
  counts.add('exec');
  passed.time += 999;
  counts.add('exec');
  assert.equal(counts.countWithin('exec', 1_000), 2);
  passed.time += 1;
  assert.equal(counts.countWithin('exec', 1_000), 1);
  assert.equal(counts.countWithin('read', 1_000), 0);
  for (let call = 0; call < 1_500; call += 1) counts.add('exec');
  assert.equal(counts.countWithin('exec', 1_000), 1_000);
});

test('takes a tool beyond its bound for one that was called too often, and forgets silent ones', () => {
  const { counts, passed } = createCounts();
  for (let tool = 0; tool < maxTools; tool += 1) counts.add(`tool${tool}`);
  counts.add('late');
  assert.equal(counts.countWithin('late', 1), 1_000);
  passed.time += 720 * 60 * minuteMs;
  counts.add('late');
  assert.equal(counts.countWithin('late', 1), 1);
});
