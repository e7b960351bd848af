import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, success } from '../../../src/base/result.ts';
import type { Check } from '../../../src/cli/check.ts';
import { checkEndpoint } from '../../../src/cli/checkEndpoint.ts';
import type { EndpointFacts } from '../../../src/cli/checkEndpoint.ts';
import { checkInstallation } from '../../../src/cli/checkInstallation.ts';
import type { InstallationFacts } from '../../../src/cli/checkInstallation.ts';
import { checkMachine } from '../../../src/cli/checkMachine.ts';
import type { MachineFacts } from '../../../src/cli/checkMachine.ts';
import { checkShell } from '../../../src/cli/checkShell.ts';
import type { ShellFacts } from '../../../src/cli/checkShell.ts';
import { findMount, isNetworkMount } from '../../../src/cli/mounts.ts';

function expect(checks: readonly Check[], name: string, status: Check['status'], message: RegExp): void {
  const found = checks.filter((check) => check.name === name && check.status === status);
  assert.ok(
    found.some((check) => message.test(check.message)),
    `${name} ${status} ${String(message)}: ${JSON.stringify(checks, null, 1)}`,
  );
  for (const check of checks) assert.equal(check.remedy === null, check.status === 'ok', check.name);
}

function machine(
  facts: Partial<MachineFacts>,
  texts: Readonly<Record<string, string>> = {},
): readonly Check[] {
  return checkMachine({
    platform: 'linux',
    kernel: '6.1.0',
    environment: {},
    isThere: (path) => path in texts,
    readText: (path) => texts[path] ?? null,
    ...facts,
  });
}

test('a machine on which nothing is in the way is told in one line', () => {
  assert.deepEqual(
    machine({}).map(({ status }) => status),
    ['ok'],
  );
});

test('what of the machine is in the way has a name: WSL 1, old kernels, Flatpak, Snap, NixOS, musl, seccomp', () => {
  expect(
    machine({}, { '/proc/version': 'Linux version 4.4.0-19041-Microsoft' }),
    'system',
    'problem',
    /WSL 1/,
  );
  assert.equal(
    machine({}, { '/proc/version': 'Linux version 5.15.1-microsoft-standard-WSL2' })[0]?.status,
    'ok',
  );
  expect(machine({ kernel: '4.19.0-21' }), 'system', 'warning', /4\.19\.0-21 is older than 5\.4/);
  expect(
    machine({ environment: { FLATPAK_ID: 'com.visualstudio.code' } }),
    'sandbox',
    'warning',
    /Flatpak \(com/,
  );
  expect(machine({}, { '/.flatpak-info': '' }), 'sandbox', 'warning', /Flatpak/);
  expect(
    machine({ environment: { SNAP: '/snap/code/1', SNAP_NAME: 'code' } }),
    'sandbox',
    'warning',
    /Snap \(code\)/,
  );
  expect(machine({}, { '/etc/NIXOS': '' }), 'system', 'warning', /NixOS/);
  expect(machine({}, { '/lib/ld-musl-x86_64.so.1': '' }), 'system', 'note', /musl/);
  expect(machine({}, { '/proc/self/status': 'Name:\tx\nSeccomp:\t2\n' }), 'sandbox', 'note', /seccomp/);
  expect(machine({ platform: 'darwin' }), 'system', 'warning', /darwin is not Linux/);
});

const library = '/home/ada/.rampart/lib/linux-x64/librampart.so';
const socketUrl = 'unix:///home/ada/.rampart/run/x/endpoint.sock';

function shell(facts: Partial<ShellFacts>, texts: Readonly<Record<string, string>> = {}): readonly Check[] {
  return checkShell({
    environment: { SHELL: '/bin/bash' },
    home: '/home/ada',
    isGuarded: false,
    isLeftAlone: false,
    socketUrl,
    isThere: (path) => path in texts || path === '/bin/bash',
    readText: (path) => texts[path] ?? null,
    isGuardable: () => true,
    ...facts,
  });
}

test('a loader variable that was cleared, replaced or leads nowhere is told, and a foreign one', () => {
  const withPreload = (value: string, more: object = {}): Partial<ShellFacts> => ({
    environment: { SHELL: '/bin/bash', LD_PRELOAD: value, ...more },
  });
  expect(shell({}), 'this shell', 'note', /it is not guarded$/);
  expect(shell({ isGuarded: true }), 'this shell', 'ok', /it is guarded/);
  expect(
    shell({ ...withPreload(`${library}:/x.so`), isGuarded: true }),
    'this shell',
    'note',
    /also names \/x\.so/,
  );
  expect(shell(withPreload(library)), 'this shell', 'problem', /the file is not there/);
  const url = { RAMPART_URL: socketUrl };
  expect(
    shell(withPreload('', url)),
    'this shell',
    'problem',
    /RAMPART_URL is set, but LD_PRELOAD was cleared/,
  );
  expect(shell(withPreload('/x.so', url)), 'this shell', 'problem', /was replaced by \/x\.so/);
});

test('a shell in which a person is left alone is not called guarded', () => {
  const alone = { isGuarded: true, isLeftAlone: true };
  const truth =
    /^the library is loaded; what a person types here is not asked about, what agents start here is/;
  const checks = shell(alone);
  expect(checks, 'this shell', 'note', truth);
  assert.match(
    checks[0]?.remedy ?? '',
    /nothing has to be done; .*`Rampart: Protect Terminal` in the editor$/,
  );
  const environment = { SHELL: '/bin/bash', LD_PRELOAD: `${library}:/x.so` };
  const foreign = shell({ ...alone, environment });
  expect(foreign, 'this shell', 'note', truth);
  expect(foreign, 'this shell', 'note', /; LD_PRELOAD also names \/x\.so$/);
});

test('a `RAMPART_URL` that is wrong, or leads to nobody or to another endpoint, is told', () => {
  const withUrl = (url: string): Partial<ShellFacts> => ({ environment: { RAMPART_URL: url } });
  expect(shell(withUrl('ftp://x')), 'RAMPART_URL', 'problem', /is no address/);
  expect(shell(withUrl(socketUrl)), 'RAMPART_URL', 'problem', /nobody listens at/);
  const there = { '/other/endpoint.sock': '', [socketUrl.slice('unix://'.length)]: '' };
  expect(
    shell(withUrl('unix:///other/endpoint.sock'), there),
    'RAMPART_URL',
    'warning',
    /the endpoint of this user is/,
  );
  expect(shell(withUrl(socketUrl), there), 'RAMPART_URL', 'ok', /endpoint\.sock/);
});

test('a shell that takes no library, a lenient mode and start files that clear the variable are told', () => {
  expect(shell({ isGuardable: () => false }), 'shell', 'problem', /\/bin\/bash is static, setuid/);
  expect(shell({ environment: { SHELL: '/gone' } }), 'shell', 'warning', /not there/);
  expect(
    shell({ environment: { RAMPART_MODE: 'monitor' } }),
    'RAMPART_MODE',
    'warning',
    /nothing is refused/,
  );
  for (const line of [
    'unset LD_PRELOAD',
    'export LD_PRELOAD=/x.so',
    'set -e LD_PRELOAD',
    'alias e="env -u LD_PRELOAD"',
  ])
    expect(
      shell({}, { '/home/ada/.bashrc': `a\n${line}\n` }),
      'start files',
      'problem',
      /in \/home\/ada\/\.bashrc:2$/,
    );
  for (const line of ['# unset LD_PRELOAD', 'export LD_PRELOAD=/x.so:$LD_PRELOAD', 'echo LD_PRELOAD'])
    expect(shell({}, { '/home/ada/.zshrc': line }), 'start files', 'ok', /none/);
});

function elf(machineNumber: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head.writeUInt16LE(machineNumber, 18);
  return head;
}

function installation(facts: Partial<InstallationFacts>): readonly Check[] {
  return checkInstallation({
    library: success(library),
    readHead: () => elf(62),
    mountInfo: '1 0 8:1 / / rw - ext4 /dev/x rw',
    arch: 'x64',
    addon: success(null),
    command: null,
    isLoaded: success(true),
    ...facts,
  });
}

test('a library that is missing, unreadable, foreign or on a mount without exec is told', () => {
  expect(installation({}), 'library', 'ok', /librampart/);
  expect(
    installation({ library: failure('there is no preload library') }),
    'library',
    'problem',
    /no preload library/,
  );
  expect(installation({ readHead: () => null }), 'library', 'problem', /cannot be read/);
  expect(installation({ readHead: () => Buffer.from('text') }), 'library', 'problem', /is no library/);
  expect(installation({ readHead: () => elf(183) }), 'library', 'problem', /for another machine/);
  const mountInfo = '1 0 8:1 / / rw - ext4 /dev/x rw\n2 1 8:2 / /home rw,noexec - ext4 /dev/y rw';
  expect(installation({ mountInfo }), 'library', 'problem', /on \/home, which is mounted noexec/);
  expect(installation({ isLoaded: success(false) }), 'loading', 'problem', /runs without it/);
  expect(installation({ addon: failure('no addon') }), 'native addon', 'warning', /no addon/);
});

test('another `rampart` first on PATH is told', () => {
  expect(installation({}), 'command', 'note', /no `rampart` on PATH/);
  expect(
    installation({ command: { path: '/usr/bin/rampart', head: '\x7fELF' } }),
    'command',
    'warning',
    /another program/,
  );
  const shim = {
    path: '/home/ada/.rampart/bin/rampart',
    head: "#!/bin/sh\n# Rampart's command line. Written by",
  };
  expect(installation({ command: shim }), 'command', 'ok', /bin\/rampart/);
});

function endpoint(facts: Partial<EndpointFacts>): readonly Check[] {
  return checkEndpoint({
    directory: '/d',
    entry: { isFolder: true, uid: 1000, mode: 0o40700 },
    obstacle: null,
    putAside: [],
    uid: 1000,
    mountInfo: '1 0 8:1 / / rw - ext4 /dev/x rw',
    health: success({
      mode: 'enforce',
      version: '1.0.0',
      pid: 1,
      url: null,
      protocol: 1,
      uptime_seconds: 1,
      replaceable: true,
    }),
    version: '1.0.0',
    isGuarded: false,
    policyProblems: [],
    policyWarnings: [],
    logProblem: null,
    upstream: null,
    lostRecords: 0,
    ...facts,
  });
}

test('a state directory that is not ours, too open or on another machine is told', () => {
  assert.deepEqual(
    endpoint({}).map(({ status }) => status),
    ['ok', 'ok'],
  );
  const entry = { isFolder: true, uid: 1000, mode: 0o40700 };
  assert.ok(endpoint({ entry: null }).every(({ status }) => status === 'ok'));
  expect(
    endpoint({ entry: null, obstacle: '/ is locked' }),
    'state directory',
    'problem',
    /^\/d cannot be made: \/ is locked$/,
  );
  expect(endpoint({ entry: { ...entry, isFolder: false } }), 'state directory', 'problem', /no directory/);
  expect(endpoint({ entry: { ...entry, uid: 0 } }), 'state directory', 'problem', /belongs to user 0/);
  expect(
    endpoint({ entry: { ...entry, mode: 0o40777 } }),
    'state directory',
    'problem',
    /others may write .*mode 777/,
  );
  expect(
    endpoint({ mountInfo: '1 0 0:1 / /d rw - nfs4 host:/d rw' }),
    'state directory',
    'problem',
    /network/,
  );
});

test('an endpoint that is away, of another version, lenient or in trouble is told', () => {
  const health = {
    mode: 'monitor',
    version: '0.9.0',
    pid: 1,
    url: null,
    protocol: 1,
    uptime_seconds: 1,
    replaceable: true,
  } as const;
  expect(endpoint({ health: success(health) }), 'endpoint', 'warning', /version 0\.9\.0, this is 1\.0\.0/);
  expect(endpoint({ health: success(health) }), 'mode', 'warning', /`monitor`: nothing is refused/);
  const away = failure({ code: 'unreachable', message: 'x' } as const);
  expect(endpoint({ health: away }), 'endpoint', 'note', /nobody listens/);
  const [, told] = endpoint({ health: away, entry: { isFolder: false, uid: 1000, mode: 0o100600 } });
  assert.equal(told?.remedy, 'none can be started before the state directory is right');
  expect(endpoint({ health: away, isGuarded: true }), 'endpoint', 'problem', /nobody listens/);
  expect(
    endpoint({ health: failure({ code: 'timeout', message: 'late' }) }),
    'endpoint',
    'problem',
    /in trouble: late/,
  );
  expect(
    endpoint({ putAside: ['tokens.json.unreadable'] }),
    'kept files',
    'warning',
    /tokens\.json\.unreadable/,
  );
  expect(endpoint({ policyProblems: ['f:1: x'] }), 'policy', 'warning', /^not all policy files .*f:1: x/);
  expect(endpoint({ policyWarnings: ['f:2: y'] }), 'policy', 'warning', /^not all rules .*f:2: y/);
  expect(endpoint({ lostRecords: 7 }), 'log', 'warning', /^7 records are lost: \/d had no room/);
  expect(endpoint({ logProblem: 'no room' }), 'log', 'warning', /^no room$/);
});

test('an upstream is named with its state, and why it cannot be asked', () => {
  const upstream = {
    wished: 'auto',
    url: 'http://127.0.0.1:9090',
    state: 'connected',
    reason: null,
  } as const;
  expect(endpoint({ upstream }), 'upstream', 'ok', /^http:\/\/127\.0\.0\.1:9090 is connected$/);
  const away = { ...upstream, state: 'away', reason: 'connect ECONNREFUSED' } as const;
  expect(endpoint({ upstream: away }), 'upstream', 'warning', /9090 is away: connect ECONNREFUSED$/);
  const unusable = { ...upstream, url: null, state: 'unusable', reason: 'no token' } as const;
  expect(endpoint({ upstream: unusable }), 'upstream', 'problem', /^auto cannot be used: no token$/);
});

test('the mount that holds a path is the longest, and the last of two', () => {
  const text = [
    '1 0 8:1 / / rw - ext4 /dev/x rw',
    String.raw`2 1 0:2 / /a\040b rw,noexec - tmpfs tmpfs rw`,
    '3 1 0:3 / /n rw - ext4 /dev/z rw',
    '4 3 0:4 / /n rw shared:1 - fuse.sshfs h: rw',
  ].join('\n');
  assert.deepEqual(findMount(text, '/a b/c')?.options, ['rw', 'noexec']);
  assert.equal(findMount(text, '/a b2')?.path, '/');
  const other = findMount(text, '/n/x');
  assert.ok(other !== null && isNetworkMount(other));
  assert.equal(findMount('', '/x'), null);
});
