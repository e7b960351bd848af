import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EndpointClient } from '../../src/client/endpointClient.ts';
import { EventSource } from '../../src/client/eventSource.ts';
import { routes } from '../../src/protocol/routes.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import { parseObject, Rampart } from '../support/rampart.ts';
import { startSocketServer } from '../support/socketServer.ts';
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

test('`approvals --follow` misses nothing that comes while it lists what waits', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const socketPath = String(ready['socket']);
  const client = new EndpointClient({ kind: 'socket', path: socketPath });
  const waiting = async (): Promise<boolean> => {
    const list = await client.approvals();
    return list.ok && list.value.length > 0;
  };
  // What it asks the endpoint goes through here; something comes when the list is made and not yet read.
  const { address } = await startSocketServer(context, ({ method, url, headers }, response) => {
    const target = { socketPath, method, path: url, headers };
    const asked = request(target, (answer) => {
      const pass = (): void => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      };
      if (url === routes.approvals) {
        rampart.start(['preload', '--', 'touch', 'asked']);
        until('it waits', waiting).then(pass, pass);
      } else pass();
    });
    asked.on('error', () => response.destroy());
    response.on('close', () => asked.destroy());
    asked.end();
  });
  const follower = rampart.start(['approvals', '--follow', '--state-dir', dirname(address.path)]);
  await until('it is shown', () => follower.said.stdout.includes('`touch asked`'));
  assert.equal(follower.said.stderr, 'rampart: nothing waits for approval\n');
});

test('what `approvals --follow` holds runs, or is refused, as soon as it is answered from another shell', async (context) => {
  const rampart = new Rampart(context);
  writeFileSync(rampart.policy, askPolicy);
  await rampart.serve();
  const follower = rampart.start(['approvals', '--follow', '--json']);
  const shell = new GuardedShell(rampart);
  const makes = (name: string): boolean => existsSync(join(rampart.folder, name));
  /** The id of a command that is held, once the follower is told of it. */
  const idOf = (command: string): Promise<string> =>
    until(`${command} is shown`, () => {
      const lines = follower.said.stdout.split('\n').slice(0, -1).map(parseObject);
      const found = lines.find((line) => line['command'] === command);
      return found !== undefined && String(found['id']);
    });
  const answer = async (...words: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await rampart.run(['approvals', ...words]);
    assert.deepEqual([status, stderr], [0, ''], stdout);
    return stdout;
  };

  // Until the follower listens, nothing is held.
  const first = shell.run('until mkdir a; do :; done');
  const held = await until('a start is held', async () => {
    const waiting = (await answer('--json')).split('\n').slice(0, -1).map(parseObject);
    return waiting.find((approval) => approval['held'] === true);
  });
  const digits = String(held['id']).slice(0, 8);
  assert.equal(makes('a'), false);
  assert.match(
    await answer(),
    new RegExp(`^${digits} preload: \`mkdir a\` in .* \\(makes a folder\\), waits`),
  );
  for (const verb of ['approve', 'deny']) {
    const nameless = await rampart.run(['approvals', verb, '']);
    assert.deepEqual([nameless.status, /give the id of one approval/.test(nameless.stderr)], [2, true]);
  }
  assert.equal(await answer('approve', digits), 'approved: mkdir a\n');
  assert.deepEqual([(await first).status, makes('a')], [0, true]);
  const late = await rampart.run(['approvals', 'approve', digits]);
  assert.deepEqual([late.status, late.stderr], [1, `rampart: nothing waits under ${digits}\n`]);

  const [denied, said] = await Promise.all([
    shell.run('mkdir b'),
    idOf('mkdir b').then((id) => answer('deny', id)),
  ]);
  assert.deepEqual([said, makes('b')], ['denied: mkdir b\n', false]);
  assert.match(denied.stderr, /A person denied it/);

  const [once] = await Promise.all([
    shell.run('mkdir c'),
    idOf('mkdir c').then((id) => answer('approve', '--session', id)),
  ]);
  const again = await shell.run('rmdir c && mkdir c && cd a && mkdir c');
  assert.deepEqual([once.status, again.status, again.stderr], [0, 0, '']);

  const [forGood, told] = await Promise.all([
    shell.run('mkdir d'),
    idOf('mkdir d').then(async (id) => [id, await answer('approve', '--always', '--json', id)] as const),
  ]);
  assert.deepEqual(parseObject(told[1]), { id: told[0], status: 'approved', command: 'mkdir d' });
  assert.equal(forGood.status, 0);
  assert.match(readFileSync(join(rampart.home, '.rampart/policies/by-hand.yaml'), 'utf8'), /mkdir d/);
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
