import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  DecisionStore,
  maxStoredDecisions,
  maxStoredDenials,
  maxStoredScans,
} from '../../../src/client/decisionStore.ts';
import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import type { Action } from '../../../src/protocol/decision.ts';
import { extensionsAgent } from '../../../src/protocol/environment.ts';
import { auditRecord } from '../../support/records.ts';
import { until } from '../../support/until.ts';

function record(minute: number, action: Action = 'allow'): AuditRecord {
  return auditRecord({
    id: `id-${minute}`,
    timestamp: new Date(minute * 60_000).toISOString(),
    decision: { action, message: '', matched_policies: null, evaluation_time_us: 0 },
  });
}

function createStore(context: TestContext): DecisionStore {
  const store = new DecisionStore();
  context.after(() => store.dispose());
  return store;
}

const idsOf = (records: readonly AuditRecord[]): readonly string[] => records.map(({ id }) => id);

test('keeps each decision once, in order of time, whatever order they come in', (context) => {
  const store = createStore(context);
  store.add([record(3), record(1, 'deny'), record(3)]);
  store.add([record(2, 'ask'), record(1, 'deny'), record(4, 'watch')]);
  assert.deepEqual(idsOf(store.decisions), ['id-1', 'id-2', 'id-3', 'id-4']);
  assert.deepEqual(idsOf(store.denied), ['id-1', 'id-2']);
});

test('drops the oldest, and keeps denials that a flood would push out', (context) => {
  const store = createStore(context);
  store.add([record(1, 'deny')]);
  store.add(Array.from({ length: maxStoredDecisions }, (_, index) => record(index + 2)));
  store.add([record(0)]);
  assert.equal(store.decisions.length, maxStoredDecisions);
  assert.equal(store.decisions[0]?.id, 'id-2');
  assert.deepEqual(idsOf(store.denied), ['id-1']);
  store.add(Array.from({ length: maxStoredDenials }, (_, index) => record(index + 10_000, 'deny')));
  assert.equal(store.denied.length, maxStoredDenials);
  assert.equal(store.denied[0]?.id, 'id-10000');
});

test('tells of many changes once, and not of what it knew already', async (context) => {
  const store = createStore(context);
  let told = 0;
  store.onDidChange(() => (told += 1));
  store.add([record(1)]);
  store.add([record(2)]);
  await until('a change was told', () => told > 0);
  store.add([record(2)]);
  store.clear();
  await until('the clearing was told', () => told > 1);
  assert.equal(told, 2);
  assert.deepEqual([store.decisions, store.denied], [[], []]);
});

test('keeps what the editor runs for itself apart, so that it pushes nothing out, and what is refused with the rest', (context) => {
  const store = createStore(context);
  const scan = (minute: number, action: Action = 'allow'): AuditRecord => ({
    ...record(minute, action),
    agent: extensionsAgent,
    request: { command: minute % 2 === 0 ? 'grep socket:' : 'ls -l /proc/1/fd/0 /proc/1/fd/10 /pro' },
  });
  store.add([record(1)]);
  store.add(Array.from({ length: maxStoredDecisions }, (_, index) => scan(index + 2)));
  assert.equal(store.addOlder([scan(0)]), 0);
  assert.deepEqual(idsOf(store.decisions), ['id-1']);
  assert.equal(store.ofEditor.length, maxStoredScans);
  store.add([scan(9_000, 'deny')]);
  assert.deepEqual(idsOf(store.decisions), ['id-1', 'id-9000']);
});
