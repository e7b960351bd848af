import assert from 'node:assert/strict';
import { it } from 'node:test';
import { maxStoredDecisions } from '../../../src/client/decisionStore.ts';
import { groupDecisions, maxShownRows, type Grouping } from '../../../src/presentation/decisionGroups.ts';
import type { RecordedSession } from '../../../src/presentation/sessionKey.ts';
import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import { createDenial, createNote, createRecord } from './recordFixture.ts';

function group(
  records: readonly AuditRecord[],
  grouping: Grouping = 'source',
): ReturnType<typeof groupDecisions> {
  const sessionName = ({ sid, sid_started: started = 9 }: RecordedSession): string | null =>
    sid === 41 && started === 9 ? 'build' : null;
  return groupDecisions(records, { grouping, sessionName, maxRows: maxShownRows });
}

it('puts decisions of one terminal under its name, with their counts', () => {
  const [only, ...others] = group([createDenial(), createRecord()]);
  assert.deepEqual(others, []);
  assert.deepEqual([only?.label, only?.description], ['build', '2 decisions · 1 denied']);
});

it('keeps apart two sessions that got the same number, each with its own name', () => {
  const yesterday = createRecord({ sid_started: 8, terminal: 'yesterday' });
  const old = createRecord({ terminal: 'older than that' });
  const groups = group([createRecord({ sid_started: 9 }), yesterday, createRecord({ sid_started: 9 })]);
  assert.deepEqual(
    groups.map(({ label, description }) => [label, description]),
    [
      ['build', '2 decisions'],
      ['yesterday', '1 decision'],
    ],
  );
  assert.equal(new Set(group([yesterday, old]).map(({ key }) => key)).size, 2);
  const byCommand = group([createRecord({ sid_started: 9 }), yesterday], 'command');
  assert.deepEqual(
    byCommand[0]?.rows.map(({ count }) => count),
    [1, 1],
  );
});

it('does not count as denied what ran because nothing was enforced', () => {
  const [only] = group([createDenial(), createDenial({ enforced: false }), createRecord()]);
  assert.equal(only?.description, '3 decisions · 1 denied · 1 would have been denied');
});

it('keeps an agent apart from the person in the same terminal', () => {
  const groups = group([createRecord({ agent: 'claude' }), createRecord()]);
  assert.deepEqual(
    groups.map((one) => [one.label, one.description, one.icon.id]),
    [
      ['build', 'claude · 1 decision', 'hubot'],
      ['build', '1 decision', 'terminal'],
    ],
  );
});

it('puts what happened to the endpoint under a heading of its own, whatever program did it', () => {
  for (const grouping of ['source', 'command'] as const) {
    const [only] = group([createNote(), createNote({ exe: '/usr/bin/node' })], grouping);
    assert.deepEqual([only?.label, only?.description, only?.rows.length], ['Rampart', '2 decisions', 1]);
  }
});

it('names a session that nobody registered by its number, and one without a number by its own name', () => {
  const extensions = createRecord({ sid: 9, agent: 'editor-extensions', session: 'extension-host-9' });
  const groups = group([
    createRecord({ sid: 7 }),
    createRecord({ sid: null, session: 'ci-run' }),
    extensions,
  ]);
  assert.deepEqual(
    groups.map((one) => one.label),
    ['Session 7', 'ci-run', 'Extension host'],
  );
});

it('calls a session as its decisions say that nobody in the window knows any more, by the newest that says it', () => {
  const terminals = ['npm test', 'bash'].map((terminal) => createRecord({ sid: 7, terminal }));
  const groups = group([createRecord({ sid: 7 }), ...terminals, createRecord({ terminal: 'before' })]);
  assert.deepEqual(
    groups.map((one) => one.label),
    ['npm test', 'build'],
  );
});

it('folds identical decisions into the newest of them', () => {
  const [newest, between, oldest] = [
    createDenial({ id: 'c' }),
    createRecord({ id: 'b' }),
    createDenial({ id: 'a' }),
  ];
  const rows = group([newest, between, oldest])[0]?.rows ?? [];
  assert.deepEqual(
    rows.map((row) => [row.record.id, row.count]),
    [
      ['c', 2],
      ['b', 1],
    ],
  );
});

it('does not fold what differs in folder, agent, outcome or rule', () => {
  const rows = group([
    createDenial(),
    createDenial({ cwd: '/elsewhere' }),
    createDenial({ enforced: false }),
    createDenial({ rule: { policy: 'files', index: 3, file: '/policies/default.yaml', line: 40 } }),
  ])[0]?.rows;
  assert.equal(rows?.length, 4);
});

it('keeps the key of a row while it grows, so that the view keeps its place', () => {
  const before = group([createDenial({ id: 'a' })])[0]?.rows[0]?.key;
  const after = group([createDenial({ id: 'b' }), createDenial({ id: 'a' })])[0]?.rows[0]?.key;
  assert.equal(before, after);
});

it('groups by hour where the reader is, the newest first', () => {
  const at = (hour: number): string => new Date(2026, 10, 22, hour, 30).toISOString();
  const groups = group([createRecord({ timestamp: at(15) }), createRecord({ timestamp: at(9) })], 'time');
  assert.deepEqual(
    groups.map((one) => one.label),
    ['2026-11-22 15:00', '2026-11-22 09:00'],
  );
});

it('shows a bounded number of rows and says how many more there are', () => {
  const records = Array.from({ length: maxShownRows + 7 }, (_, index) =>
    createRecord({ request: { command: `echo ${index}` } }),
  );
  const [only] = group(records);
  assert.deepEqual([only?.rows.length, only?.hidden], [maxShownRows, 7]);
});

it('shows the newest rows of all groups together, and says in each what is left out', () => {
  const records = Array.from({ length: maxShownRows + 4 }, (_, index) =>
    createRecord({ request: { command: `echo ${index}` }, sid: index % 2 }),
  );
  const shown = group(records).map(({ rows, hidden }) => [rows.length, hidden]);
  assert.deepEqual(shown, [
    [maxShownRows / 2, 2],
    [maxShownRows / 2, 2],
  ]);
});

it('puts all that a window keeps together in a part of the 50 ms that it may hold its extensions up', () => {
  const records = Array.from({ length: maxStoredDecisions }, (_, index) =>
    createRecord({
      id: String(index),
      request: { command: `tool-${index % 997} --number ${index}` },
      sid: index % 9,
    }),
  );
  const costs = (['source', 'time', 'command'] as const).map((grouping) => {
    // The least of several is what the work itself takes, whatever else the machine does.
    const times = Array.from({ length: 5 }, () => {
      const { user, system } = process.cpuUsage();
      group(records, grouping);
      const after = process.cpuUsage();
      return (after.user + after.system - user - system) / 1_000;
    });
    return Math.min(...times);
  });
  assert.ok(
    costs.every((cost) => cost < 50),
    costs.join(' ms, '),
  );
});
