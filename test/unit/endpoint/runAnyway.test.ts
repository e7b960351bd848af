import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

/** The record of a refused command of about so many characters. */
async function refuse(fixture: RunningFixture, length: number): Promise<unknown> {
  const argv = ['rm', '-rf', 'x'.repeat(length)];
  const asker = { exe: '/bin/rm', cwd: '/w', pid: 501, ppid: 200, sid: 200, door: 'execvp' };
  return (await fixture.ask(argv.join(' '), { ...asker, argv }))['audit_id'];
}

/** What comes of a person's wish to run it anyway. */
async function grant(fixture: RunningFixture, record: unknown): Promise<number> {
  return (await fixture.call('POST', '/v1/grants', { record })).status;
}

test('lets nobody run anyway what the log does not keep whole: nobody has read it', async (context) => {
  const fixture = await startFixture(context);
  assert.equal(await grant(fixture, await refuse(fixture, 60_000)), 201);
  assert.equal(await grant(fixture, await refuse(fixture, 66_000)), 404);
});

test('holds a bounded number of characters of what was refused', async (context) => {
  const fixture = await startFixture(context);
  const first = await refuse(fixture, 60_000);
  for (let count = 0; count < 75; count += 1) await refuse(fixture, 60_000);
  const last = await refuse(fixture, 60_000);
  assert.deepEqual([await grant(fixture, first), await grant(fixture, last)], [404, 201]);
});
