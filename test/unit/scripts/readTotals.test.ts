import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTotals } from '../../../scripts/readTotals.mjs';

describe('readTotals', () => {
  it("adds up what node's runner said", () => {
    const output =
      'ℹ tests 7\nℹ suites 2\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\nℹ duration_ms 5\n';
    assert.deepEqual(readTotals(output), { passed: 3, failed: 3, skipped: 1 });
  });

  it('reads Mocha through its colours', () => {
    const output = '\n\u001b[92m \u001b[0m\u001b[32m 12 passing\u001b[0m (3s)\n  1 pending\n  2 failing\n';
    assert.deepEqual(readTotals(output), { passed: 12, failed: 2, skipped: 1 });
  });

  it('takes the skipped tests of ctest out of those it calls passed', () => {
    const output = [
      '100% tests passed, 0 tests failed out of 5',
      'The following tests did not run:',
      '\t  2 - valgrind (Skipped)',
      '',
    ].join('\n');
    assert.deepEqual(readTotals(output), { passed: 4, failed: 0, skipped: 1 });
  });

  it('adds the runners of one level together, and finds nothing in other text', () => {
    assert.deepEqual(readTotals('ℹ pass 3\n50% tests passed, 1 tests failed out of 2\n'), {
      passed: 4,
      failed: 1,
      skipped: 0,
    });
    assert.deepEqual(readTotals('12 passing thoughts\n'), { passed: 0, failed: 0, skipped: 0 });
  });
});
