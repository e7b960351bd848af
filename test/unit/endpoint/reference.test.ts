import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { exchange, startFixture } from './runningEndpoint.ts';
import type { Exchange, RunningFixture } from './runningEndpoint.ts';

/**
 * A client that knows `rampart serve` alone: its routes over TCP, its bearer token, and of every answer the status, the keys
 * and their types that it has there. What we add is nothing to it.
 */
class StrangeClient {
  readonly fixture: RunningFixture;
  readonly #port: number;

  private constructor(fixture: RunningFixture) {
    this.fixture = fixture;
    this.#port = Number(new URL(fixture.endpoint.ready.url ?? '').port);
  }

  static async start(context: TestContext, settings: object = {}): Promise<StrangeClient> {
    const policy = `version: "1"
default_action: allow
policies:
  - name: strange
    priority: 10
    match: {tool: [exec, read], agent: "*"}
    rules:
      - {action: deny, when: {command_matches: ["rm -rf *"]}, message: deletes a tree}
      - {action: ask, when: {command_matches: ["npm publish*"]}, message: publishes a package}
      - {action: watch, when: {command_matches: ["curl *"]}, message: uses the network}
      - {action: deny, when: {path_matches: ["**/.env"]}, message: a secret}
`;
    return new StrangeClient(
      await startFixture(context, { policy, settings: { port: 0, token: 'secret', ...settings } }),
    );
  }

  call(method: string, path: string, body?: unknown, token: string | null = 'secret'): Promise<Exchange> {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    return exchange({ host: '127.0.0.1', port: this.#port, method, path, headers }, text);
  }

  /** Calls, and checks status and keys; `?` behind a type says that the key may be missing. */
  async expect(
    [method, path, body]: readonly [method: string, path: string, body?: unknown],
    status: number,
    shape: Readonly<Record<string, string>>,
  ): Promise<UnknownRecord> {
    const answer = await this.call(method, path, body);
    const what = `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`;
    assert.equal(answer.status, status, what);
    assert.equal(answer.headers['content-type'], 'application/json', what);
    assert.ok(answer.text.endsWith('\n') && !answer.text.trimEnd().includes('\n'), what);
    checkShape(answer.body, shape, what);
    return answer.body;
  }
}

function checkShape(value: unknown, shape: Readonly<Record<string, string>>, what: string): void {
  assert.ok(isRecord(value), what);
  for (const [key, types] of Object.entries(shape)) {
    const found = value[key];
    const type = found === null ? 'null' : Array.isArray(found) ? 'array' : typeof found;
    const isOptional = types.endsWith('?') && !(key in value);
    assert.ok(isOptional || types.replace('?', '').split('|').includes(type), `${key} is ${type}: ${what}`);
  }
}

const refusal = { error: 'string' };

const preflightShape = {
  allowed: 'boolean',
  decision: 'string',
  message: 'string',
  matched_policies: 'array|null',
  eval_duration_us: 'number',
  enforced: 'boolean',
  enforcement_requested: 'boolean',
  audit_id: 'string?',
};

test('answers every preflight as the reference does: 200, whatever the decision', async (context) => {
  const client = await StrangeClient.start(context);
  const rows = [
    ['ls', true, 'allow', null],
    ['curl x', true, 'watch', ['strange']],
    ['rm -rf x', false, 'deny', ['strange']],
    ['npm publish', false, 'ask', ['strange']],
  ] as const;
  for (const [command, allowed, decision, names] of rows) {
    for (const enforce of [true, false]) {
      const body = { agent: 'a', session: 's', params: { command }, input: null, enforce };
      const answer = await client.expect(['POST', '/v1/preflight/exec', body], 200, preflightShape);
      const { matched_policies: matched, enforced, enforcement_requested: requested } = answer;
      assert.deepEqual([answer['allowed'], answer['decision'], matched], [allowed, decision, names], command);
      assert.deepEqual([enforced, requested], [enforce, enforce], command);
      assert.equal(typeof answer['audit_id'], 'string', command);
    }
  }
  assert.deepEqual((await client.fixture.call('GET', '/v1/status')).body['call_counts'], { exec: 4 });
});

test('takes the arguments of a tool from where the reference takes them, and refuses two that differ', async (context) => {
  const client = await StrangeClient.start(context);
  const denied = [
    ['exec', { command: 'rm -rf x' }],
    ['exec', { params: { cmd: 'rm -rf x' } }],
    ['exec', { input: { command: 'rm -rf x' } }],
    ['exec', { params: { command_b64: Buffer.from('rm -rf x').toString('base64') } }],
    ['exec', { params: { tool_input: { command: 'rm -rf x' } } }],
    ['exec', { params: { command: 'rm -rf x' }, command: 'rm -rf x', unknown: [1] }],
    ['read', { path: '/w/.env' }],
    ['read', { params: { file_path: '/w/.env' } }],
  ] as const;
  for (const [tool, body] of denied) {
    const answer = await client.expect(['POST', `/v1/preflight/${tool}`, body], 200, preflightShape);
    assert.equal(answer['decision'], 'deny', JSON.stringify(body));
  }
  const bad = [
    '',
    'x',
    '{} {}',
    { command: 'a', params: { command: 'b' } },
    { params: { command: 7 } },
    { params: { command_b64: '!' } },
    { enforce: true, verification: true },
  ];
  for (const body of bad) await client.expect(['POST', '/v1/preflight/exec', body], 400, refusal);
  for (const tool of ['EXEC', 'a%20b', 'x'.repeat(129)]) {
    await client.expect(['POST', `/v1/preflight/${tool}`, {}], 400, refusal);
  }
});

test('takes the keys of a body however they are spelled, and refuses one that stands twice', async (context) => {
  const fixture = await startFixture(context);
  for (const body of [
    { Command: 'rm -rf a' },
    { PARAMS: { command: 'rm -rf a' } },
    { 'param\u017f': { command: 'rm -rf a' } },
  ]) {
    const answer = await fixture.call('POST', '/v1/preflight/exec', body);
    assert.deepEqual([answer.status, answer.body['allowed']], [200, false], JSON.stringify(body));
    assert.equal((await fixture.call('POST', '/v1/tool/exec', body)).status, 403, JSON.stringify(body));
  }
  const twice = await fixture.call('POST', '/v1/preflight/exec', { command: 'ls', Command: 'rm -rf a' });
  assert.equal(twice.status, 400);
  assert.equal(twice.body['error'], '`command` stands twice in the body, in two spellings');
});

test('says in monitor and in disabled what the reference says there', async (context) => {
  const monitor = await StrangeClient.start(context, { mode: 'monitor' });
  const meant = { command: 'rm -rf x', enforce: true };
  const forced = await monitor.expect(['POST', '/v1/preflight/exec', meant], 200, {
    ...preflightShape,
    policy_decision: 'string',
    policy_message: 'string',
  });
  const { allowed, decision, enforced, policy_decision: own } = forced;
  assert.deepEqual([allowed, decision, enforced, own], [true, 'allow', false, 'deny']);
  const preview = await monitor.call('POST', '/v1/preflight/exec', { command: 'rm -rf x' });
  assert.deepEqual([preview.body['allowed'], preview.body['decision']], [false, 'deny']);
  const disabled = await StrangeClient.start(context, { mode: 'disabled' });
  const answer = await disabled.expect(['POST', '/v1/preflight/exec', meant], 200, preflightShape);
  assert.deepEqual([answer['allowed'], answer['enforced']], [true, false]);
});

test('serves who runs tools through it: 200, 202 and 403, and an approval that is used up', async (context) => {
  const client = await StrangeClient.start(context);
  const shape = {
    allowed: 'boolean',
    decision: 'string',
    message: 'string',
    policy: 'string',
    suggestions: 'array',
    eval_duration_us: 'number',
    audit_id: 'string',
  };
  const ask = (command: string) =>
    ['POST', '/v1/tool/exec', { agent: 'sdk', session: 'run', params: { command } }] as const;
  await client.expect(ask('ls'), 200, shape);
  await client.expect(ask('rm -rf x'), 403, shape);
  const queued = { ...shape, approval_id: 'string', approval_status: 'string', expires_at: 'string' };
  const { approval_id: id } = await client.expect(ask('npm publish'), 202, queued);
  await client.expect(['POST', `/v1/approvals/${String(id)}/resolve`, { approved: true }], 200, {
    id: 'string',
    status: 'string',
    approved: 'boolean',
    persisted: 'boolean',
  });
  const approved = { ...shape, approval_id: 'string', approval_status: 'string', approval_scope: 'string' };
  await client.expect(ask('npm publish'), 200, approved);
  await client.expect(['POST', '/v1/tool/exec', { command: 'ls', verification: true }], 400, refusal);
});

const approvalShape = {
  id: 'string',
  tool: 'string',
  command: 'string',
  agent: 'string',
  session: 'string',
  message: 'string',
  status: 'string',
  created_at: 'string',
  expires_at: 'string',
};

test('serves a hook that asks a person itself and looks for the answer', async (context) => {
  const client = await StrangeClient.start(context);
  const wish = { tool: 'exec', agent: 'hook', message: 'may it?', command: 'make', run_id: 'r' };
  const created = { id: 'string', status: 'string', expires_at: 'string' };
  const { id } = await client.expect(['POST', '/v1/approvals', wish], 201, created);
  const item = `/v1/approvals/${String(id)}`;
  const waiting = await client.expect(['GET', item], 200, approvalShape);
  assert.deepEqual([waiting['status'], waiting['session'], waiting['run_id']], ['pending', 'hook', 'r']);
  const list = await client.expect(['GET', '/v1/approvals'], 200, {
    approvals: 'array',
    run_groups: 'array',
    run_grant_ttl_ms: 'number',
  });
  const [first] = list['approvals'] as readonly unknown[];
  checkShape(first, { ...approvalShape, credential_owner: 'string' }, 'the list');
  for (const body of [{}, { approved: 'yes' }, '']) {
    await client.expect(['POST', `${item}/resolve`, body], 400, refusal);
  }
  const { id: page } = (await client.call('POST', '/v1/approvals', { ...wish, tool: 'fetch' })).body;
  const forGood = { approved: true, persist: true };
  await client.expect(['POST', `/v1/approvals/${String(page)}/resolve`, forGood], 400, refusal);
  assert.equal((await client.call('GET', `/v1/approvals/${String(page)}`)).body['status'], 'pending');
  const answer = { approved: false, resolved_by: 'Ada' };
  const settled = await client.call('POST', `${item}/resolve`, answer);
  assert.deepEqual(settled.body, { id, status: 'denied', approved: false, persisted: false });
  const denied = await client.expect(['GET', item], 200, {
    ...approvalShape,
    resolved_at: 'string',
    resolved_by: 'string',
    persisted: 'boolean',
  });
  assert.deepEqual([denied['status'], denied['resolved_by']], ['denied', 'Ada']);
  await client.expect(['POST', `${item}/resolve`, { approved: true }], 410, refusal);
  await client.expect(['GET', '/v1/approvals/nothing'], 404, refusal);
  await client.expect(['POST', '/v1/approvals/nothing/resolve', { approved: true }], 404, refusal);
});

test('settles several approvals of a run at once, and none when the list is stale', async (context) => {
  const client = await StrangeClient.start(context);
  const request = async (command: string, run = 'r'): Promise<string> => {
    const wish = { tool: 'exec', agent: 'hook', message: '', command, run_id: run };
    return String((await client.call('POST', '/v1/approvals', wish)).body['id']);
  };
  const ids = [await request('one'), await request('two')];
  const other = await request('three', 'another');
  const { body: list } = await client.call('GET', '/v1/approvals');
  const [group, ...others] = list['run_groups'] as readonly UnknownRecord[];
  assert.equal(others.length, 0);
  const { items, earliest_created_at: earliest, ...rest } = group ?? {};
  const run = { agent: 'hook', session: 'hook', run_id: 'r' };
  assert.deepEqual(rest, { ...run, credential_owner: 'server/admin', count: 2 });
  assert.deepEqual([(items as unknown[]).length, typeof earliest], [2, 'string']);
  const path = '/v1/approvals/bulk-resolve';
  const bulk = { ...run, action: 'approve', scope: 'pending', ids };
  const bad = [
    { ...bulk, action: 'maybe' },
    { ...bulk, scope: 'run' },
    { ...bulk, ids: [] },
    { ...bulk, ids: [7] },
    { ...bulk, agent: 7 },
    [],
  ];
  for (const body of bad) await client.expect(['POST', path, body], 400, refusal);
  await client.expect(['POST', path, { ...bulk, ids: [...ids, other] }], 409, refusal);
  const stream = await client.fixture.openStream();
  const settled = await client.expect(['POST', path, bulk], 200, {
    resolved: 'number',
    ids: 'array',
    reviewed_ids: 'array',
    race_covered_ids: 'array',
    scope: 'string',
    future_calls_authorized: 'boolean',
  });
  assert.deepEqual([settled['resolved'], settled['ids']], [2, ids]);
  assert.deepEqual(await stream.nextOf('audit_batch'), { type: 'audit_batch', ...run });
  for (const id of ids)
    assert.equal((await client.call('GET', `/v1/approvals/${id}`)).body['status'], 'approved');
  assert.equal((await client.call('GET', `/v1/approvals/${other}`)).body['status'], 'pending');
  await client.expect(['POST', path, bulk], 409, refusal);
});

test('tells of the policy what the reference tells, and rests between two readings of it', async (context) => {
  const client = await StrangeClient.start(context);
  await client.expect(['GET', '/v1/status'], 200, {
    config_path: 'string',
    mode: 'string',
    default_action: 'string',
    policy_count: 'number',
    rule_count: 'number',
    call_counts: 'object',
  });
  const summary = { default_action: 'string', rules: 'array', summary: 'string' };
  const { rules } = await client.expect(['GET', '/v1/policy/summary'], 200, summary);
  checkShape((rules as unknown[])[0], { name: 'string', action: 'string', summary: 'string' }, 'a rule');
  const list = { policies: 'array', default_action: 'string', count: 'number' };
  const { policies } = await client.expect(['GET', '/v1/policies'], 200, list);
  const [{ source_file: file, ...policy } = {}] = policies as readonly UnknownRecord[];
  assert.equal(file, client.fixture.policyFile);
  assert.deepEqual(policy, {
    name: 'strange',
    priority: 10,
    match_tools: ['exec', 'read'],
    match_agent: '*',
    rule_count: 4,
  });
  const reload = ['POST', '/v1/policy/reload', ''] as const;
  const reloaded = { success: 'boolean', policies_loaded: 'number', rules_total: 'number' };
  await client.expect(reload, 200, { ...reloaded, reload_time_ms: 'number' });
  await client.expect(reload, 429, refusal);
  client.fixture.passed.time += 1_000;
  await client.expect(reload, 200, reloaded);
  const tried = { command: 'string', tool: 'string', action: 'string', message: 'string' };
  const shape = { ...tried, matched_policies: 'array|null', policy_scope: 'string' };
  const told = await client.expect(['POST', '/v1/test', { command: '/w/.env', tool: 'read' }], 200, shape);
  assert.deepEqual([told['command'], told['action'], told['policy_scope']], ['/w/.env', 'deny', 'global']);
  await client.expect(['POST', '/v1/test', {}], 400, refusal);
});

test('learns, lists and forgets rules as the reference does', async (context) => {
  const client = await StrangeClient.start(context);
  const lesson = { tool: 'exec', args: 'npm publish', decision: 'allow', source: 'me' };
  const learnt = {
    rule_name: 'string',
    tool: 'string',
    pattern: 'string',
    decision: 'string',
    source: 'string',
  };
  const stream = await client.fixture.openStream();
  const { rule_name: name } = await client.expect(['POST', '/v1/rules/learn', lesson], 201, learnt);
  const rule = { rule_name: name, tool: 'exec', pattern: 'npm publish', decision: 'allow' };
  assert.deepEqual(await stream.nextOf('rule.learned'), { type: 'rule.learned', ...rule });
  await client.expect(['POST', '/v1/rules/learn', { ...lesson, args: 'x' }], 429, refusal);
  client.fixture.passed.time += 200;
  await client.expect(['POST', '/v1/rules/learn', lesson], 409, learnt);
  const bad = [{}, { ...lesson, tool: 'fetch' }, { ...lesson, decision: 'deny' }, { ...lesson, args: ' ' }];
  for (const body of bad) await client.expect(['POST', '/v1/rules/learn', body], 400, refusal);
  const { rules } = await client.expect(['GET', '/v1/rules/auto-allowed'], 200, { rules: 'array' });
  const shape = { index: 'number', tool: 'string', command_pattern: 'string', name: 'string' };
  checkShape((rules as unknown[])[0], { ...shape, path_pattern: 'string?', created: 'string?' }, 'a rule');
  const path = `/v1/rules/auto-allowed/${encodeURIComponent(String(name))}`;
  assert.deepEqual((await client.call('DELETE', path)).body, { deleted: true });
  await client.expect(['DELETE', path], 404, refusal);
});

test('shows its log as the reference does: by day, in pages, as it stands, counted', async (context) => {
  const client = await StrangeClient.start(context);
  for (const command of ['ls', 'rm -rf x', 'curl x']) {
    await client.call('POST', '/v1/preflight/exec', { agent: 'a', session: 's', command, enforce: true });
  }
  const page = { events: 'array', total_in_file: 'number', next_offset: 'number', date: 'string' };
  const newest = await client.expect(['GET', '/v1/audit/events?limit=1'], 200, page);
  assert.deepEqual([newest['date'], newest['next_offset']], ['2026-03-04', 1]);
  checkShape(
    (newest['events'] as unknown[])[0],
    {
      id: 'string',
      timestamp: 'string',
      agent: 'string',
      session: 'string',
      tool: 'string',
      request: 'object',
      decision: 'object',
      hash: 'string',
      prev_hash: 'string',
    },
    'a record',
  );
  const last = await client.expect(['GET', '/v1/audit/events?offset=2&action=&tool=exec'], 200, page);
  assert.deepEqual([(last['events'] as unknown[]).length, last['next_offset']], [1, 0]);
  const denied = await client.call('GET', '/v1/audit/events?action=deny&agent=a&session=s');
  assert.equal((denied.body['events'] as unknown[]).length, 1);
  await client.expect(['GET', '/v1/audit/events?date=yesterday'], 400, refusal);
  const dates = await client.call('GET', '/v1/audit/dates');
  assert.deepEqual(dates.body, { dates: ['2026-03-04'], configured: true });
  const exported = await client.call('GET', '/v1/audit/export?date=2026-03-04');
  assert.deepEqual([exported.status, exported.headers['content-type']], [200, 'application/jsonl']);
  assert.equal(exported.text.trimEnd().split('\n').length, 3);
  await client.expect(['GET', '/v1/audit/export?date=2026-03-05'], 404, refusal);
  const counts = { by_action: 'object', by_tool: 'object', by_agent: 'object', by_session: 'object' };
  const stats = ['GET', '/v1/audit/stats?from=2026-03-01&to=2026-03-04'] as const;
  assert.equal((await client.expect(stats, 200, counts))['total_events'], 3);
  await client.expect(['GET', '/v1/audit/stats?from=2020-01-01&to=2026-03-04'], 400, refusal);
});

test('refuses clearly what the reference has and we do not', async (context) => {
  const client = await StrangeClient.start(context);
  const outcome = { outcome: 'approved', scope: 'once' };
  const hosted = await client.expect(['POST', '/v1/hosted-approvals/01K/resolve', outcome], 404, refusal);
  assert.match(String(hosted['error']), /ask with \/v1\/tool/);
  const metrics = await client.expect(['GET', '/metrics'], 404, refusal);
  assert.match(String(metrics['error']), /\/v1\/status and \/v1\/audit\/stats count/);
  await client.expect(['GET', '/dashboard/'], 404, refusal);
  const question = {
    command: 'npm publish',
    approval_owner: { host: 'x', mode: 'hosted', supports_exact_resume: true },
  };
  await client.expect(['POST', '/v1/tool/exec', question], 202, { approval_id: 'string' });
});

test('wants a token where the reference wants one, and takes it from the query for the stream alone', async (context) => {
  const client = await StrangeClient.start(context);
  const routes = [
    ['POST', '/v1/preflight/exec'],
    ['POST', '/v1/tool/exec'],
    ['GET', '/v1/events/stream'],
    ['GET', '/v1/status'],
    ['GET', '/v1/policies'],
    ['GET', '/v1/policy/summary'],
    ['POST', '/v1/policy/reload'],
    ['POST', '/v1/test'],
    ['GET', '/v1/approvals'],
    ['POST', '/v1/approvals'],
    ['GET', '/v1/approvals/x'],
    ['POST', '/v1/approvals/x/resolve'],
    ['POST', '/v1/approvals/bulk-resolve'],
    ['POST', '/v1/hosted-approvals/x/resolve'],
    ['GET', '/v1/rules/auto-allowed'],
    ['DELETE', '/v1/rules/auto-allowed/x'],
    ['POST', '/v1/rules/learn'],
    ['GET', '/v1/audit/events'],
    ['GET', '/v1/audit/dates'],
    ['GET', '/v1/audit/export'],
    ['GET', '/v1/audit/stats'],
  ] as const;
  for (const [method, path] of routes) {
    for (const token of [null, 'wrong', '']) {
      const body = method === 'POST' ? {} : undefined;
      const answer = await client.call(method, path, body, token);
      assert.equal(answer.status, 401, `${method} ${path} with ${String(token)}`);
      checkShape(answer.body, refusal, path);
    }
  }
  const probe = await client.call('HEAD', '/v1/events/stream?token=secret', undefined, null);
  assert.equal(probe.status, 200);
  assert.equal(probe.headers['content-type'], 'text/event-stream');
  assert.equal(probe.headers['cache-control'], 'no-cache');
  assert.equal((await client.call('GET', '/healthz', undefined, null)).status, 200);
  assert.equal((await client.call('POST', '/healthz', {}, null)).status, 404);
});
