import assert from 'node:assert/strict';
import test from 'node:test';
import { sendInPieces } from '../../../src/extension/views/sendInPieces.ts';

test('passes on everything in its order, and lets others have a turn between the pieces', async () => {
  const seen: (string | readonly number[])[] = [];
  const other = (): void => {
    seen.push('another');
    if (seen.length < 6) setImmediate(other);
  };
  setImmediate(other);
  await sendInPieces(
    [1, 2, 3, 4, 5],
    2,
    (piece) => seen.push(piece),
    () => true,
  );
  assert.deepEqual(
    seen.filter((one) => one !== 'another'),
    [[1, 2], [3, 4], [5]],
  );
  assert.deepEqual([seen.indexOf('another') > 0, seen.indexOf('another') < seen.length - 1], [true, true]);
});

test('sends nothing more to whom it is of no use', async () => {
  const seen: number[] = [];
  await sendInPieces(
    [1, 2, 3],
    1,
    (piece) => seen.push(...piece),
    () => seen.length < 2,
  );
  assert.deepEqual(seen, [1, 2]);
});
