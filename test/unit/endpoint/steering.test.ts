import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { parseStateHeader } from '../../../src/system/stateFile.ts';
import { until } from '../../support/until.ts';
import { fixturePolicy, startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

/** Mode and generation as the library reads them. */
function readState({ paths }: RunningFixture): readonly unknown[] {
  const read = parseStateHeader(readFileSync(paths.state), Buffer.alloc(16, 7));
  return read.ok ? [read.value.mode, read.value.generation] : [read.error];
}

function setMode(fixture: RunningFixture, body: UnknownRecord): Promise<UnknownRecord> {
  return fixture.call('PUT', '/v1/mode', body).then((answer) => answer.body);
}

test('changes the mode for everybody: answers, state file, stream', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  assert.deepEqual(readState(fixture), ['enforce', 1]);
  assert.deepEqual(await setMode(fixture, { mode: 'monitor' }), { mode: 'monitor', until: null });
  assert.deepEqual(readState(fixture), ['monitor', 1]);
  assert.deepEqual(await stream.nextOf('mode'), { type: 'mode', mode: 'monitor', until: null });
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], true);
});

test('ends a timed change by itself, in the mode that was there before', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'monitor' });
  assert.deepEqual(await setMode(fixture, { mode: 'disabled', for_seconds: 60 }), {
    mode: 'disabled',
    until: '2026-03-04T05:07:07.089Z',
  });
  await setMode(fixture, { mode: 'disabled', for_seconds: 120 });
  fixture.clock.time += 119_999;
  assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'disabled');
  fixture.clock.time += 1;
  assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'monitor');
  assert.deepEqual(readState(fixture), ['monitor', 1]);
});

test('ends a timed change when its time has passed, though the clock was set back', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'disabled', for_seconds: 1 });
  fixture.clock.time -= 86_400_000;
  await until('it is over', async () => (await fixture.call('GET', '/healthz')).body['mode'] === 'enforce');
});

test('notes in the log who changed the mode, what it was, and when a time is over', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'monitor' });
  await setMode(fixture, { mode: 'monitor' });
  await setMode(fixture, { mode: 'disabled', for_seconds: 60 });
  fixture.clock.time += 60_000;
  await fixture.call('GET', '/healthz');
  const told = fixture.records().map(({ request, decision, pid, exe }) => {
    const { command } = request as UnknownRecord;
    return [command, (decision as UnknownRecord)['message'], pid, exe];
  });
  assert.deepEqual(told, [
    ['mode monitor', 'it was enforce', 200, '/usr/bin/bash'],
    ['mode disabled', 'it was monitor; it ends at 2026-03-04T05:07:07.089Z', 200, '/usr/bin/bash'],
    ['mode monitor', 'the time of disabled is over', null, null],
  ]);
});

test('leaves a leniency for a time out of the state file, where nobody would end it', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'disabled', for_seconds: 60 });
  const answer = await fixture.ask('rm -rf x');
  const asked = fixture.records().filter(({ tool }) => tool === 'exec');
  assert.deepEqual([readState(fixture), answer['allowed'], asked], [['enforce', 1], true, []]);
  await setMode(fixture, { mode: 'disabled' });
  assert.deepEqual(readState(fixture), ['disabled', 1]);
  await setMode(fixture, { mode: 'enforce', for_seconds: 60 });
  assert.deepEqual(readState(fixture), ['enforce', 1], 'a strictness is there at once');
});

test('refuses modes and times that are none', async (context) => {
  const fixture = await startFixture(context);
  const bodies = [
    {},
    { mode: 'off' },
    { mode: 'monitor', for_seconds: 0 },
    { mode: 'monitor', for_seconds: 604_801 },
  ];
  for (const body of [...bodies, { mode: 'monitor', for_seconds: '60' }, []]) {
    assert.equal((await fixture.call('PUT', '/v1/mode', body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual(readState(fixture), ['enforce', 1]);
});

/** The mode of the next endpoint in the same state directory. */
async function modeAfterRestart(
  context: Parameters<typeof startFixture>[0],
  before: RunningFixture,
  bootId: number,
): Promise<unknown> {
  before.endpoint.stop('restart');
  await before.endpoint.ended;
  const after = await startFixture(context, {
    folder: before.folder,
    world: {
      bootId: Buffer.alloc(16, bootId),
      clock: { now: () => before.clock.time },
      uptime: () => before.passed.time,
    },
  });
  return (await after.call('GET', '/healthz')).body['mode'];
}

test('keeps the mode over a restart, and disabled not over a boot', async (context) => {
  const monitor = await startFixture(context);
  await setMode(monitor, { mode: 'monitor' });
  assert.equal(await modeAfterRestart(context, monitor, 8), 'monitor');
  const disabled = await startFixture(context);
  await setMode(disabled, { mode: 'disabled' });
  assert.equal(await modeAfterRestart(context, disabled, 7), 'disabled');
  const rebooted = await startFixture(context);
  await setMode(rebooted, { mode: 'disabled' });
  assert.equal(await modeAfterRestart(context, rebooted, 8), 'enforce');
});

test('ends a timed change also while no endpoint runs', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'disabled', for_seconds: 60 });
  fixture.endpoint.stop('the test says so');
  await fixture.endpoint.ended;
  assert.deepEqual(readState(fixture), ['enforce', 1], 'nobody is there to end it');
  fixture.clock.time += 60_000;
  assert.equal(await modeAfterRestart(context, fixture, 7), 'enforce');
});

test('ends a timed change on time while no endpoint runs, though the clock was set back', async (context) => {
  for (const [passed, mode] of [
    [30_000, 'disabled'],
    [60_000, 'enforce'],
  ] as const) {
    const fixture = await startFixture(context);
    await setMode(fixture, { mode: 'disabled', for_seconds: 60 });
    fixture.clock.time -= 86_400_000;
    fixture.passed.time += passed;
    assert.equal(await modeAfterRestart(context, fixture, 7), mode);
  }
});

test('takes a kept mode that cannot be read for enforce', async (context) => {
  const fixture = await startFixture(context);
  await setMode(fixture, { mode: 'monitor' });
  fixture.endpoint.stop('the test says so');
  await fixture.endpoint.ended;
  writeFileSync(fixture.paths.mode, '{"mode":"off"}');
  assert.equal(await modeAfterRestart(context, fixture, 7), 'enforce');
});

test('restores a state file that was changed, and records that', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  for (const [spoil, reason] of [
    [() => writeFileSync(fixture.paths.state, 'off'), 'it was changed'],
    [() => rmSync(fixture.paths.state), 'it was gone'],
  ] as const) {
    spoil();
    const { event } = (await stream.nextOf('audit')) as { event: UnknownRecord };
    assert.deepEqual(
      [event['tool'], event['request'], (event['decision'] as UnknownRecord)['message']],
      ['rampart', { command: 'state file' }, `restored: ${reason}`],
    );
    assert.deepEqual(readState(fixture), ['enforce', 1]);
  }
});

test('refuses to be steered from a guarded tree, and records who tried', async (context) => {
  const fixture = await startFixture(context, {
    processes: [{ pid: 300, ppid: 200, session: 200, environment: ['LD_PRELOAD=/x/librampart.so'] }],
  });
  fixture.caller.pid = 300;
  const admin = [
    ['PUT', '/v1/mode'],
    ['GET', '/v1/policies'],
    ['POST', '/v1/policy/reload'],
    ['GET', '/v1/audit/events'],
    ['GET', '/v1/audit/dates'],
    ['GET', '/v1/audit/export?date=2026-03-04'],
    ['GET', '/v1/audit/stats'],
    ['GET', '/v1/policy/summary'],
    ['POST', '/v1/test'],
    ['GET', '/v1/sessions'],
    ['PUT', '/v1/sessions/200'],
    ['GET', '/v1/events/stream'],
    ['POST', '/v1/shutdown'],
  ] as const;
  for (const [method, path] of admin) {
    const answer = await fixture.call(method, path, { mode: 'disabled' });
    assert.deepEqual([answer.status, answer.body], [403, { error: 'process 300 is guarded' }], path);
  }
  // Only that is harmless to ask: `rampart status` does so wherever it is run.
  assert.equal((await fixture.call('GET', '/v1/status')).status, 403);
  assert.equal((await fixture.call('GET', '/healthz')).body['mode'], 'enforce');
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], false);
  const records = fixture.records().slice(0, admin.length);
  assert.deepEqual(
    records.map(({ request, decision, pid, enforced }) => [
      request,
      (decision as UnknownRecord)['action'],
      pid,
      enforced,
    ]),
    admin.map(([method, path]) => [{ command: `${method} ${path.replace(/\?.*/, '')}` }, 'deny', 300, true]),
  );
});

test('lists the policies in force', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('ls');
  const policies = await fixture.call('GET', '/v1/policies');
  assert.deepEqual(policies.body, {
    policies: [
      {
        name: 'fixture',
        priority: 100,
        source_file: fixture.policyFile,
        match_tools: ['exec'],
        rule_count: 3,
      },
    ],
    default_action: 'allow',
    count: 1,
    problems: [],
  });
  const status = await fixture.call('GET', '/v1/status');
  assert.deepEqual(status.body, {
    config_path: fixture.policyFile.replace('/fixture.yaml', ''),
    mode: 'enforce',
    default_action: 'allow',
    policy_count: 1,
    rule_count: 3,
    call_counts: { exec: 1 },
    problems: [],
    lost_records: 0,
    upstream: null,
  });
});

test('takes a changed policy file by itself and tells the library and the windows', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  writeFileSync(fixture.policyFile, fixturePolicy.replace('rm -rf *', 'shred *'));
  const event = await stream.nextOf('policy');
  assert.deepEqual(event, { type: 'policy', generation: 2, problems: [] });
  assert.deepEqual(readState(fixture), ['enforce', 2]);
  assert.equal((await fixture.ask('shred x'))['allowed'], false);
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], true);
});

test('keeps the last good policy while a file is broken, and says where', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.policyFile, 'version: "1"\npolicies: 7\n');
  const reload = await fixture.call('POST', '/v1/policy/reload');
  assert.equal(reload.status, 500);
  assert.equal(reload.body['success'], false);
  assert.match(String(reload.body['error']), /fixture\.yaml:2:\d+: /);
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], false);
  const [problem] = (await fixture.call('GET', '/v1/status')).body['problems'] as {
    file: string;
    line: number;
  }[];
  assert.deepEqual([problem?.file, problem?.line], [fixture.policyFile, 2]);
  writeFileSync(fixture.policyFile, fixturePolicy);
  const mended = await fixture.call('POST', '/v1/policy/reload');
  assert.deepEqual(
    [mended.status, mended.body['success'], mended.body['policies_loaded'], mended.body['rules_total']],
    [200, true, 1, 3],
  );
  assert.deepEqual(readState(fixture), ['enforce', 1], 'the policy in force never changed');
});

test('takes a good file although another one is broken', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.policyFile, 'policies: 7\n');
  const other = fixturePolicy.replaceAll('fixture', 'other').replace('rm -rf *', 'shred *');
  writeFileSync(fixture.policyFile.replace('fixture.yaml', 'other.yaml'), other);
  await fixture.call('POST', '/v1/policy/reload');
  assert.equal((await fixture.ask('shred x'))['allowed'], false);
  assert.equal((await fixture.ask('rm -rf x'))['allowed'], false);
});

test('gives the log of a day, the newest first and in pages', async (context) => {
  const fixture = await startFixture(context);
  const ids = await Promise.all(
    ['ls', 'rm -rf x', 'pwd'].map(async (command) => (await fixture.ask(command))['audit_id']),
  );
  await until('all are recorded', () => fixture.records().length === 3);
  const recorded = fixture.records().map((record) => record['id']);
  assert.deepEqual([...recorded].sort(), [...ids].sort());
  const page = async (query: string): Promise<UnknownRecord> => {
    const { body } = await fixture.call('GET', `/v1/audit/events?${query}`);
    return { ...body, events: (body['events'] as UnknownRecord[]).map((event) => event['id']) };
  };
  const [first, second, third] = recorded;
  const date = '2026-03-04';
  assert.deepEqual(await page(''), {
    events: [third, second, first],
    total_in_file: 3,
    next_offset: 0,
    date,
  });
  assert.deepEqual(await page('limit=2'), {
    events: [third, second],
    total_in_file: 3,
    next_offset: 2,
    date,
  });
  assert.deepEqual(await page('limit=2&offset=2'), {
    events: [first],
    total_in_file: 3,
    next_offset: 0,
    date,
  });
  assert.equal(((await page('action=deny'))['events'] as string[]).length, 1);
  assert.deepEqual(await page('agent=nobody'), { events: [], total_in_file: 3, next_offset: 0, date });
  assert.deepEqual(await page('date=2020-01-01'), {
    events: [],
    total_in_file: 0,
    next_offset: 0,
    date: '2020-01-01',
  });
  for (const query of ['date=../x', 'limit=-1', 'offset=a']) {
    assert.equal((await fixture.call('GET', `/v1/audit/events?${query}`)).status, 400, query);
  }
});

test('tells what the rules are and what they would say, and records nothing of it', async (context) => {
  const fixture = await startFixture(context);
  const summary = await fixture.call('GET', '/v1/policy/summary');
  assert.deepEqual(summary.body, {
    default_action: 'allow',
    rules: [
      { name: 'fixture', action: 'deny', summary: 'deletes a tree' },
      { name: 'fixture', action: 'ask', summary: 'publishes a package' },
      { name: 'fixture', action: 'watch', summary: 'uses the network' },
    ],
    summary: '3 rules in 1 policies; otherwise allow',
  });
  const tested = await fixture.call('POST', '/v1/test', { command: 'rm -rf x' });
  assert.deepEqual(tested.body, {
    command: 'rm -rf x',
    tool: 'exec',
    action: 'deny',
    message: 'deletes a tree',
    matched_policies: ['fixture'],
    policy_scope: 'global',
    rule: { policy: 'fixture', index: 0, file: fixture.policyFile, line: 7 },
  });
  const explained = await fixture.call('POST', '/v1/test', { command: 'rm -rf x', explain: true });
  const { explanation } = explained.body as { explanation: { commands: { text: string }[] } };
  assert.deepEqual(
    explanation.commands.map(({ text }) => text),
    ['rm -rf x'],
  );
  const read = await fixture.call('POST', '/v1/test', { command: '/etc/shadow', tool: 'read' });
  assert.deepEqual([read.body['action'], read.body['tool']], ['allow', 'read']);
  for (const body of [{}, [], { command: '' }, { command: 'ls', tool: 1 }, { command: 'ls', agent: 1 }]) {
    assert.equal((await fixture.call('POST', '/v1/test', body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual(fixture.records(), []);
});

test('tells which days have a log, counts them and hands them out', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('rm -rf x', { agent: 'codex' });
  fixture.clock.time += 86_400_000;
  await fixture.ask('ls', { agent: 'codex', session: 't' });
  const dates = await fixture.call('GET', '/v1/audit/dates');
  assert.deepEqual(dates.body, { dates: ['2026-03-05', '2026-03-04'], configured: true });
  const both = await fixture.call('GET', '/v1/audit/stats?from=2026-03-04&to=2026-03-05');
  assert.deepEqual(both.body, {
    total_events: 2,
    by_action: { deny: 1, allow: 1 },
    by_tool: { exec: 2 },
    by_agent: { codex: 2 },
    by_session: { s: 1, t: 1 },
  });
  assert.equal((await fixture.call('GET', '/v1/audit/stats')).body['total_events'], 1);
  const exported = await fixture.call('GET', '/v1/audit/export?date=2026-03-04');
  assert.equal(exported.headers['content-type'], 'application/jsonl');
  assert.equal(exported.text, readFileSync(join(fixture.paths.audit, '2026-03-04.jsonl'), 'utf8'));
  const statuses = await Promise.all(
    ['export?date=2026-03-01', 'export?date=../x', 'stats?from=2026-03-05&to=2026-03-04', 'stats?from=x'].map(
      async (query) => (await fixture.call('GET', `/v1/audit/${query}`)).status,
    ),
  );
  assert.deepEqual(statuses, [404, 400, 400, 400]);
});

test('notes in the log that the guard was turned off and on, where, why and by whom', async (context) => {
  const fixture = await startFixture(context);
  const off = { guarded: false, where: 'all workspaces', reason: 'rampart.enabled' };
  const answer = await fixture.call('POST', '/v1/guard', off);
  assert.deepEqual([answer.status, answer.body], [201, { recorded: true }]);
  await fixture.call('POST', '/v1/guard', { guarded: true, where: '/home/me/app' });
  for (const of of ['extensions', 'persons'])
    await fixture.call('POST', '/v1/guard', { guarded: false, where: '/w', of });
  const told = fixture.records().map(({ tool, request, decision, pid, enforced }) => {
    const { action, message } = decision as UnknownRecord;
    return [tool, (request as UnknownRecord)['command'], action, message, pid, enforced];
  });
  assert.deepEqual(told, [
    ['rampart', 'guard off', 'watch', 'all workspaces: rampart.enabled', 200, false],
    ['rampart', 'guard on', 'watch', '/home/me/app', 200, false],
    ['rampart', 'guard of extensions off', 'watch', '/w', 200, false],
    ['rampart', 'guard of persons off', 'watch', '/w', 200, false],
  ]);
});

test('takes no note of the guard that says not what, where or briefly', async (context) => {
  const fixture = await startFixture(context);
  const good = { guarded: false, where: 'here' };
  const bodies = [
    [],
    { ...good, of: 'toString' },
    { ...good, guarded: 'no' },
    { ...good, where: ' ' },
    { ...good, where: 'x'.repeat(257) },
    { ...good, reason: 7 },
  ];
  for (const body of bodies) {
    const answer = await fixture.call('POST', '/v1/guard', body);
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
  assert.deepEqual(fixture.records(), []);
});
