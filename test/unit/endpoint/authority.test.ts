import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { decideAdmin } from '../../../src/endpoint/authority.ts';
import type { AuthoritySurroundings } from '../../../src/endpoint/authority.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { createFixtureProcesses, fixtureUser } from '../../support/fixtureProcesses.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';

const library = '/home/u/.rampart/lib/linux-x64/librampart.so';
const endpoint = 99;

/** A login, a person's shell in its own terminal, and the command they typed. */
const init: FixtureProcess = { pid: 1, ppid: 0, session: 1, user: 0 };
const shell: FixtureProcess = { pid: 200, ppid: 1, session: 200 };
const command: FixtureProcess = { pid: 300, ppid: 200, session: 200 };
const ours: FixtureProcess = { pid: endpoint, ppid: 1, session: endpoint, terminal: 0 };

/** What is decided about process 300, or about the one that is named. */
function decided(
  context: TestContext,
  processes: readonly FixtureProcess[],
  changes: Partial<AuthoritySurroundings> & { readonly asker?: number; readonly uid?: number } = {},
): string {
  const { asker = 300, uid = fixtureUser, ...surroundings } = changes;
  const result = decideAdmin(
    { pid: asker, uid },
    {
      processes: createFixtureProcesses(temporaryFolder(context), [init, ours, ...processes]),
      platform: 'linux',
      user: fixtureUser,
      pid: endpoint,
      startedBy: [],
      isGuarded: () => false,
      ...surroundings,
    },
  );
  return result.ok ? result.value : result.error;
}

const noEvidence = 'process 300 belongs to no terminal of a person and to no editor';

test("accepts a command in a person's own terminal, and that shell itself", (context) => {
  assert.equal(decided(context, [shell, command]), 'terminal');
  assert.equal(decided(context, [shell], { asker: 200 }), 'terminal');
});

test('refuses without a terminal, without a leader and without a parent', (context) => {
  assert.equal(decided(context, [{ ...shell, terminal: 0 }, command]), noEvidence);
  assert.equal(decided(context, [{ ...shell, state: 'Z' }, command]), noEvidence);
  assert.equal(decided(context, [command]), noEvidence);
  assert.equal(decided(context, [shell, { ...command, ppid: 1 }]), noEvidence, 'an orphan');
});

test('refuses a guarded process and whatever has a guarded ancestor', (context) => {
  const guardedBy: readonly Partial<FixtureProcess>[] = [
    { environment: ['A=1', `LD_PRELOAD=/usr/lib/libother.so:${library}`] },
    { environment: ['LD_PRELOAD=librampart.so'] },
    { environment: ['DYLD_INSERT_LIBRARIES=/x/librampart.dylib'] },
    { maps: `7f00-7f01 r-xp 00000000 fe:00 1 ${library.replace('.so', '-0a1b2c.so')}\n` },
  ];
  for (const sign of guardedBy) {
    assert.equal(decided(context, [shell, { ...command, ...sign }]), 'process 300 is guarded');
    assert.equal(decided(context, [{ ...shell, ...sign }, command]), 'process 200 is guarded');
  }
});

test('refuses a guarded ancestor above the leader, recorded or seen', (context) => {
  const above: FixtureProcess = { pid: 150, ppid: 1, session: 150 };
  const below = [{ ...shell, ppid: 150 }, command];
  assert.equal(decided(context, [above, ...below]), 'terminal');
  assert.equal(
    decided(context, [{ ...above, environment: [`LD_PRELOAD=${library}`] }, ...below]),
    'process 150 is guarded',
  );
  const isGuarded = (pid: number, started: number): boolean => pid === 150 && started === 1_500;
  assert.equal(decided(context, [above, ...below], { isGuarded }), 'process 150 is guarded');
});

test('takes other variables of ours and of agents for no evidence', (context) => {
  const environment = ['RAMPART_URL=unix:///x', 'RAMPART_AGENT=claude', 'LD_PRELOAD=/usr/lib/libjemalloc.so'];
  assert.equal(decided(context, [shell, { ...command, environment }]), 'terminal');
});

test('refuses what cannot be read up to the leader, and stops there above it', (context) => {
  assert.equal(decided(context, [shell, { ...command, hidden: ['environ'] }]), 'process 300 cannot be read');
  assert.equal(decided(context, [{ ...shell, hidden: ['maps'] }, command]), 'process 200 cannot be read');
  const daemon: FixtureProcess = { pid: 150, ppid: 1, session: 150, hidden: ['environ', 'maps'] };
  assert.equal(decided(context, [daemon, { ...shell, ppid: 150 }, command]), 'terminal');
});

test('refuses another user, another namespace, nobody, and a process that is gone', (context) => {
  assert.equal(decided(context, [shell, command], { uid: 0 }), 'process 300 belongs to another user');
  assert.equal(
    decided(context, [shell, { ...command, namespace: 'pid:[2]' }]),
    'process 300 is in another pid namespace',
  );
  assert.equal(decided(context, [shell], { asker: 300 }), 'process 300 is gone');
  assert.equal(
    decided(context, [shell, command], { asker: 0 }),
    'the kernel does not say which process is asking',
  );
});

test('ends the walk at a process of another user', (context) => {
  const root: FixtureProcess = { pid: 200, ppid: 1, session: 200, user: 0 };
  assert.equal(decided(context, [root, command]), noEvidence);
});

const node = '/srv/vscode/node';
const server: FixtureProcess = {
  pid: 400,
  ppid: 1,
  session: 400,
  terminal: 0,
  executable: node,
  commandLine: [node, '/srv/vscode/out/server-main.js'],
};
const host: FixtureProcess = {
  pid: 410,
  ppid: 400,
  session: 400,
  terminal: 0,
  executable: node,
  commandLine: [node, '/srv/vscode/out/bootstrap-fork', '--type=extensionHost'],
};

test('accepts the extension host of a server and of a desktop', (context) => {
  assert.equal(decided(context, [server, host], { asker: 410 }), 'extension-host');
  const desktop: FixtureProcess = {
    ...host,
    commandLine: ['/usr/share/code/code', '--type=utility', '--utility-sub-type=node.mojom.NodeService'],
    environment: ['VSCODE_ESM_ENTRYPOINT=vs/workbench/api/node/extensionHostProcess'],
  };
  assert.equal(decided(context, [server, desktop], { asker: 410 }), 'extension-host');
});

test('refuses what an extension host started, whatever it calls itself', (context) => {
  const child: FixtureProcess = { ...host, pid: 300, ppid: 410, session: 300 };
  assert.equal(decided(context, [server, host, child]), noEvidence);
  assert.equal(decided(context, [server, host, { ...child, commandLine: ['agent'] }]), noEvidence);
  assert.equal(
    decided(context, [server, host, { ...child, commandLine: ['agent'], terminal: 34_816 }]),
    noEvidence,
    'also on a terminal of its own',
  );
});

test('refuses a daemon that only calls itself an extension host', (context) => {
  assert.equal(decided(context, [{ ...host, pid: 300, ppid: 1, session: 300 }]), noEvidence);
  const reaper: FixtureProcess = { pid: 20, ppid: 1, session: 20, executable: '/usr/lib/systemd/systemd' };
  assert.equal(decided(context, [reaper, { ...host, pid: 300, ppid: 20, session: 300 }]), noEvidence);
});

test('refuses an extension host in a guarded tree', (context) => {
  const environment = [`LD_PRELOAD=${library}`];
  assert.equal(
    decided(context, [{ ...server, environment }, host], { asker: 410 }),
    'process 400 is guarded',
  );
});

const starter: FixtureProcess = { pid: 500, ppid: 1, session: 500, terminal: 0 };

test('accepts descendants of the process that started an endpoint by hand', (context) => {
  const startedBy = [{ pid: 500, started: 5_000 }];
  const child: FixtureProcess = { pid: 300, ppid: 500, session: 500, terminal: 0 };
  const apart: FixtureProcess = { ...child, session: 300 };
  assert.equal(decided(context, [starter, child], { startedBy }), 'descendant');
  assert.equal(
    decided(context, [starter, apart], { startedBy }),
    'descendant',
    'also in a session of its own',
  );
  assert.equal(decided(context, [starter], { startedBy, asker: 500 }), 'descendant');
  assert.equal(decided(context, [starter, child]), noEvidence, 'not on demand');
  assert.equal(
    decided(context, [{ ...starter, started: 5_001 }, child], { startedBy }),
    noEvidence,
    'not of a later process with its pid',
  );
  assert.equal(
    decided(context, [starter, { ...child, environment: [`LD_PRELOAD=${library}`] }], { startedBy }),
    'process 300 is guarded',
  );
});

test('goes on accepting them when only the nearer of the starters is left', (context) => {
  const startedBy = [
    { pid: 500, started: 5_000 },
    { pid: 450, started: 4_500 },
  ];
  const left: FixtureProcess = { ...starter, session: 450 };
  const child: FixtureProcess = { pid: 300, ppid: 500, session: 450, terminal: 0 };
  assert.equal(decided(context, [left, child], { startedBy }), 'descendant');
});

test('needs to read no more than up to the process that started an endpoint by hand', (context) => {
  const startedBy = [{ pid: 500, started: 5_000 }];
  const hidden: FixtureProcess = { pid: 400, ppid: 1, session: 400, hidden: ['environ', 'maps'] };
  // A job that was left behind: the leader of its session has ended.
  const orphaned = { ...starter, ppid: 400, session: 450 };
  const child: FixtureProcess = { pid: 300, ppid: 500, session: 450, terminal: 0 };
  assert.equal(decided(context, [hidden, orphaned, child], { startedBy }), 'descendant');
  assert.equal(
    decided(context, [hidden, { ...orphaned, hidden: ['maps'] }, child], { startedBy }),
    'process 500 cannot be read',
  );
});

test('elsewhere than on Linux goes by the user and by what is recorded', (context) => {
  assert.equal(decided(context, [], { platform: 'darwin' }), 'registered-platform');
  assert.equal(decided(context, [], { platform: 'darwin', uid: 0 }), 'process 300 belongs to another user');
  assert.equal(
    decided(context, [], { platform: 'darwin', isGuarded: (pid, started) => pid === 300 && started === 0 }),
    'process 300 is guarded',
  );
});

test('refuses a chain of ancestors without end', (context) => {
  const loop: FixtureProcess[] = [
    { pid: 300, ppid: 301, session: 1 },
    { pid: 301, ppid: 300, session: 1 },
  ];
  assert.equal(decided(context, loop), 'the caller has too many ancestors');
});
