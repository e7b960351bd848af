import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countDecisions, formatCounts } from '../../../src/presentation/decisionCounts.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const ask = { action: 'ask', message: '', matched_policies: null, evaluation_time_us: 1 } as const;

it('counts as denied only what was kept from running', () => {
  const records = [
    createRecord(),
    createDenial(),
    createDenial({ decision: ask }),
    createDenial({ enforced: false }),
    createDenial({ decision: ask, enforced: false }),
  ];
  assert.deepEqual(countDecisions(records), { decisions: 5, denied: 2, unenforced: 2 });
});

it('leaves out what did not happen', () => {
  assert.equal(formatCounts({ decisions: 0, denied: 0, unenforced: 0 }), '');
  assert.equal(formatCounts({ decisions: 1, denied: 0, unenforced: 0 }), '1 decision');
  const many = { decisions: 12_345, denied: 1_000, unenforced: 2 };
  assert.equal(formatCounts(many), '12,345 decisions · 1,000 denied · 2 would have been denied');
});
