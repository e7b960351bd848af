import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noFilter } from '../../../src/presentation/decisionFilter.ts';
import { DecisionTable, type TableSelection } from '../../../src/presentation/decisionTable.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const everything: TableSelection = {
  filter: noFilter,
  range: null,
  sort: { column: 'time', descending: false },
  terminalName: ({ sid }) => `terminal ${sid ?? '?'}`,
};

const at = (second: number): string => new Date(Date.UTC(2026, 10, 22, 12, 0, second)).toISOString();
const run = (id: string, second: number, command: string): ReturnType<typeof createRecord> =>
  createRecord({ id, timestamp: at(second), request: { command } });
const idsOf = (rows: readonly { readonly record: { readonly id: string } }[]): string[] =>
  rows.map(({ record }) => record.id);

describe('a table of decisions', () => {
  it('has each decision once, in the order of time, however they come', () => {
    const table = new DecisionTable();
    assert.equal(table.add([run('c', 3, 'c'), run('a', 1, 'a')]), 2);
    assert.equal(table.add([run('b', 2, 'b'), run('a', 1, 'a')]), 1);
    assert.deepEqual(idsOf(table.rows), ['a', 'b', 'c']);
  });

  it('drops the oldest when there is no more room', () => {
    const table = new DecisionTable(2);
    table.add([run('c', 3, 'c'), run('a', 1, 'a'), run('b', 2, 'b')]);
    assert.deepEqual(idsOf(table.rows), ['b', 'c']);
    assert.equal(table.find('a'), null);
    assert.ok(table.isFull);
  });

  it('is sorted by any column, equal rows by time', () => {
    const table = new DecisionTable();
    table.add([run('a', 1, 'make'), run('b', 2, 'cat'), run('c', 3, 'make')]);
    const byCommand = { ...everything, sort: { column: 'command', descending: false } } as const;
    assert.deepEqual(idsOf(table.select(byCommand)), ['b', 'a', 'c']);
    const byTime = { ...everything, sort: { column: 'time', descending: true } } as const;
    assert.deepEqual(idsOf(table.select(byTime)), ['c', 'b', 'a']);
    const byTerminal = {
      ...everything,
      sort: { column: 'terminal', descending: true },
      terminalName: ({ sid }: { readonly sid: number | null }) => (sid === 9 ? 'zsh' : 'bash'),
    } as const;
    table.add([createRecord({ id: 'd', timestamp: at(0), sid: 9 })]);
    assert.equal(idsOf(table.select(byTerminal))[0], 'd');
  });

  it('keeps apart by decision what is said in different words', () => {
    const table = new DecisionTable();
    const watched = { action: 'watch', message: '', matched_policies: null, evaluation_time_us: 1 } as const;
    const asked = { ...watched, action: 'ask' } as const;
    table.add([
      run('a', 1, 'make'),
      createRecord({ id: 'b', timestamp: at(2), decision: watched }),
      createDenial({ id: 'c', timestamp: at(3) }),
      run('d', 4, 'make'),
      createDenial({ id: 'e', timestamp: at(5), decision: asked }),
      createDenial({ id: 'f', timestamp: at(6) }),
    ]);
    const byOutcome = { ...everything, sort: { column: 'outcome', descending: false } } as const;
    assert.deepEqual(idsOf(table.select(byOutcome)), ['a', 'd', 'b', 'c', 'f', 'e']);
  });

  it('leaves out what a filter, a text or a range of time does not have', () => {
    const table = new DecisionTable();
    table.add([run('a', 1, 'MAKE all'), createDenial({ id: 'b', timestamp: at(2), agent: 'codex' })]);
    const select = (change: Partial<TableSelection>): string[] =>
      idsOf(table.select({ ...everything, ...change }));
    assert.deepEqual(select({ filter: { ...noFilter, outcome: 'denied' } }), ['b']);
    assert.deepEqual(select({ filter: { ...noFilter, agent: 'codex' } }), ['b']);
    assert.deepEqual(select({ filter: { ...noFilter, text: 'make A' } }), ['a']);
    assert.deepEqual(select({ filter: { ...noFilter, text: 'codex' } }), ['b']);
    assert.deepEqual(select({ range: { from: Date.parse(at(1)), to: Date.parse(at(2)) } }), ['a']);
    assert.deepEqual(table.agents, [...new Set(table.rows.map(({ record }) => record.agent))].sort());
  });
});
