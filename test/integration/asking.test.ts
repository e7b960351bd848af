import assert from 'node:assert/strict';
import { existsSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EndpointClient } from '../../src/client/endpointClient.ts';
import { EventSource } from '../../src/client/eventSource.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import { Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const askPolicy = `default_action: allow
policies:
  - name: asked
    rules:
      - { action: ask, when: { command_matches: ['mkdir *'] }, message: makes a folder }
`;

test('a shell is held until a person answers, or the time is over', async (context) => {
  const rampart = new Rampart(context);
  writeFileSync(rampart.policy, askPolicy);
  const { ready } = await rampart.serve('--hold', '5');
  const address = { kind: 'socket', path: String(ready['socket']) } as const;
  const client = new EndpointClient(address);
  const window = new EventSource({ address, canApprove: true });
  context.after(() => window.dispose());
  window.open();
  await until('the window listens', () => window.state.connected);
  const shell = new GuardedShell(rampart);
  const makes = (name: string): boolean => existsSync(join(rampart.folder, name));
  const answer = async (approved: boolean): Promise<void> => {
    const id = await until('something waits', async () => {
      const list = await client.approvals();
      return (list.ok && list.value[0]?.id) || null;
    });
    const status = await client.resolveApproval(id, { approved, scope: 'once', by: 'the test' });
    assert.ok(status.ok);
  };

  const [approved] = await Promise.all([shell.run('mkdir a'), answer(true)]);
  assert.deepEqual([approved.status, approved.stderr, makes('a')], [0, '', true]);

  const [denied] = await Promise.all([shell.run('mkdir b'), answer(false)]);
  assert.notEqual(denied.status, 0);
  assert.match(denied.stderr, /rampart: denied `mkdir b` by rule asked#1: .*A person denied it/);
  assert.equal(makes('b'), false);

  const late = await shell.run('mkdir c');
  assert.match(late.stderr, /Approval pending; run it again once approved\./);
  assert.equal(makes('c'), false);
  await answer(true);
  const again = await shell.run('mkdir c');
  assert.deepEqual([again.status, makes('c')], [0, true]);
  await shell.end();
});

test('`rampart allow --once` lets one start pass, also when the endpoint is killed behind it', async (context) => {
  const rampart = new Rampart(context);
  writeFileSync(rampart.policy, askPolicy);
  await rampart.serve();
  const mkdir = async (): Promise<number | null> => (await rampart.guard(['mkdir', 'once'])).status;
  assert.notEqual(await mkdir(), 0);
  const allow = await rampart.run(['allow', '--once', '--', 'mkdir', 'once']);
  assert.deepEqual([allow.status, allow.stderr], [0, '']);
  assert.equal(await mkdir(), 0);
  rmdirSync(join(rampart.folder, 'once'));
  assert.notEqual(await mkdir(), 0, 'it is used up');
  await rampart.run(['allow', '--once', '--', 'mkdir', 'once']);
  assert.equal(await mkdir(), 0);
  rmdirSync(join(rampart.folder, 'once'));
  await rampart.endEndpoint();
  await rampart.serve();
  assert.notEqual(await mkdir(), 0, 'it does not come back');
});
