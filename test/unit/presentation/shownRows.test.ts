import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ShownRows } from '../../../src/presentation/shownRows.ts';

describe('the rows that a tree shows', () => {
  const show = (
    rows: ShownRows<string>,
    texts: Readonly<Record<string, string>>,
  ): ReturnType<typeof rows.take> =>
    rows.take(Object.entries(texts).map(([key, content]) => ({ key, content })));

  it('are painted at first, and when one comes, goes or moves', () => {
    const rows = new ShownRows<string>((text) => text);
    assert.equal(show(rows, { first: 'a', second: 'b' }), 'all');
    assert.equal(show(rows, { second: 'b', first: 'a' }), 'all');
    assert.equal(show(rows, { second: 'b' }), 'all');
    assert.equal(show(rows, { second: 'b', third: 'c' }), 'all');
  });

  it('are left alone but for those that changed, which stay the same objects', () => {
    const rows = new ShownRows<string>((text) => text);
    show(rows, { first: 'a', second: 'b' });
    const [first, second] = rows.rows;
    assert.deepEqual(show(rows, { first: 'a', second: 'b' }), []);
    assert.deepEqual(show(rows, { first: 'a', second: 'more' }), [second]);
    assert.equal(rows.rows[0], first);
    assert.equal(rows.rows[1], second);
    assert.equal(second?.content, 'more');
  });

  it('stand where they stand, and a new one behind them', () => {
    const rows = new ShownRows<string>((text) => text);
    show(rows, { first: 'a', second: 'b' });
    assert.deepEqual(
      ['first', 'second', 'third'].map((key) => rows.placeOf(key)),
      [0, 1, 2],
    );
  });
});
