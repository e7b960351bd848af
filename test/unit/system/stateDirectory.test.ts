import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  createStateDirectory,
  isAnothers,
  readMachineId,
  resolveStateDirectory,
} from '../../../src/system/stateDirectory.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-state-'));
after(() => rmSync(folder, { recursive: true }));

const machine = '0123456789abcdef0123456789abcdef';
const absent = { flag: undefined, variable: undefined, home: undefined };

function directoryOf(hints: Partial<typeof absent> | Record<string, string>): unknown {
  const resolved = resolveStateDirectory({ ...absent, ...hints }, machine);
  return resolved.ok ? resolved.value.directory : resolved.error;
}

test('takes the flag, else the variable, else the machine folder below the home directory', () => {
  assert.equal(directoryOf({ flag: '/f', variable: '/v', home: '/h' }), '/f');
  assert.equal(directoryOf({ variable: '/v', home: '/h' }), '/v');
  assert.equal(directoryOf({ home: '/h' }), `/h/.rampart/run/${machine}`);
});

test('takes an empty text as absent, and the passwd entry for a missing HOME', () => {
  assert.equal(
    directoryOf({ flag: '', variable: '', home: '' }),
    join(userInfo().homedir, '.rampart/run', machine),
  );
});

test('names every entry of the directory', () => {
  const resolved = resolveStateDirectory({ ...absent, flag: '/d' }, machine);
  assert.ok(resolved.ok);
  assert.equal(resolved.value.socket, '/d/endpoint.sock');
  assert.equal(resolved.value.journal, '/d/journal');
  assert.equal(resolved.value.audit, '/d/audit');
});

test('refuses a directory whose socket would have a path of more than 100 bytes', () => {
  const longest = `/x${'é'.repeat(42)}`;
  assert.equal(directoryOf({ flag: longest }), longest);
  const tooLong = `${longest}é`;
  assert.equal(
    directoryOf({ flag: tooLong }),
    `the path of the socket would have 102 bytes, 100 are possible: ${tooLong}/endpoint.sock`,
  );
});

test('reads the machine id from the first file that holds one, else takes the host name', () => {
  const file = join(folder, 'machine-id');
  writeFileSync(file, `${machine}\n`);
  const foreign = join(folder, 'uninitialized');
  writeFileSync(foreign, 'uninitialized\n');
  assert.equal(readMachineId([join(folder, 'missing'), foreign, file]), machine);
  assert.equal(readMachineId([foreign]), hostname().replaceAll(/[^A-Za-z0-9._-]/g, '_'));
});

test('makes the directory and those above it for the owner alone', () => {
  const directory = join(folder, 'made', 'run', 'id');
  assert.deepEqual(createStateDirectory(directory), { ok: true, value: null });
  assert.equal(statSync(directory).mode & 0o7777, 0o700);
  assert.equal(statSync(join(folder, 'made')).mode & 0o7777, 0o700);
  assert.ok(createStateDirectory(directory).ok, 'once more, now that it is there');
});

test('refuses a directory that others may write, one of another owner, and a file', () => {
  const shared = join(folder, 'shared');
  mkdirSync(shared);
  chmodSync(shared, 0o770);
  const linked = join(folder, 'linked');
  symlinkSync(shared, linked);
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const directory of [shared, linked, file]) {
    const made = createStateDirectory(directory);
    assert.ok(!made.ok, directory);
    assert.match(made.error, /others may write|cannot be made|not a directory/);
  }
});

test('tells whose an endpoint is, and whose a place for one', () => {
  const given = join(folder, 'given');
  const socket = join(given, 'endpoint.sock');
  mkdirSync(given, { mode: 0o700 });
  const own = process.geteuid?.() ?? 0;
  const owner = own === 0 ? 4_711 : own;
  chownSync(given, owner, -1);
  assert.deepEqual(
    [0, owner, owner + 1].map((user) => isAnothers(socket, user)),
    [false, false, true],
  );
  writeFileSync(socket, '');
  chownSync(socket, owner, -1);
  assert.deepEqual(
    [0, owner, owner + 1].map((user) => isAnothers(socket, user)),
    [false, false, true],
  );
  assert.equal(isAnothers('/usr/endpoint.sock', owner), false, 'what is root of the machine is trusted');
  assert.equal(isAnothers(join(folder, 'nowhere', 'endpoint.sock'), owner), false);
});

test('refuses a directory of another owner', () => {
  const given = join(folder, 'given-away');
  mkdirSync(given, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(given, 1, 1);
  const made = createStateDirectory(isRoot ? given : '/usr');
  assert.ok(!made.ok);
  assert.match(made.error, /^the state directory belongs to user \d+: /);
});
