import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { until } from '../../support/until.ts';
import { askWaiting } from './askWaiting.ts';
import type { Held } from './askWaiting.ts';
import { startFixture } from './runningEndpoint.ts';

/** Two guarded terminals. */
const processes = [500, 600].map((pid) => ({
  pid,
  ppid: 1,
  session: pid,
  environment: ['LD_PRELOAD=/home/u/.rampart/lib/linux-x64/librampart.so'],
}));

/** An endpoint with a window in which a person can answer, and one who asks it from a shell. */
async function startWithWindow(context: TestContext) {
  const fixture = await startFixture(context, { processes });
  const stream = await fixture.openStream('/v1/events/stream?approvals=answer');
  const asked = { argv: ['npm', 'publish'], exe: '/usr/bin/npm', cwd: '/w', door: 'execve' };
  const ask = (shell: number, pid: number, prefer?: string | null): Held =>
    askWaiting(fixture, 'npm publish', { ...asked, pid, ppid: shell, sid: shell }, prefer);
  const list = async (): Promise<readonly UnknownRecord[]> => {
    const { body } = await fixture.call('GET', '/v1/approvals');
    return body['approvals'] as readonly UnknownRecord[];
  };
  return { stream, ask, list };
}

test('holds no command longer than its asker waits', async (context) => {
  const { stream, ask, list } = await startWithWindow(context);
  const held = ask(500, 501, 'wait=1');
  const { approval } = await stream.nextOf('approval');
  assert.equal((approval as UnknownRecord)['held_until'], '2026-03-04T05:06:08.089Z');
  assert.match(String((await held.answer)['notice']), /Approval pending/);
  const [left] = await list();
  assert.deepEqual([left?.['status'], left?.['held']], ['pending', false]);
});

test('denies what was held until the time is over, leaves the approval there, and tells it', async (context) => {
  let ahead = 0;
  const now = performance.now.bind(performance);
  context.mock.method(performance, 'now', () => now() + ahead);
  const { stream, ask, list } = await startWithWindow(context);
  const held = ask(500, 501);
  await until('it heard twice that it is not forgotten', () => held.interims() >= 2);
  ahead = 20_000;
  const { allowed, notice } = await held.answer;
  assert.equal(allowed, false);
  assert.match(String(notice), /Approval pending; run it again once approved\. /);
  const [approval] = await list();
  assert.equal(approval?.['held'], false);
  const told = [await stream.nextOf('approval'), await stream.nextOf('approval')];
  const seen = told.map(({ change, approval: view }) => [change, (view as UnknownRecord)['held']]);
  assert.deepEqual(seen, [
    ['requested', true],
    ['released', false],
  ]);
});

test('holds no command whose asker does not say that it waits', async (context) => {
  const { stream, ask } = await startWithWindow(context);
  const asked = ask(500, 501, null);
  const { change, approval } = await stream.nextOf('approval');
  assert.deepEqual([change, (approval as UnknownRecord)['held']], ['requested', false]);
  assert.match(String((await asked.answer)['notice']), /Approval pending/);
  assert.equal(asked.interims(), 0);
});

test('holds 64 commands at once, and another one when these have gone', async (context) => {
  const { ask, list } = await startWithWindow(context);
  const held = Array.from({ length: 64 }, () => ask(500, 501));
  await until('all were told to wait', () => held.every(({ interims }) => interims() > 0));
  const refused = ask(600, 601);
  assert.match(String((await refused.answer)['notice']), /Approval pending/);
  assert.equal(refused.interims(), 0);
  for (const { leave } of held) leave();
  await until('nobody is held', async () => (await list()).every((each) => each['held'] === false));
  const next = ask(600, 602);
  await until('it was told to wait', () => next.interims() > 0);
});
