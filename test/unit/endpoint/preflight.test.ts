import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFixture } from './runningEndpoint.ts';

const id = '0123456789abcdef0123456789abcdef';

test('answers a denial with its rule and a notice, and has recorded it by then', async (context) => {
  const fixture = await startFixture(context);
  const answer = await fixture.ask('rm -rf build', {
    id,
    argv: ['rm', '-rf', 'build'],
    exe: '/bin/rm',
    cwd: '/w/app',
    pid: 300,
    ppid: 200,
    sid: 200,
    door: 'execve',
    markers: ['CLAUDECODE'],
  });
  const records = fixture.records();
  const rule = { policy: 'fixture', index: 0, file: fixture.policyFile, line: 7 };
  const time = answer['eval_duration_us'];
  assert.ok(Number.isInteger(time));
  assert.deepEqual(answer, {
    allowed: false,
    decision: 'deny',
    message: 'deletes a tree',
    matched_policies: ['fixture'],
    eval_duration_us: time,
    enforced: true,
    enforcement_requested: true,
    audit_id: id,
    rule,
    notice:
      'by rule fixture#1: deletes a tree. Do not try another way; a person can change the policy. [01234567]',
  });
  assert.deepEqual(records, [
    {
      schema_version: 'rampart.audit.v1',
      id,
      timestamp: '2026-03-04T05:06:07.089Z',
      agent: 'claude-code',
      actor: 'agent',
      session: 's',
      tool: 'exec',
      request: { command: 'rm -rf build' },
      decision: {
        action: 'deny',
        message: 'deletes a tree',
        matched_policies: ['fixture'],
        evaluation_time_us: time,
      },
      rule,
      argv: ['rm', '-rf', 'build'],
      exe: '/bin/rm',
      cwd: '/w/app',
      pid: 300,
      ppid: 200,
      sid: 200,
      sid_started: 2_000,
      door: 'execve',
      markers: ['CLAUDECODE'],
      guardable: true,
      truncated: false,
      enforced: true,
      mode: 'enforce',
    },
  ]);
});

test('allows what no rule names and what is only watched, without a notice', async (context) => {
  const fixture = await startFixture(context);
  const allowed = await fixture.ask('ls');
  const watched = await fixture.ask('curl example.test');
  assert.deepEqual(
    [allowed, watched].map((answer) => [
      answer['allowed'],
      answer['decision'],
      answer['notice'],
      answer['rule'] === null,
    ]),
    [
      [true, 'allow', undefined, true],
      [true, 'watch', undefined, false],
    ],
  );
});

test('denies at once what needs approval, and says so', async (context) => {
  const fixture = await startFixture(context);
  const answer = await fixture.ask('npm publish', { id });
  assert.deepEqual([answer['allowed'], answer['decision']], [false, 'ask']);
  assert.equal(
    answer['notice'],
    'by rule fixture#2: approval is needed: publishes a package. Approval pending; run it again once approved. [01234567]',
  );
});

test('in monitor lets everything run and keeps what the policy said', async (context) => {
  const fixture = await startFixture(context, { settings: { mode: 'monitor' } });
  const answer = await fixture.ask('rm -rf x');
  const named = ['allowed', 'decision', 'enforced', 'policy_decision', 'policy_message', 'notice'] as const;
  assert.deepEqual(
    named.map((name) => answer[name]),
    [true, 'allow', false, 'deny', 'deletes a tree', undefined],
  );
  const [record] = fixture.records();
  assert.equal((record?.['decision'] as { action: string }).action, 'deny');
  assert.deepEqual([record?.['enforced'], record?.['mode']], [false, 'monitor']);
});

test('in monitor shows a preview as the policy has it', async (context) => {
  const fixture = await startFixture(context, { settings: { mode: 'monitor' } });
  const answer = await fixture.ask('rm -rf x', { enforce: false });
  assert.deepEqual(
    [answer['allowed'], answer['decision'], answer['policy_decision']],
    [false, 'deny', undefined],
  );
});

test('when disabled allows everything and records nothing', async (context) => {
  const fixture = await startFixture(context, { settings: { mode: 'disabled' } });
  const answer = await fixture.ask('rm -rf x');
  assert.deepEqual([answer['allowed'], answer['enforced']], [true, false]);
  assert.deepEqual(fixture.records(), []);
});

test('records a question that is repeated with its id once, and gives an id to one without', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('rm -rf x', { id });
  const again = await fixture.ask('rm -rf x', { id });
  assert.equal(again['allowed'], false);
  const other = await fixture.ask('ls');
  assert.match(String(other['audit_id']), /^[0-9a-f]{32}$/);
  assert.deepEqual(
    fixture.records().map((record) => record['id']),
    [id, other['audit_id']],
  );
});

test('keeps secrets out of the log', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('mysql --password hunter2', { argv: ['mysql', '--password', 'hunter2'] });
  const [record] = fixture.records();
  assert.deepEqual(record?.['request'], { command: 'mysql --password [redacted]' });
  assert.deepEqual(record['argv'], ['mysql', '--password', '[redacted]']);
});

test('still decides when the log cannot be written, says so, and catches up', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.paths.audit, 'in the way');
  const answer = await fixture.ask('rm -rf x', { id });
  assert.deepEqual([answer['allowed'], answer['audit_id']], [false, undefined]);
  const status = await fixture.call('GET', '/v1/status');
  assert.match(status.text, /the audit log cannot be written: .*; 1 records wait, 0 are lost/);
  rmSync(fixture.paths.audit);
  const next = await fixture.ask('ls');
  assert.deepEqual(
    fixture.records().map((record) => record['id']),
    [id, next['audit_id']],
  );
  assert.deepEqual((await fixture.call('GET', '/v1/status')).body['problems'], []);
});

test('is tightened by the policy of the workspace that the command runs in', async (context) => {
  const fixture = await startFixture(context);
  const workspace = join(fixture.folder, 'project');
  mkdirSync(join(workspace, '.rampart'), { recursive: true });
  mkdirSync(join(workspace, 'src'));
  writeFileSync(
    join(workspace, '.rampart', 'policy.yaml'),
    'version: "1"\npolicies:\n  - name: project\n    rules:\n      - {action: deny, when: {command_matches: ["make *"]}, message: not here}\n',
  );
  const inside = await fixture.ask('make all', { cwd: join(workspace, 'src') });
  const outside = await fixture.ask('make all', { cwd: fixture.folder });
  assert.deepEqual([inside['allowed'], outside['allowed']], [false, true]);
});

test('takes the folder of an open window for the workspace', async (context) => {
  const fixture = await startFixture(context);
  const folder = join(fixture.folder, 'window');
  mkdirSync(join(folder, '.rampart'), { recursive: true });
  mkdirSync(join(folder, 'vendored', '.git'), { recursive: true });
  writeFileSync(
    join(folder, '.rampart', 'policy.yaml'),
    'version: "1"\npolicies:\n  - name: project\n    rules:\n      - {action: deny, when: {command_matches: ["make *"]}, message: not here}\n',
  );
  const stream = await fixture.openStream(`/v1/events/stream?folder=${encodeURIComponent(folder)}`);
  await stream.next();
  const answer = await fixture.ask('make all', { cwd: join(folder, 'vendored') });
  assert.equal(answer['allowed'], false);
});

test('knows what time it is when a rule ends', async (context) => {
  const policy = (day: string): string =>
    `version: "1"\ndefault_action: allow\npolicies:\n  - name: timed\n    rules:\n      - {action: deny, expires_at: ${day}T00:00:00Z, message: for now}\n`;
  const before = await startFixture(context, { policy: policy('2026-03-05') });
  const after = await startFixture(context, { policy: policy('2026-03-04') });
  assert.deepEqual([(await before.ask('ls'))['allowed'], (await after.ask('ls'))['allowed']], [false, true]);
});

test('counts a call before it is judged, and a preview not at all', async (context) => {
  const policy =
    'version: "1"\ndefault_action: allow\npolicies:\n  - name: often\n    rules:\n      - {action: deny, when: {call_count: {gte: 2, window: 1m}}, message: too often}\n';
  const fixture = await startFixture(context, { policy });
  const outcomes: unknown[] = [];
  for (const enforce of [false, false, true, true])
    outcomes.push((await fixture.ask('ls', { enforce }))['allowed']);
  fixture.passed.time += 60_000;
  outcomes.push((await fixture.ask('ls'))['allowed']);
  assert.deepEqual(outcomes, [true, true, true, false, true]);
});
