import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GuardedShell } from '../support/guardedShell.ts';
import { kill } from '../support/processes.ts';
import { Rampart, summaryOf } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** What nobody has to wait for may cost, in milliseconds: less than any deadline that would be waited out. */
const maxWaitMs = 1_000;

test('a mode that is switched reaches a shell that is open', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const shell = new GuardedShell(rampart);
  const touch = async (name: string): Promise<readonly unknown[]> => {
    const { status, stderr } = await shell.run(`touch ${name}`);
    return [status, existsSync(join(rampart.folder, name)), stderr.includes('rampart: denied')];
  };
  assert.deepEqual(await touch('forbidden1'), [126, false, true]);
  await rampart.mode('monitor');
  assert.deepEqual(await touch('forbidden2'), [0, true, false]);
  await rampart.mode('disabled');
  assert.deepEqual(await touch('forbidden3'), [0, true, false]);
  await rampart.mode('enforce');
  assert.deepEqual(await touch('forbidden4'), [126, false, true]);
  const touched = (await rampart.log()).map(summaryOf).filter((summary) => summary.startsWith('touch'));
  assert.deepEqual(touched, [
    'touch forbidden1 deny true',
    'touch forbidden2 deny false',
    'touch forbidden4 deny true',
  ]);
});

test('a tree of its own mode is monitored under an endpoint that enforces', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const shell = new GuardedShell(rampart, ['--mode', 'monitor']);
  assert.equal((await shell.run('touch forbidden')).status, 0);
  const [last] = (await rampart.log()).slice(-1);
  assert.ok(last !== undefined);
  assert.equal(summaryOf(last), 'touch forbidden deny false');
});

test('without an endpoint a shell follows its fail mode, and obeys the next one that `preload` starts', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const open = new GuardedShell(rampart, ['--fail-open']);
  const closed = new GuardedShell(rampart, ['--fail-closed']);
  assert.deepEqual(
    [(await open.run('touch forbidden')).status, (await closed.run('touch forbidden')).status],
    [126, 126],
  );
  kill(Number(ready['pid']));
  await until('the endpoint is dead', () => rampart.endpointPid === null);
  assert.equal((await open.run('touch forbidden-unasked')).status, 0);
  const refused = await closed.run('touch fine');
  assert.equal(refused.status, 126);
  assert.match(
    refused.stderr,
    /^rampart: denied `touch fine`: the policy endpoint does not answer .* `rampart serve`$/m,
  );

  // Held against a start where nobody was killed, beside it: a busy machine makes both slow, but not alike.
  const [took = 0, others = 0] = await Promise.all(
    [rampart, new Rampart(context)].map(async (each) => {
      const started = performance.now();
      const back = await each.run(['preload', '--policy', each.policy, '--', 'true']);
      assert.deepEqual([back.status, back.stderr], [0, '']);
      return performance.now() - started;
    }),
  );
  assert.ok(took < 2 * others + maxWaitMs, `back after ${took} ms, another one after ${others} ms`);
  assert.equal((await open.run('touch forbidden-again')).status, 126);
  assert.equal((await closed.run('touch fine')).status, 0);
  await until('what ran unasked is recorded', async () =>
    (await rampart.log()).some((record) => JSON.stringify(record).includes('forbidden-unasked')),
  );
});

test('the library tells by the clock that the state file is of this boot', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const trace = join(rampart.folder, 'trace');
  const traced = [
    'strace',
    '-f',
    '-e',
    'trace=openat',
    '-o',
    trace,
    'sh',
    '-c',
    '/bin/true; exit 0',
  ] as const;
  assert.equal((await rampart.guard(traced)).status, 0);
  const opened = readFileSync(trace, 'utf8');
  assert.match(opened, /\/state", O_RDONLY/);
  assert.doesNotMatch(opened, /boot_id/);
});
