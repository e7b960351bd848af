import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSeal } from '../../../src/system/auditChain.ts';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

/** Whether each line of the log is sealed, true and names the one before; false where a line is none. */
function links({ paths }: RunningFixture): readonly boolean[] {
  let last = '';
  return readdirSync(paths.audit)
    .sort()
    .flatMap((name) => readFileSync(join(paths.audit, name), 'utf8').trimEnd().split('\n'))
    .map((line) => {
      const seal = readSeal(line);
      const isLinked = seal?.isTrue === true && seal.previous === last;
      last = seal?.hash ?? last;
      return isLinked;
    });
}

test('chains records by their hashes, over a change of the day and a restart', async (context) => {
  const first = await startFixture(context);
  await first.ask('ls', { argv: ['ls', 'ü'.repeat(100_000)] });
  first.clock.time += 86_400_000;
  await first.ask('ls');
  first.endpoint.stop('restart');
  await first.endpoint.ended;
  const second = await startFixture(context, {
    folder: first.folder,
    world: { clock: { now: () => first.clock.time } },
  });
  await second.ask('ls', { argv: ['ls', 'ü'.repeat(100_000)] });
  await second.ask('ls');
  assert.deepEqual(links(second), [true, true, true, true]);
});

test('goes on behind a line that was cut short', async (context) => {
  const first = await startFixture(context);
  await first.ask('ls');
  first.endpoint.stop('restart');
  await first.endpoint.ended;
  appendFileSync(join(first.paths.audit, '2026-03-04.jsonl'), '{"id":"cut');
  const second = await startFixture(context, { folder: first.folder });
  await second.ask('ls');
  assert.deepEqual(links(second), [true, false, true]);
});

test('keeps the order of the chain for records that had to wait', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.paths.audit, 'in the way');
  await fixture.ask('ls');
  await fixture.ask('ls');
  rmSync(fixture.paths.audit);
  await fixture.ask('ls');
  assert.deepEqual(links(fixture), [true, true, true]);
});
