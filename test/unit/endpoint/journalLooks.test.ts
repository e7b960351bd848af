import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  JournalLooks,
  looksUntilRetry,
  maxVainLooks,
  restIntervalMs,
  watchByKernel,
  workIntervalMs,
} from '../../../src/endpoint/journalLooks.ts';
import type { WatchFolder } from '../../../src/endpoint/journalLooks.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';

/** Looks whose time a test makes, over a folder with a probe in it. */
interface Scene {
  readonly folder: string;
  /** How many looks there were. */
  readonly looks: () => number;
  /** Whether the next looks find something. */
  readonly found: { some: boolean };
  readonly log: readonly string[];
  /** Lets this many milliseconds pass, and tells how many looks there were meanwhile. */
  pass(milliseconds: number): number;
}

function startLooks(context: TestContext, watch: WatchFolder | null): Scene {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const folder = temporaryFolder(context);
  const probe = join(folder, 'lock');
  writeFileSync(probe, '');
  let count = 0;
  const found = { some: false };
  const log: string[] = [];
  const note = (message: string): void => void log.push(message);
  const looks = new JournalLooks({
    directory: folder,
    probe,
    watch,
    logger: { info: note, warn: note, error: note },
    look: () => {
      count += 1;
      return found.some;
    },
  });
  context.after(() => looks.dispose());
  const pass = (milliseconds: number): number => {
    const before = count;
    context.mock.timers.tick(milliseconds);
    return count - before;
  };
  return { folder, looks: () => count, found, log, pass };
}

/** A watch that a test makes speak; it counts how often it was begun and ended. */
function createSpokenWatch(): {
  readonly watch: WatchFolder;
  readonly counts: { begun: number; ended: number };
  readonly say: (name: string | null) => void;
  readonly fail: (message: string) => void;
} {
  const counts = { begun: 0, ended: 0 };
  let say: (name: string | null) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  return {
    watch: (_folder, onChange, onError) => {
      counts.begun += 1;
      say = onChange;
      fail = onError;
      return { dispose: () => void (counts.ended += 1) };
    },
    counts,
    say: (name) => say(name),
    fail: (message) => fail(new Error(message)),
  };
}

const untilVain = maxVainLooks * workIntervalMs;

test('looks often while somebody is at work, with no watch', (context) => {
  const { watch, counts } = createSpokenWatch();
  const scene = startLooks(context, watch);
  scene.found.some = true;
  assert.equal(scene.pass(10 * untilVain), 10 * maxVainLooks);
  assert.deepEqual(counts, { begun: 0, ended: 0 });
});

test('looks seldom once a watch has told of what we changed ourselves, and often again from its next word on', (context) => {
  const { watch, counts, say } = createSpokenWatch();
  const scene = startLooks(context, watch);
  assert.equal(scene.pass(untilVain), maxVainLooks);
  say('lock');
  assert.equal(scene.pass(10 * restIntervalMs), 10, 'at rest');
  const before = scene.looks();
  scene.found.some = true;
  say('journal');
  assert.equal(scene.looks(), before + 1, 'at once');
  assert.deepEqual(counts, { begun: 1, ended: 1 }, 'no watch while somebody is at work');
  scene.found.some = false;
  assert.equal(scene.pass(workIntervalMs), 1);
});

test('misses nothing that was written before the watch began', (context) => {
  const { watch, counts, say } = createSpokenWatch();
  const scene = startLooks(context, watch);
  scene.pass(untilVain);
  scene.found.some = true;
  say('lock');
  scene.found.some = false;
  assert.deepEqual(counts, { begun: 1, ended: 1 });
  assert.equal(scene.pass(untilVain), maxVainLooks, 'often, as before');
});

test('finds at rest what the watch did not tell of', (context) => {
  const { watch, say } = createSpokenWatch();
  const scene = startLooks(context, watch);
  scene.pass(untilVain);
  say('lock');
  scene.found.some = true;
  assert.equal(scene.pass(restIntervalMs), 1);
  scene.found.some = false;
  assert.equal(scene.pass(3 * workIntervalMs), 3, 'often again');
});

test('looks often for good where the watch tells nothing, and tries another one much later', (context) => {
  const { watch, counts } = createSpokenWatch();
  const scene = startLooks(context, watch);
  assert.equal(scene.pass(4 * untilVain), 4 * maxVainLooks);
  assert.deepEqual(counts, { begun: 1, ended: 1 });
  assert.deepEqual(scene.log, [
    'the state directory cannot be watched, so it is looked into: it told nothing',
  ]);
  scene.pass(looksUntilRetry * workIntervalMs);
  assert.equal(counts.begun, 2);
  scene.pass(2 * looksUntilRetry * workIntervalMs);
  assert.equal(scene.log.length, 1, 'said once');
});

test('looks often where no watch is to be had, or one fails', (context) => {
  const { watch, counts, fail } = createSpokenWatch();
  let isUsedUp = true;
  const scene = startLooks(context, (...wish) => {
    if (isUsedUp) throw new Error('no space left for watches');
    return watch(...wish);
  });
  assert.equal(scene.pass(4 * untilVain), 4 * maxVainLooks);
  assert.match(scene.log.join(), /no space left for watches/);
  isUsedUp = false;
  scene.pass(looksUntilRetry * workIntervalMs);
  fail('it is broken');
  assert.deepEqual(counts, { begun: 1, ended: 1 });
  assert.equal(scene.pass(untilVain), maxVainLooks);
});

test('looks often where folders cannot be watched', (context) => {
  const scene = startLooks(context, null);
  assert.equal(scene.pass(100 * untilVain), 100 * maxVainLooks);
  assert.deepEqual(scene.log, []);
});

test('hears from the kernel of the probe and then of a journal', async (context) => {
  const scene = startLooks(context, watchByKernel);
  scene.pass(untilVain);
  // The word about the probe is followed by a look.
  await until('it is at rest', () => scene.looks() === maxVainLooks + 1);
  assert.equal(scene.pass(restIntervalMs), 1);
  scene.found.some = true;
  const before = scene.looks();
  writeFileSync(join(scene.folder, 'journal'), 'frame');
  await until('it has looked', () => scene.looks() > before);
});
