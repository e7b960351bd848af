import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  filterChoices,
  formatFilter,
  isFiltering,
  matchesFilter,
  noFilter,
  type DecisionFilter,
} from '../../../src/presentation/decisionFilter.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const records = [
  createRecord({ id: 'allowed' }),
  createDenial({ id: 'denied', agent: 'claude' }),
  createDenial({ id: 'spared', enforced: false, cwd: '/Elsewhere' }),
];

function found(filter: Partial<DecisionFilter>): readonly string[] {
  return records.filter((record) => matchesFilter(record, { ...noFilter, ...filter })).map(({ id }) => id);
}

it('leaves nothing out until something is asked for', () => {
  assert.deepEqual(found({}), ['allowed', 'denied', 'spared']);
  assert.deepEqual([isFiltering(noFilter), formatFilter(noFilter)], [false, '']);
});

it('finds decisions by what became of them', () => {
  assert.deepEqual(found({ outcome: 'denied' }), ['denied']);
  assert.deepEqual(found({ outcome: 'unenforced' }), ['spared']);
  assert.deepEqual(found({ outcome: 'allowed' }), ['allowed']);
});

it('finds decisions by agent, and those of none', () => {
  assert.deepEqual(found({ agent: 'claude' }), ['denied']);
  assert.deepEqual(found({ agent: 'preload' }), ['allowed', 'spared']);
});

it('finds a text in command, folder, reason and policy, whatever its case', () => {
  assert.deepEqual(found({ text: 'LS -L' }), ['allowed']);
  assert.deepEqual(found({ text: 'elsewhere' }), ['spared']);
  assert.deepEqual(found({ text: 'deletes a' }), ['denied', 'spared']);
  assert.deepEqual(found({ text: 'files' }), ['denied', 'spared']);
});

it('asks for everything that is set at once, and says what that is', () => {
  const filter = { ...noFilter, outcome: 'denied', agent: 'claude', text: 'rm' } as const;
  assert.deepEqual(found(filter), ['denied']);
  assert.deepEqual(found({ ...filter, text: 'ls' }), []);
  assert.equal(formatFilter(filter), 'denied · claude · “rm”');
  assert.equal(isFiltering(filter), true);
});

it('says when only what the editor runs for itself is shown', () => {
  const filter = { ...noFilter, ofEditor: true };
  assert.deepEqual([isFiltering(filter), formatFilter(filter)], [true, "the editor's own"]);
});

it('offers the agents that there are', () => {
  const labels = filterChoices(['preload', 'claude', 'agent', 'rampart']).map((choice) => choice.label);
  assert.deepEqual(labels.slice(-4), [
    '$(hubot) unknown agent',
    '$(hubot) claude',
    '$(hubot) no agent',
    '$(hubot) Rampart itself',
  ]);
});
