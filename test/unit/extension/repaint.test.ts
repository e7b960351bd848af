import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRepaint } from '../../../src/extension/views/repaint.ts';
import { until } from '../../support/until.ts';

it('paints the first request at once and a flood once more at the end', async (context) => {
  let painted = 0;
  const repaint = createRepaint(() => (painted += 1), 20);
  context.after(() => repaint.dispose());
  for (let index = 0; index < 5_000; index += 1) repaint.request();
  assert.equal(painted, 1);
  await until('the rest is painted', () => painted === 2);
  repaint.request();
  await until('a late request is painted', () => painted === 3);
});

it('paints nothing any more once it is disposed', async () => {
  let painted = 0;
  const repaint = createRepaint(() => (painted += 1), 5);
  repaint.request();
  repaint.request();
  repaint.dispose();
  const other = createRepaint(() => undefined, 5);
  let later = 0;
  const after = createRepaint(() => (later += 1), 10);
  after.request();
  after.request();
  await until('a pause that began later is over', () => later === 2);
  other.dispose();
  after.dispose();
  assert.equal(painted, 1);
});
