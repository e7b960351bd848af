import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFixture } from './runningEndpoint.ts';
import type { Exchange, RunningFixture } from './runningEndpoint.ts';

const policy = `version: "1"
default_action: allow
policies:
  - name: fixture
    match: {tool: exec}
    rules:
      - {action: deny, when: {command_matches: ["rm -rf *"]}, message: deletes a tree}
      - {action: ask, when: {command_matches: ["npm publish*"]}, message: publishes a package}
  - name: answers
    rules:
      - {action: deny, when: {response_matches: ["BEGIN PRIVATE"]}, message: holds a key}
`;

function callTool(fixture: RunningFixture, command: string, fields: object = {}): Promise<Exchange> {
  return fixture.call('POST', '/v1/tool/exec', { agent: 'a', session: 's', params: { command }, ...fields });
}

test('lets a tool run with 200 and refuses it with 403, in the words of the peer', async (context) => {
  const fixture = await startFixture(context, { policy });
  const allowed = await callTool(fixture, 'ls');
  assert.equal(allowed.status, 200);
  const { audit_id: id, eval_duration_us: duration, ...rest } = allowed.body;
  assert.deepEqual(rest, {
    allowed: true,
    decision: 'allow',
    message: '',
    policy: '',
    suggestions: [],
    rule: null,
    enforcement_requested: true,
  });
  assert.equal(typeof duration, 'number');
  const denied = await callTool(fixture, 'rm -rf x');
  assert.deepEqual(
    [denied.status, denied.body['allowed'], denied.body['decision'], denied.body['policy']],
    [403, false, 'deny', 'fixture'],
  );
  assert.deepEqual(
    fixture.records().map((record) => [record['id'], record['enforced']]),
    [
      [id, true],
      [denied.body['audit_id'], true],
    ],
  );
});

test('puts what needs approval before a person and says under which id', async (context) => {
  const fixture = await startFixture(context, { policy });
  const asked = await callTool(fixture, 'npm publish');
  assert.deepEqual(
    [asked.status, asked.body['allowed'], asked.body['decision'], asked.body['approval_status']],
    [202, false, 'ask', 'pending'],
  );
  assert.match(String(asked.body['expires_at']), /^\d{4}-.*Z$/);
  const approval = await fixture.call('GET', `/v1/approvals/${String(asked.body['approval_id'])}`);
  assert.deepEqual([approval.status, approval.body['status']], [200, 'pending']);
  const resolution = { approved: true, resolved_by: 'Ada' };
  await fixture.call('POST', `/v1/approvals/${String(asked.body['approval_id'])}/resolve`, resolution);
  const { status, body } = await callTool(fixture, 'npm publish');
  const { approval_id: id, approval_status: state, approval_scope: scope, approval_resolved_by: by } = body;
  assert.deepEqual(
    [status, id, state, scope, by],
    [200, asked.body['approval_id'], 'approved', 'once', 'Ada'],
  );
  assert.equal((await callTool(fixture, 'npm publish')).status, 202);
});

test('suggests to who is refused what a person can do', async (context) => {
  const fixture = await startFixture(context, { policy });
  const asked = await callTool(fixture, "npm publish 'a b'");
  const [allow, change] = asked.body['suggestions'] as readonly string[];
  assert.equal(allow, `rampart allow 'npm publish '\\''a b'\\'''`);
  assert.match(String(change), /^change rule 2 of fixture, .*fixture\.yaml:\d+$/);
  const denied = await callTool(fixture, 'rm -rf x');
  assert.match(String(denied.body['suggestions']), /^change rule 1 of fixture, /);
});

test('refuses nothing in monitor and says what the policy has against it', async (context) => {
  const fixture = await startFixture(context, { policy, settings: { mode: 'monitor' } });
  const { status, body } = await callTool(fixture, 'rm -rf x', { response: 'BEGIN PRIVATE KEY' });
  assert.equal(status, 200);
  assert.deepEqual(
    [body['allowed'], body['enforced'], body['policy_decision'], body['response_policy_decision']],
    [true, false, 'deny', 'deny'],
  );
});

test('withholds an answer of a tool that the policy denies, and records that', async (context) => {
  const fixture = await startFixture(context, { policy });
  const fine = await callTool(fixture, 'cat a', { response: 'hello' });
  assert.deepEqual([fine.body['allowed'], 'response' in fine.body], [true, false]);
  const { status, body } = await callTool(fixture, 'cat b', { response: 'BEGIN PRIVATE KEY' });
  assert.deepEqual([status, body['allowed'], body['message']], [200, false, 'holds a key']);
  assert.equal(body['response'], '[withheld by rampart]');
  assert.equal(fixture.records().length, 3);
});

test('takes no verification here, and one of a person on the preflight route without a record', async (context) => {
  const fixture = await startFixture(context, {
    policy,
    processes: [{ pid: 300, ppid: 200, session: 200, environment: ['LD_PRELOAD=/x/librampart.so'] }],
  });
  assert.equal((await callTool(fixture, 'ls', { verification: true })).status, 400);
  const verify = (fields: object): Promise<Exchange> =>
    fixture.call('POST', '/v1/preflight/exec', { command: 'rm -rf x', verification: true, ...fields });
  const { status, body } = await verify({});
  assert.deepEqual(
    [status, body['allowed'], body['decision'], 'audit_id' in body],
    [200, false, 'deny', false],
  );
  assert.equal((await verify({ enforce: true })).status, 400);
  fixture.caller.pid = 300;
  assert.equal((await verify({})).status, 403);
  assert.deepEqual(fixture.records(), []);
});
