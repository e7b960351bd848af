import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PaintedRows } from '../../../src/extension/policy/paintedRows.ts';

/** Rows of a text that changes, with a count that changes too, and how often the text was read. */
function createRows() {
  const world = { text: 'one', hits: 0, reads: 0, onRead: (): void => undefined };
  const read = (): Promise<string> => {
    world.reads += 1;
    const { text } = world;
    world.onRead();
    return Promise.resolve(text);
  };
  const rows = new PaintedRows(read, (text) => [`${text} ${world.hits}`]);
  return { world, rows };
}

describe('rows that are read', () => {
  it('are not painted at first', async () => {
    const { rows } = createRows();
    assert.equal(await rows.arePainted(), false);
    assert.deepEqual(await rows.take(), ['one 0']);
    assert.equal(await rows.arePainted(), true);
  });

  it('are read once until that is stale, while what is counted follows', async () => {
    const { world, rows } = createRows();
    await rows.take();
    world.hits = 1;
    assert.equal(await rows.arePainted(), false);
    assert.deepEqual(await rows.take(), ['one 1']);
    assert.equal(world.reads, 1);
  });

  it('stay as they are when what is read anew is the same, and differ when it is not', async () => {
    const { world, rows } = createRows();
    await rows.take();
    rows.forget();
    assert.equal(await rows.arePainted(), true);
    assert.equal(world.reads, 2);
    world.text = 'two';
    rows.forget();
    assert.equal(await rows.arePainted(), false);
    assert.deepEqual(await rows.take(), ['two 0']);
  });

  it('are painted again when the editor changed them', async () => {
    const { rows } = createRows();
    await rows.take();
    rows.forgetPainted();
    assert.equal(await rows.arePainted(), false);
  });

  it('are read once more when that became stale meanwhile', async () => {
    const { world, rows } = createRows();
    world.onRead = () => {
      world.onRead = () => undefined;
      world.text = 'two';
      rows.forget();
    };
    assert.deepEqual(await rows.take(), ['two 0']);
    assert.equal(world.reads, 2);
  });
});
