import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EndpointClient } from '../../src/client/endpointClient.ts';
import { EventSource } from '../../src/client/eventSource.ts';
import type { SessionRegistration } from '../../src/protocol/session.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import { Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const mine: SessionRegistration = {
  kind: 'terminal',
  name: 'bash',
  hidden: false,
  protection: 'scoped',
  scope: 'agents',
  agent: null,
};

interface Scene {
  readonly rampart: Rampart;
  readonly client: EndpointClient;
  readonly shell: GuardedShell;
  /** Registers the shell's session, as its window would. */
  readonly register: (wanted?: Partial<SessionRegistration>) => Promise<void>;
  /** The commands of the log and who started them. */
  readonly recorded: () => Promise<readonly string[]>;
}

/** A window that listens, and a terminal that was opened with the library. */
async function openTerminal(context: TestContext): Promise<Scene> {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const address = { kind: 'socket', path: String(ready['socket']) } as const;
  const client = new EndpointClient(address);
  const window = new EventSource({ address, canApprove: true });
  context.after(() => window.dispose());
  window.open();
  await until('the window listens', () => window.state.connected);
  const shell = GuardedShell.inTerminal(rampart);
  await until('the library says hello', async () => {
    const sessions = await client.sessions();
    return sessions.ok && sessions.value.some(({ pid, guarded }) => pid === shell.pid && guarded);
  });
  return {
    rampart,
    client,
    shell,
    register: async (wanted = {}) => {
      const told = await client.registerSession(shell.pid ?? 0, { ...mine, ...wanted });
      assert.ok(told.ok, JSON.stringify(told));
    },
    recorded: async () =>
      (await rampart.log()).map((record) => {
        const { command } = record['request'] as { command: string };
        return `${command} ${String(record['actor'])} ${String(record['agent'])}`;
      }),
  };
}

test('a person is left alone in their terminal, and an agent there is not', async (context) => {
  const { rampart, shell, register, recorded } = await openTerminal(context);
  await register();
  const touches = async (name: string, mark = ''): Promise<boolean> => {
    await shell.run(`${mark}touch ${name}`);
    return existsSync(join(rampart.folder, name));
  };
  assert.equal(await touches('forbidden-a'), true);
  assert.equal(await touches('forbidden-b', 'CLAUDECODE=1 '), false);
  assert.equal(await touches('forbidden-c'), true, 'the person goes on');
  // An agent that takes its marks off what it starts is still above it.
  rampart.write('inner', '#!/bin/sh\ntouch forbidden-d\n');
  await shell.run(`CLAUDECODE=1 bash -c 'env -u CLAUDECODE ./inner; true'`);
  assert.equal(existsSync(join(rampart.folder, 'forbidden-d')), false);
  const records = await recorded();
  assert.deepEqual(
    records.filter((one) => one.startsWith('touch')),
    ['touch forbidden-b agent claude-code', 'touch forbidden-d agent claude-code'],
  );
  assert.ok(
    records.every((one) => one.includes('agent')),
    records.join('\n'),
  );
});

test('protecting and releasing a terminal, and another scope, reach the shell that is open', async (context) => {
  const { rampart, shell, register } = await openTerminal(context);
  const runs = async (): Promise<boolean> => (await shell.run('touch forbidden')).status === 0;
  await register();
  assert.equal(await runs(), true);
  await register({ protection: 'protected' });
  assert.equal(await runs(), false);
  await register({ protection: 'released' });
  assert.equal(await runs(), true);
  await register({ protection: 'protected', scope: 'all' });
  assert.equal(await runs(), false);
  const own = await shell.run(`${process.execPath} ${rampart.cli} preload -- touch forbidden`);
  assert.notEqual(own.status, 0);
});

test('`doctor` calls a terminal guarded only while what a person types there is asked about', async (context) => {
  const { rampart, shell, register } = await openTerminal(context);
  const said = async (): Promise<string> => {
    const { stdout } = await shell.run(`${process.execPath} ${rampart.cli} doctor`);
    return /^.*this shell: .*$/m.exec(stdout)?.[0] ?? stdout;
  };
  const guarded = 'ok       this shell: it is guarded';
  const alone =
    'note     this shell: the library is loaded; what a person types here is not asked about, what agents start here is';
  await register();
  assert.equal(await said(), alone);
  await register({ protection: 'protected' });
  assert.equal(await said(), guarded);
  await register({ protection: 'released', scope: 'all' });
  assert.equal(await said(), alone);
  await rampart.endEndpoint();
  assert.equal(await said(), alone, 'the library goes by what it was told last');
});

test('`doctor` tells the truth about a terminal in which an agent was', async (context) => {
  const { rampart, shell, register } = await openTerminal(context);
  const said = async (mark = ''): Promise<string> => {
    const { stdout } = await shell.run(`${mark}${process.execPath} ${rampart.cli} doctor`);
    return /^\w+ +this shell: .*$/m.exec(stdout)?.[0] ?? stdout;
  };
  await register();
  await shell.run('CLAUDECODE=1 touch forbidden');
  assert.match(await said(), /^note .* what a person types here is not asked about/);
  assert.equal(await said('CLAUDECODE=1 '), 'ok       this shell: it is guarded');
  await register({ protection: 'protected' });
  assert.equal(await said(), 'ok       this shell: it is guarded');
  await rampart.mode('disabled');
  assert.equal(await said(), 'ok       this shell: it is guarded', 'that nobody is asked now is the mode’s');
});

test('what is started before a window tells whose terminal it is waits where it may, is enforced where not, and a person’s is forgotten', async (context) => {
  const { rampart, shell, register, recorded } = await openTerminal(context);
  // What is no shell may hold up others while it waits, so it never does.
  assert.notEqual((await shell.run('xargs touch <<< forbidden')).status, 0);
  await shell.run('touch early');
  const asked = shell.run('touch forbidden && touch asked');
  // Looked at here: a window has a few seconds to tell, and a command that tells may need them where the machine is busy.
  const log = join(rampart.stateDirectory, 'audit');
  assert.deepEqual(
    existsSync(log) ? readdirSync(log).map((name) => readFileSync(join(log, name), 'utf8')) : [],
    [],
  );
  await register();
  assert.equal((await asked).status, 0);
  assert.deepEqual(await recorded(), ['touch forbidden person preload']);
});

test('a tree of `rampart preload` is guarded in a terminal that is left alone, and names its agents', async (context) => {
  const { rampart, shell, register, recorded } = await openTerminal(context);
  await register();
  rampart.write('claude', '#!/bin/sh\ntouch forbidden-by-agent\n');
  const preload = `env -u LD_PRELOAD -u RAMPART_URL ${process.execPath} ${rampart.cli} preload`;
  assert.notEqual((await shell.run(`${preload} -- sh -c 'touch forbidden; false'`)).status, 0);
  await shell.run(`${preload} -- sh -c './claude; true'`);
  const touched = (await recorded()).filter((one) => one.startsWith('touch'));
  assert.deepEqual(touched, ['touch forbidden person preload', 'touch forbidden-by-agent agent claude-code']);
});

test('what a person starts in a session of its own is theirs, too', async (context) => {
  const { rampart, shell, register, recorded } = await openTerminal(context);
  await register();
  await shell.run(`setsid --wait sh -c 'touch forbidden-1; true'`);
  await shell.run(`script -qec 'touch forbidden-2; true' /dev/null < /dev/null`);
  for (const name of ['forbidden-1', 'forbidden-2']) {
    assert.equal(existsSync(join(rampart.folder, name)), true, name);
  }
  assert.deepEqual(await recorded(), []);
});
