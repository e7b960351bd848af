import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { settleJournal } from '../../../src/cli/settleJournal.ts';
import { statePathsIn } from '../../../src/system/stateDirectory.ts';
import type { StatePaths } from '../../../src/system/stateDirectory.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A state directory of an endpoint with this process id, in whose journal something stands; time passes as a test says. */
function createScene(context: TestContext, pid: number): { paths: StatePaths; clock: { now: number } } {
  const clock = { now: 0 };
  context.mock.method(performance, 'now', () => clock.now);
  const paths = statePathsIn(join(temporaryFolder(context), 'd'));
  mkdirSync(paths.directory);
  writeFileSync(paths.lock, `${pid}\n`);
  writeFileSync(paths.journal, 'frames');
  return { paths, clock };
}

/** Whether a promise is settled after some looks at the journal. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  const looks = new Promise<boolean>((resolve) => setTimeout(resolve, 50, false));
  return Promise.race([promise.then(() => true), looks]);
}

test('waits until a living endpoint has taken what stood in the journal, and not for what comes then', async (context) => {
  const { paths } = createScene(context, process.pid);
  const settled = settleJournal(paths);
  assert.equal(await isSettled(settled), false);
  writeFileSync(`${paths.journal}.1`, 'frames that come then');
  rmSync(paths.journal);
  await settled;
});

test('waits for no endpoint that is not there, and no longer than half a second for one', async (context) => {
  await settleJournal(createScene(context, 0).paths);
  context.mock.restoreAll();
  const { paths, clock } = createScene(context, process.pid);
  const settled = settleJournal(paths);
  clock.now = 499;
  assert.equal(await isSettled(settled), false);
  clock.now = 500;
  await settled;
});
