import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareOutcomes } from '../../transparency/outcomes.ts';

function outcomes(words: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(words));
}

describe('compareOutcomes', () => {
  it('finds no difference between equal runs, failures included', () => {
    const run = outcomes({ a: 'passed', b: 'failed' });
    assert.deepEqual(compareOutcomes([run], run), { cases: 2, unsteady: [], differences: [] });
  });

  it('names what fails, what passes and what is missing only under guard', () => {
    const plain = outcomes({ a: 'passed', b: 'failed', c: 'passed' });
    const guarded = outcomes({ a: 'failed', b: 'passed', d: 'passed' });
    assert.deepEqual(
      compareOutcomes([plain], guarded).differences.map(({ text }) => text),
      [
        'a: passed unguarded, failed guarded',
        'b: failed unguarded, passed guarded',
        'c: passed unguarded, absent guarded',
        'd: absent unguarded, passed guarded',
      ],
    );
  });

  it('judges no case that differs between unguarded runs', () => {
    const plain = [outcomes({ a: 'passed', b: 'passed' }), outcomes({ b: 'failed' })];
    const { unsteady, differences } = compareOutcomes(plain, outcomes({ a: 'failed', b: 'failed' }));
    assert.deepEqual([unsteady, differences], [['a', 'b'], []]);
  });
});
