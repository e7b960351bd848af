import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createProgress } from '../../../src/cli/progress.ts';

/** What a person is shown while a thousand steps take two seconds. */
function watch(context: TestContext, isErrTerminal: boolean): readonly string[] {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const shown: string[] = [];
  const err = (text: string | Buffer): void => void shown.push(text.toString());
  const output = { out: () => true, err, isOutTerminal: false, isErrTerminal };
  const progress = createProgress({ output }, 'records');
  for (let count = 0; count < 1_000; count += 1) {
    now += 2;
    progress.step();
  }
  progress.end();
  return shown;
}

test('long work is counted on a terminal, a few times a second, and the count goes away', (context) => {
  const shown = watch(context, true);
  assert.equal(shown.length, 21);
  assert.deepEqual([shown[0], shown.at(-1)], ['\r\x1b[K50 records …', '\r\x1b[K']);
});

test('long work says nothing where nobody looks', (context) => {
  assert.deepEqual(watch(context, false), []);
});
