import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { checkDescribedAnswer, checkDescribedBody, describedAnswers } from './described.ts';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const policy = `version: "1"
default_action: allow
policies:
  - name: fixture
    match: {tool: [exec, write], agent: "*"}
    rules:
      - {action: deny, when: {command_matches: ["rm -rf *"]}, message: deletes a tree}
      - {action: ask, when: {command_matches: ["npm publish*"]}, message: publishes a package}
  - name: answers
    rules:
      - {action: deny, when: {response_matches: ["BEGIN PRIVATE"]}, message: holds a key}
`;

/** Holds calls against the description, and knows which answers were met. */
class Description {
  readonly #fixture: RunningFixture;
  readonly met = new Set<string>();

  constructor(fixture: RunningFixture) {
    this.#fixture = fixture;
  }

  /** Makes a call whose body and answer must be as they are described. */
  async call(
    operation: string,
    status: number,
    values: UnknownRecord = {},
    body?: UnknownRecord,
  ): Promise<UnknownRecord> {
    const [method = '', path = ''] = operation.split(' ');
    const filled = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => String(values[name]));
    if (body !== undefined) checkDescribedBody(operation, body);
    const query = typeof values['query'] === 'string' ? `?${values['query']}` : '';
    const answer = await this.#fixture.call(method, `${filled}${query}`, body);
    assert.equal(answer.status, status, `${operation}: ${answer.text}`);
    checkDescribedAnswer(operation, answer);
    this.met.add(`${operation} ${status}`);
    return answer.body;
  }
}

const question = {
  agent: 'preload',
  session: 's',
  enforce: true,
  argv: ['npm', 'publish'],
  exe: '/usr/bin/npm',
  cwd: '/w',
  pid: 200,
  ppid: 1,
  sid: 200,
  door: 'execve',
  markers: [],
  guardable: true,
  truncated: false,
};

async function askQuestions(described: Description): Promise<void> {
  await described.call('GET /healthz', 200);
  const exec = { tool: 'exec' };
  for (const command of ['ls', 'rm -rf x', 'npm publish']) {
    await described.call('POST /v1/preflight/{tool}', 200, exec, { ...question, params: { command } });
    await described.call('POST /v1/preflight/{tool}', 200, exec, { params: { command } });
  }
  const asked = { agent: 'a', session: 's' };
  await described.call('POST /v1/tool/{tool}', 200, exec, { ...asked, params: { command: 'ls' } });
  await described.call('POST /v1/tool/{tool}', 403, exec, { ...asked, params: { command: 'rm -rf x' } });
  const response = 'BEGIN PRIVATE';
  await described.call('POST /v1/tool/{tool}', 200, exec, { ...asked, params: { command: 'ls' }, response });
  const waiting = await described.call('POST /v1/tool/{tool}', 202, exec, {
    ...asked,
    params: { command: 'npm publish' },
  });
  await described.call(
    'POST /v1/approvals/{id}/resolve',
    200,
    { id: waiting['approval_id'] },
    { approved: true },
  );
  await described.call('POST /v1/tool/{tool}', 200, exec, { ...asked, params: { command: 'npm publish' } });
  await described.call('POST /v1/test', 200, {}, { command: 'rm -rf x', explain: true, cwd: '/w' });
  await described.call('POST /v1/test', 200, {}, { command: '/etc/x', tool: 'write' });
}

async function approve(described: Description): Promise<void> {
  const order = { tool: 'exec', command: 'make', agent: 'a', message: 'may I', run_id: 'r' };
  const ids = await Promise.all(
    ['x', 'y', 'z'].map(
      async (command) => (await described.call('POST /v1/approvals', 201, {}, { ...order, command }))['id'],
    ),
  );
  await described.call('GET /v1/approvals', 200);
  const [first, ...others] = ids;
  await described.call(
    'POST /v1/approvals/{id}/resolve',
    200,
    { id: first },
    { approved: false, resolved_by: 'me' },
  );
  await described.call('GET /v1/approvals/{id}', 200, { id: first });
  const run = { agent: 'a', session: 'hook', run_id: 'r', action: 'approve', ids: others };
  await described.call('POST /v1/approvals/bulk-resolve', 200, {}, run);
}

async function readLog(described: Description, fixture: RunningFixture): Promise<void> {
  const refused = fixture
    .records()
    .find(
      ({ decision, enforced }) => isRecord(decision) && decision['action'] === 'deny' && enforced === true,
    );
  await described.call('POST /v1/grants', 201, {}, { record: refused?.['id'] });
  await described.call('GET /v1/audit/dates', 200);
  await described.call('GET /v1/audit/stats', 200);
  await described.call('GET /v1/audit/events', 200);
  await described.call('GET /v1/audit/export', 200, { query: 'date=2026-03-04' });
}

async function steer(described: Description, fixture: RunningFixture): Promise<void> {
  await described.call('PUT /v1/mode', 200, {}, { mode: 'monitor', for_seconds: 60 });
  await described.call('PUT /v1/mode', 200, {}, { mode: 'enforce' });
  await described.call('POST /v1/guard', 201, {}, { guarded: true, where: 'everywhere', reason: 'a person' });
  const told = {
    kind: 'terminal',
    name: 'bash',
    hidden: false,
    protection: 'scoped',
    scope: 'all',
    agent: null,
  };
  await described.call('PUT /v1/sessions/{pid}', 200, { pid: 200 }, told);
  await described.call('GET /v1/sessions', 200);
  const lesson = { tool: 'exec', args: 'make all', decision: 'allow', source: 'a person' };
  const learnt = await described.call('POST /v1/rules/learn', 201, {}, lesson);
  await described.call('POST /v1/rules/learn', 409, {}, lesson);
  await described.call('POST /v1/rules/learn', 201, {}, { ...lesson, tool: 'read', args: '/etc/hosts' });
  await described.call('GET /v1/rules/auto-allowed', 200);
  await described.call('DELETE /v1/rules/auto-allowed/{name}', 200, { name: learnt['rule_name'] });
  const order = { agent: 'claude', scopes: ['eval', 'stream'], note: 'mine', expires_in_seconds: 60 };
  const { id: token } = await described.call('POST /v1/tokens', 201, {}, order);
  await described.call('GET /v1/tokens', 200);
  await described.call('DELETE /v1/tokens/{id}', 200, { id: token });
  await described.call('POST /v1/policy/reload', 200, {}, {});
  writeFileSync(fixture.policyFile, 'version: "1"\npolicies: 7\n');
  await described.call('POST /v1/policy/reload', 500, {}, {});
  rmSync(fixture.paths.audit, { recursive: true });
  writeFileSync(fixture.paths.audit, 'in the way');
  await fixture.ask('ls');
  for (const read of ['/v1/status', '/v1/policies', '/v1/policy/summary'])
    await described.call(`GET ${read}`, 200);
}

test('answers on every route as it is described, and describes all that it answers', async (context) => {
  const fixture = await startFixture(context, { policy });
  const described = new Description(fixture);
  await askQuestions(described);
  await approve(described);
  await readLog(described, fixture);
  await steer(described, fixture);
  await described.call('POST /v1/shutdown', 200, {}, {});
  const streamed = ['GET /v1/events/stream 200', 'HEAD /v1/events/stream 200'];
  assert.deepEqual([...described.met, ...streamed].sort(), [...describedAnswers()].sort());
});
