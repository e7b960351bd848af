import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { until } from '../../support/until.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';
import { askWaiting as askPatiently } from './askWaiting.ts';
import type { Held } from './askWaiting.ts';
import { startFixture } from './runningEndpoint.ts';
import type { EndpointFixture, RunningFixture } from './runningEndpoint.ts';

const library = 'LD_PRELOAD=/home/u/.rampart/lib/linux-x64/librampart.so';

/** A guarded terminal: its shell, an agent in it, and what each of them starts. */
const processes: readonly FixtureProcess[] = [
  { pid: 500, ppid: 1, session: 500, environment: [library] },
  { pid: 501, ppid: 500, session: 500, environment: [library] },
  { pid: 510, ppid: 500, session: 500, environment: [library], executable: '/usr/bin/node' },
  { pid: 511, ppid: 510, session: 511, environment: [library] },
  { pid: 512, ppid: 510, session: 512, environment: [library] },
  { pid: 600, ppid: 1, session: 600, environment: [library] },
  { pid: 601, ppid: 600, session: 600, environment: [library] },
];

const publish = {
  argv: ['npm', 'publish'],
  exe: '/usr/bin/npm',
  cwd: '/w',
  pid: 501,
  ppid: 500,
  sid: 500,
  door: 'execve',
};

function start(context: TestContext, fixture: EndpointFixture = {}): Promise<RunningFixture> {
  return startFixture(context, { processes, ...fixture });
}

/** Asks for `npm publish` and gives back `allowed` and the notice. */
async function askFor(fixture: RunningFixture, fields: UnknownRecord = {}): Promise<readonly unknown[]> {
  const { allowed, notice } = await fixture.ask('npm publish', { ...publish, ...fields });
  return [allowed, typeof notice === 'string' ? notice.replace(/ \[[0-9a-f]{8}\]$/, '') : notice];
}

const reason = 'by rule fixture#2: approval is needed: publishes a package.';
const pendingOutcome = [false, `${reason} Approval pending; run it again once approved.`];
const deniedOutcome = [false, `${reason} A person denied it; do not try again.`];
const allowedOutcome = [true, undefined];

async function listOf(fixture: RunningFixture): Promise<readonly UnknownRecord[]> {
  const { body } = await fixture.call('GET', '/v1/approvals');
  return body['approvals'] as readonly UnknownRecord[];
}

/** Settles the only approval that waits. */
async function settle(fixture: RunningFixture, body: UnknownRecord): Promise<UnknownRecord> {
  const [approval, ...others] = await until('something waits', async () => {
    const list = await listOf(fixture);
    return list.length > 0 && list;
  });
  assert.deepEqual(others, []);
  const answer = await fixture.call('POST', `/v1/approvals/${String(approval?.['id'])}/resolve`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

/** Asks for `npm publish` and waits as long as it is told to. */
function askWaiting(fixture: RunningFixture, fields: UnknownRecord = {}): Held {
  return askPatiently(fixture, 'npm publish', { ...publish, ...fields });
}

/** Opens a window in which a person can answer. */
async function openWindow(fixture: RunningFixture): Promise<void> {
  await fixture.openStream('/v1/events/stream?approvals=answer');
}

test('denies at once what nobody can be asked about, and lists it', async (context) => {
  const fixture = await start(context);
  assert.deepEqual(await askFor(fixture), pendingOutcome);
  const [approval, ...others] = await listOf(fixture);
  assert.deepEqual(others, []);
  assert.match(String(approval?.['id']), /^[0-9a-f]{32}$/);
  assert.deepEqual(approval, {
    id: approval?.['id'],
    status: 'pending',
    tool: 'exec',
    command: 'npm publish',
    agent: 'preload',
    session: 's',
    message: 'publishes a package',
    rule: { policy: 'fixture', index: 1, file: fixture.policyFile, line: 8 },
    cwd: '/w',
    pid: 501,
    sid: 500,
    held: false,
    created_at: '2026-03-04T05:06:07.089Z',
    expires_at: '2026-03-04T05:16:07.089Z',
    credential_owner: 'server/admin',
  });
});

test('lets an approved command run again, once', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  const settled = await settle(fixture, { approved: true, resolved_by: 'Ada' });
  assert.deepEqual([settled['status'], settled['approved'], settled['persisted']], ['approved', true, false]);
  assert.deepEqual(await askFor(fixture, { pid: 502 }), allowedOutcome);
  assert.deepEqual(await askFor(fixture, { pid: 503 }), pendingOutcome);
  const summary = fixture.records().map(({ tool, decision, enforced }) => {
    const { action, message } = decision as UnknownRecord;
    return [tool, action, String(message).replace(/[0-9a-f]{8}/, 'ID'), enforced];
  });
  assert.deepEqual(summary, [
    ['exec', 'ask', 'publishes a package', true],
    ['rampart', 'watch', 'approved by Ada', false],
    ['exec', 'allow', 'approved (ID): publishes a package', true],
    ['exec', 'ask', 'publishes a package', true],
  ]);
});

const strangers: Readonly<Record<string, UnknownRecord>> = {
  'with other arguments': { argv: ['npm', 'publish', '--force'], params: { command: 'npm publish --force' } },
  'of another program': { exe: '/tmp/npm' },
  'in another directory': { cwd: '/w/other' },
  'of another agent': { agent: 'codex' },
  'in another terminal': { pid: 601, ppid: 600, sid: 600 },
  'that was cut': { truncated: true },
};

for (const [what, fields] of Object.entries(strangers)) {
  test(`lets no command run ${what} by an approval`, async (context) => {
    const fixture = await start(context);
    await askFor(fixture);
    await settle(fixture, { approved: true });
    const answer = await fixture.ask('npm publish', { ...publish, ...fields });
    assert.equal(answer['allowed'], false);
  });
}

test('takes what an agent starts in sessions of their own for one tree', async (context) => {
  const fixture = await start(context);
  await askFor(fixture, { pid: 511, ppid: 510, sid: 511 });
  await settle(fixture, { approved: true });
  assert.deepEqual(await askFor(fixture, { pid: 512, ppid: 510, sid: 512 }), allowedOutcome);
});

test('forgets an approval that is not used within ten minutes', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  await settle(fixture, { approved: true });
  fixture.clock.time += 600_000;
  assert.deepEqual(await askFor(fixture, { pid: 502 }), pendingOutcome);
});

test('does not hold an approval longer because the clock was set back', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  await settle(fixture, { approved: true });
  fixture.clock.time -= 3_600_000;
  assert.deepEqual(await askFor(fixture, { pid: 502 }), pendingOutcome);
});

test('lets a command run in its whole tree that is approved for the session', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  await settle(fixture, { approved: true, scope: 'session' });
  for (const [pid, cwd] of [
    [502, '/w'],
    [503, '/w/a'],
    [504, '/w'],
  ] as const) {
    assert.deepEqual(await askFor(fixture, { pid, ppid: 500, cwd }), allowedOutcome);
  }
  assert.deepEqual(await askFor(fixture, { pid: 601, ppid: 600, sid: 600 }), pendingOutcome);
});

test('makes a rule of what is approved for good', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  const settled = await settle(fixture, { approved: true, persist: true });
  assert.equal(settled['persisted'], true);
  const file = join(fixture.folder, 'home', '.rampart', 'policies', 'by-hand.yaml');
  const text = readFileSync(file, 'utf8');
  assert.match(text, /action: allow\n\s+when:\n\s+command_matches:\n\s+- npm publish\n/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const answer = await fixture.ask('npm publish', { ...publish, cwd: '/elsewhere', pid: 601, sid: 600 });
  const { policy, index } = answer['rule'] as UnknownRecord;
  assert.deepEqual([answer['allowed'], policy, index], [true, /user-allow-\w{8}/.exec(text)?.[0], 0]);
});

test('makes a rule that holds of what has quotes', async (context) => {
  const fixture = await start(context);
  const argv = ['npm', 'publish', '--tag', 'a b'];
  const ask = (): Promise<UnknownRecord> => fixture.ask("npm publish --tag 'a b'", { ...publish, argv });
  await ask();
  await settle(fixture, { approved: true, scope: 'always' });
  await ask();
  const { rule, approval_id: used } = await ask();
  assert.match(String((rule as UnknownRecord)['policy']), /^user-allow-/);
  assert.equal(used, undefined);
});

test('refuses what a person denied, and asks again a minute later', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  await settle(fixture, { approved: false });
  assert.deepEqual(await askFor(fixture, { pid: 502 }), deniedOutcome);
  fixture.clock.time += 60_000;
  assert.deepEqual(await askFor(fixture, { pid: 503 }), pendingOutcome);
});

test('asks once for what is asked again and again', async (context) => {
  const fixture = await start(context);
  for (const pid of [501, 502, 503]) await askFor(fixture, { pid });
  assert.equal((await listOf(fixture)).length, 1);
});

test('puts no more than 32 commands of one terminal before a person', async (context) => {
  const fixture = await start(context);
  for (let index = 0; index < 34; index += 1) {
    await fixture.ask(`npm publish ${index}`, { ...publish, pid: 1_000 + index });
  }
  assert.equal((await listOf(fixture)).length, 32);
  const other = await fixture.ask('npm publish', { ...publish, pid: 601, ppid: 600, sid: 600 });
  assert.equal(typeof other['approval_id'], 'string', 'another terminal is heard');
});

test('ends an approval that nobody answers, and tells every window of each change', async (context) => {
  const fixture = await start(context);
  const stream = await fixture.openStream();
  await askFor(fixture);
  const requested = await stream.nextOf('approval');
  assert.deepEqual(await stream.nextOf('audit').then(({ type }) => type), 'audit');
  fixture.clock.time += 600_000;
  const expired = await stream.nextOf('approval');
  const seen = [requested, expired].map(({ change, approval }) => [
    change,
    (approval as UnknownRecord)['status'],
  ]);
  assert.deepEqual(seen, [
    ['requested', 'pending'],
    ['expired', 'expired'],
  ]);
  const id = String((expired['approval'] as UnknownRecord)['id']);
  assert.equal((await fixture.call('POST', `/v1/approvals/${id}/resolve`, { approved: true })).status, 410);
});

test('holds a command of a shell while somebody is asked, and lets it go as that person says', async (context) => {
  for (const approved of [true, false]) {
    const fixture = await start(context);
    await openWindow(fixture);
    const held = askWaiting(fixture);
    await until('it was told to wait', () => held.interims() >= 2);
    const [approval] = await listOf(fixture);
    assert.equal(approval?.['held'], true);
    assert.equal(approval['held_until'], '2026-03-04T05:06:27.089Z');
    await settle(fixture, { approved });
    const { allowed, notice } = await held.answer;
    assert.equal(allowed, approved);
    assert.match(String(notice), approved ? /^undefined$/ : /A person denied it/);
    assert.equal(fixture.records().filter(({ tool }) => tool === 'exec').length, 1);
  }
});

test('lets one of two run whose command was approved once', async (context) => {
  const fixture = await start(context);
  await openWindow(fixture);
  const first = askWaiting(fixture, { id: '01'.repeat(16) });
  await until('the first waits', async () => (await listOf(fixture)).length === 1);
  const second = askWaiting(fixture, { id: '02'.repeat(16), pid: 502 });
  await until('the second waits too', () => second.interims() > 0);
  const before = await listOf(fixture);
  await settle(fixture, { approved: true });
  assert.equal((await first.answer)['allowed'], true);
  const after = await listOf(fixture);
  assert.notEqual(after[0]?.['id'], before[0]?.['id'], 'the second waits for an approval of its own');
  await settle(fixture, { approved: false });
  assert.equal((await second.answer)['allowed'], false);
});

test('keeps an approval for the rerun when its asker left', async (context) => {
  const fixture = await start(context);
  await openWindow(fixture);
  const held = askWaiting(fixture);
  await until('it was told to wait', () => held.interims() > 0);
  held.leave();
  await until('nobody is held', async () => (await listOf(fixture))[0]?.['held'] === false);
  await settle(fixture, { approved: true });
  assert.deepEqual(await askFor(fixture, { pid: 502 }), allowedOutcome);
});

const unheld: Readonly<Record<string, (fixture: RunningFixture) => Promise<Held>>> = {
  'when nobody is there to answer': (fixture) => Promise.resolve(askWaiting(fixture)),
  'when only a window is open in which nobody can answer': async (fixture) => {
    await fixture.openStream();
    return askWaiting(fixture);
  },
  'whose parent is no shell': async (fixture) => {
    await openWindow(fixture);
    return askWaiting(fixture, { pid: 511, ppid: 510, sid: 511 });
  },
};

for (const [what, ask] of Object.entries(unheld)) {
  test(`holds no command ${what}`, async (context) => {
    const fixture = await start(context);
    const held = await ask(fixture);
    assert.match(String((await held.answer)['notice']), /Approval pending/);
    assert.equal(held.interims(), 0);
  });
}

test('answers whoever is held when it ends', async (context) => {
  const fixture = await start(context);
  await openWindow(fixture);
  const held = askWaiting(fixture);
  await until('it was told to wait', () => held.interims() > 0);
  fixture.endpoint.stop('the test says so');
  assert.equal((await held.answer)['allowed'], false);
  await fixture.endpoint.ended;
});

test('keeps what waits and what was approved over a restart', async (context) => {
  const before = await start(context);
  await askFor(before);
  await settle(before, { approved: true });
  await before.ask('npm publish --tag next', { ...publish, argv: ['npm', 'publish', '--tag', 'next'] });
  await before.call('POST', '/v1/approvals', { tool: 'exec', agent: 'hook', message: '', command: 'make' });
  assert.equal(statSync(before.paths.approvals).mode & 0o777, 0o600);
  before.endpoint.stop('restart');
  await before.endpoint.ended;
  const after = await startFixture(context, { folder: before.folder });
  assert.deepEqual(
    (await listOf(after)).map(({ command }) => command),
    ['npm publish --tag next', 'make'],
  );
  assert.deepEqual(await askFor(after), allowedOutcome);
  after.endpoint.stop('reboot');
  await after.endpoint.ended;
  const rebooted = await startFixture(context, {
    folder: before.folder,
    world: { bootId: Buffer.alloc(16, 8) },
  });
  assert.deepEqual(await listOf(rebooted), [], 'other processes have their numbers now');
});

test('asks nobody in monitor', async (context) => {
  const fixture = await start(context, { settings: { mode: 'monitor' } });
  const answer = await fixture.ask('npm publish', publish);
  assert.deepEqual([answer['allowed'], answer['policy_decision']], [true, 'ask']);
  assert.deepEqual(await listOf(fixture), []);
});

test("serves the peer's hooks, which ask themselves and read the outcome", async (context) => {
  const fixture = await start(context);
  const body = { tool: 'exec', agent: 'claude-code', message: 'why', command: 'npm publish', run_id: 'r' };
  const made = await fixture.call('POST', '/v1/approvals', body);
  const { id } = made.body;
  assert.deepEqual(
    [made.status, made.body],
    [201, { id, status: 'pending', expires_at: '2026-03-04T05:16:07.089Z' }],
  );
  for (const name of Object.keys(body)) {
    const long = await fixture.call('POST', '/v1/approvals', { ...body, [name]: 'x'.repeat(16_385) });
    assert.equal(long.status, 503, name);
  }
  const read = async (): Promise<UnknownRecord> =>
    (await fixture.call('GET', `/v1/approvals/${String(id)}`)).body;
  const first = await read();
  assert.deepEqual([first['session'], first['run_id'], first['resolved_at']], ['hook', 'r', undefined]);
  const resolve = (given: unknown): Promise<{ readonly status: number }> =>
    fixture.call('POST', `/v1/approvals/${String(id)}/resolve`, given);
  for (const bad of [{}, { approved: 'yes' }, { approved: true, scope: 'all' }, []]) {
    assert.equal((await resolve(bad)).status, 400);
  }
  assert.equal((await resolve({ approved: true, resolved_by: 'Ada' })).status, 200);
  const last = await read();
  assert.deepEqual([last['status'], last['resolved_by'], last['persisted']], ['approved', 'Ada', false]);
  assert.equal((await resolve({ approved: true })).status, 410);
  assert.equal((await fixture.call('POST', '/v1/approvals/none/resolve', { approved: true })).status, 404);
  assert.equal((await fixture.call('GET', '/v1/approvals/none')).status, 404);
  assert.deepEqual(await askFor(fixture), pendingOutcome, 'it is no grant for anything else');
});

test('runs a refused command anyway, once and for five minutes, when a person says so', async (context) => {
  const fixture = await start(context);
  const remove = { ...publish, argv: ['rm', '-rf', 'x'], exe: '/bin/rm' };
  const ask = async (pid: number): Promise<unknown> =>
    (await fixture.ask('rm -rf x', { ...remove, pid }))['allowed'];
  assert.equal(await ask(501), false);
  const id = String(fixture.records()[0]?.['id']);
  const grant = (record: unknown): Promise<{ readonly status: number; readonly body: UnknownRecord }> =>
    fixture.call('POST', '/v1/grants', { record });
  const given = await grant(id.slice(0, 8));
  assert.deepEqual(
    [given.status, given.body['command'], given.body['cwd'], given.body['expires_at']],
    [201, 'rm -rf x', '/w', '2026-03-04T05:11:07.089Z'],
  );
  assert.deepEqual([await ask(502), await ask(503)], [true, false]);
  await grant(id);
  fixture.clock.time += 300_000;
  assert.equal(await ask(504), false);
  for (const [record, status] of [
    ['ffffffff', 404],
    [id.slice(0, 7), 404],
    ['x', 400],
    [7, 400],
  ] as const) {
    assert.equal((await grant(record)).status, status);
  }
});

test('lets a guarded process neither approve nor grant', async (context) => {
  const fixture = await start(context);
  await askFor(fixture);
  const [approval] = await listOf(fixture);
  const [record] = fixture.records();
  fixture.caller.pid = 501;
  for (const [method, path, body] of [
    ['GET', '/v1/approvals', undefined],
    ['GET', `/v1/approvals/${String(approval?.['id'])}`, undefined],
    ['POST', '/v1/approvals', { tool: 'exec', command: 'x' }],
    ['POST', `/v1/approvals/${String(approval?.['id'])}/resolve`, { approved: true }],
    ['POST', '/v1/grants', { record: record?.['id'] }],
  ] as const) {
    assert.equal((await fixture.call(method, path, body)).status, 403, path);
  }
  assert.deepEqual(await askFor(fixture, { pid: 502 }), pendingOutcome);
});
