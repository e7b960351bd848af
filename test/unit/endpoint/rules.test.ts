import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { startFixture } from './runningEndpoint.ts';

const learned = { tool: 'exec', args: 'npm publish', decision: 'allow', source: 'editor' };

test('learns a rule, lists it and takes it out again, each at once', async (context) => {
  const fixture = await startFixture(context);
  const learn = await fixture.call('POST', '/v1/rules/learn', learned);
  const name = String(learn.body['rule_name']);
  assert.match(name, /^user-allow-[0-9a-f]{8}$/);
  const { args, ...shape } = learned;
  assert.deepEqual([learn.status, learn.body], [201, { ...shape, rule_name: name, pattern: args }]);
  assert.equal((await fixture.ask('npm publish'))['allowed'], true);
  assert.equal((await fixture.ask('npm publish --force'))['allowed'], false, 'exactly this');
  assert.equal((await fixture.call('POST', '/v1/rules/learn', learned)).status, 409);
  const { rules } = (await fixture.call('GET', '/v1/rules/auto-allowed')).body;
  const created = '2026-03-04T05:06:07.089Z';
  assert.deepEqual(rules, [{ index: 0, tool: 'exec', command_pattern: 'npm publish', name, created }]);
  const path = `/v1/rules/auto-allowed/${name}`;
  assert.deepEqual((await fixture.call('DELETE', path)).body, { deleted: true });
  assert.equal((await fixture.call('DELETE', path)).status, 404);
  assert.equal((await fixture.ask('npm publish'))['allowed'], false);
});

const timed = `version: '1'
policies:
  - name: user-allow-1
    match: { tool: [exec] }
    rules:
      - { action: allow, when: { command_matches: [npm publish] }, expires_at: '2026-03-04T05:00:00Z' }
      - { action: allow, when: { command_matches: [npm install] }, expires_at: '2026-03-04T06:00:00Z' }
      - { action: deny, when: { command_matches: [npm audit] }, expires_at: '2026-03-04T05:06:00Z' }
`;

test('takes rules out whose time is over, says so, and leaves the others', async (context) => {
  const first = await startFixture(context);
  const file = join(dirname(first.policyFile), 'by-hand.yaml');
  first.endpoint.stop('to be started with other rules');
  await first.endpoint.ended;
  writeFileSync(file, timed);
  const fixture = await startFixture(context, { folder: first.folder });
  context.after(() => fixture.endpoint.stop('the test is over'));
  const left = readFileSync(file, 'utf8');
  assert.deepEqual(
    [left.includes('publish'), left.includes('install'), left.includes('audit')],
    [false, true, false],
  );
  const told = fixture
    .records()
    .map(({ request, decision }) => JSON.stringify([request, decision]))
    .filter((text) => text.includes('taken out'));
  assert.equal(told.length, 2);
  assert.match(told[0] ?? '', /rule user-allow-1 taken out.*its time is over: allow `npm publish`/);
});

test('learns nothing that is no rule, and nothing from a guarded process', async (context) => {
  const guarded = { pid: 300, ppid: 200, session: 200, environment: ['LD_PRELOAD=/x/librampart.so'] };
  const fixture = await startFixture(context, { processes: [guarded] });
  const others: readonly UnknownRecord[] = [
    { tool: 'mcp' },
    { args: ' ' },
    { args: 7 },
    { decision: 'deny' },
  ];
  for (const other of others) {
    const answer = await fixture.call('POST', '/v1/rules/learn', { ...learned, ...other });
    assert.equal(answer.status, 400, JSON.stringify(other));
  }
  fixture.caller.pid = 300;
  assert.equal((await fixture.call('POST', '/v1/rules/learn', learned)).status, 403);
  assert.equal((await fixture.call('GET', '/v1/rules/auto-allowed')).status, 403);
  assert.equal((await fixture.call('DELETE', '/v1/rules/auto-allowed/x')).status, 403);
});
