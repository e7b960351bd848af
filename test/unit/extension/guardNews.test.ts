import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBackground } from '../../../src/extension/adapters/background.ts';
import { GuardNews } from '../../../src/extension/injection/guardNews.ts';

/** A window that knows an older state of a setting than its file has. */
function createScene({
  known,
  file,
  isBroken = false,
}: Record<'known' | 'file', boolean> & { isBroken?: boolean }) {
  const applied: boolean[] = [];
  const errors: string[] = [];
  const logger = { info: () => undefined, warn: () => undefined, error: (text: string) => errors.push(text) };
  let enabled = known;
  let reads = 0;
  const news = new GuardNews({
    isEnabled: () => enabled,
    readAnew: () => {
      reads += 1;
      if (isBroken) return Promise.reject(new Error('the file cannot be read'));
      enabled = file;
      return Promise.resolve();
    },
    apply: () => Promise.resolve(applied.push(enabled)),
    background: createBackground(logger),
  });
  return { news, applied, errors, reads: () => reads };
}

it('carries out at once that another window turned the guard off, whenever the editor tells', async () => {
  const { news, applied } = createScene({ known: true, file: false });
  news.hear(false);
  await news.settled;
  assert.deepEqual(applied, [false]);
});

it('leaves the guard on where it was turned off in the workspace of another window only', async () => {
  const { news, applied } = createScene({ known: true, file: true });
  news.hear(false);
  await news.settled;
  assert.deepEqual(applied, [true]);
});

it('reads nothing where it knows already', async () => {
  const { news, reads } = createScene({ known: false, file: false });
  news.hear(false);
  await news.settled;
  assert.equal(reads(), 0);
});

it('logs that the settings cannot be read, and leaves everything as it is', async () => {
  const { news, applied, errors } = createScene({ known: true, file: false, isBroken: true });
  news.hear(false);
  await news.settled;
  assert.deepEqual(applied, []);
  assert.deepEqual(errors, ['reading whether the guard is on failed: the file cannot be read']);
});
