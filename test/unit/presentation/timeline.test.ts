import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DecisionTable } from '../../../src/presentation/decisionTable.ts';
import { buildTimeline, formatBin, sharesOf } from '../../../src/presentation/timeline.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const start = Date.UTC(2026, 10, 22, 12, 0, 0);
const at = (ms: number): string => new Date(start + ms).toISOString();

function createRows(): DecisionTable['rows'] {
  const table = new DecisionTable();
  table.add([
    createRecord({ id: 'a', timestamp: at(0) }),
    createDenial({ id: 'b', timestamp: at(500) }),
    createDenial({ id: 'c', timestamp: at(9_999), enforced: false }),
  ]);
  return table.rows;
}

it('counts every row once, by what became of it', () => {
  const bins = buildTimeline(createRows(), 10, null);
  assert.equal(bins.length, 10);
  assert.deepEqual(bins[0]?.counts, { denied: 1, unenforced: 0, allowed: 1 });
  assert.deepEqual(bins[9]?.counts, { denied: 0, unenforced: 1, allowed: 0 });
  assert.equal(
    bins.reduce((sum, { total }) => sum + total, 0),
    3,
  );
});

it('shows only the range that was chosen', () => {
  const bins = buildTimeline(createRows(), 4, { from: start + 400, to: start + 800 });
  assert.deepEqual(
    bins.map(({ total }) => total),
    [0, 1, 0, 0],
  );
});

it('has nothing to show without rows, and a second for a single one', () => {
  assert.deepEqual(buildTimeline([], 4, null), []);
  const [row] = createRows();
  assert.ok(row);
  const bins = buildTimeline([row], 4, null);
  assert.equal((bins.at(-1)?.to ?? 0) - (bins[0]?.from ?? 0), 1_000);
});

it('shows one denial among hundreds, and nothing higher than the picture', () => {
  const one = sharesOf({ counts: { denied: 1, unenforced: 0, allowed: 30 } }, 600);
  assert.ok(one.denied >= 0.05, 'it is high enough to be seen');
  assert.equal(one.unenforced, 0);
  for (const counts of [
    { denied: 1, unenforced: 1, allowed: 598 },
    { denied: 0, unenforced: 1, allowed: 599 },
  ]) {
    const { denied, unenforced, allowed } = sharesOf({ counts }, 600);
    assert.ok(denied + unenforced + allowed <= 1 + Number.EPSILON);
    assert.ok(unenforced >= 0.05);
  }
  assert.deepEqual(sharesOf({ counts: { denied: 300, unenforced: 0, allowed: 300 } }, 600), {
    denied: 0.5,
    unenforced: 0,
    allowed: 0.5,
  });
});

it('says a span in words', () => {
  const [bin] = buildTimeline(createRows(), 10, null);
  assert.ok(bin);
  assert.match(formatBin(bin, start), /^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d: 1 denied, 1 allowed$/);
});
