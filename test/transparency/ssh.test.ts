import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { cachedFolder } from '../support/cache.ts';
import { unpackPackage } from '../support/debian.ts';
import type { Finished } from '../support/processes.ts';
import { Rampart, summaryOf } from '../support/rampart.ts';
import { runWell } from '../support/run.ts';
import { until } from '../support/until.ts';

const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');
const isRoot = process.getuid?.() === 0;

/** A server of its own: the package, installed, would start one that listens to everybody. */
function findServer(): Promise<string> {
  return cachedFolder('openssh-server', async (folder) => {
    await unpackPackage('openssh-server', folder);
    await unpackPackage('libwrap0', folder);
  });
}

/** A port of loopback that nobody has. */
async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** For root it has a user and a folder of its own, which are made where only it sees them. */
const forRoot =
  'mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && mount --bind "$0" /etc/passwd && exec "$@"';

/** Starts a server in a folder of the test's; gives the command of a client, to which its words are added. */
async function serveSsh(
  rampart: Rampart,
  start: (command: readonly [string, ...string[]]) => { readonly said: { readonly stderr: string } },
): Promise<readonly [string, ...string[]]> {
  const place = await findServer();
  const port = await findPort();
  const key = (name: string): string => join(rampart.folder, name);
  for (const name of ['host', 'user'])
    await runWell(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key(name)]);
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: key('host'),
    AuthorizedKeysFile: key('user.pub'),
    StrictModes: 'no',
    PasswordAuthentication: 'no',
    PidFile: 'none',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  writeFileSync(key('config'), lines.join(''));
  const own = 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n';
  // Where nothing starts by itself.
  const users = readFileSync('/etc/passwd', 'utf8')
    .replace(/^sshd:.*\n/m, '')
    .replace(/^(root:.*):.*:(.*)$/m, `$1:${rampart.folder}:$2`);
  writeFileSync(key('passwd'), users + own, { mode: 0o644 });
  const found = `LD_LIBRARY_PATH=${join(place, 'usr/lib', process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu')}`;
  const server = ['env', found, join(place, 'usr/sbin/sshd'), '-D', '-e', '-f', key('config')] as const;
  const alone = ['unshare', '--mount', 'sh', '-c', forRoot, key('passwd'), ...server] as const;
  const running = start(isRoot ? alone : server);
  await until('the server listens', () => {
    return running.said.stderr.includes('Server listening') && running.said.stderr;
  });
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  return [
    ...(['ssh', '-F', 'none', '-i', key('user'), '-p', String(port)] as const),
    ...options.flatMap((option) => ['-o', option]),
    `${userInfo().username}@127.0.0.1`,
  ];
}

function start(context: TestContext): Rampart {
  const rampart = new Rampart(context);
  rampart.write('text', 'one\n');
  return rampart;
}

/** What the other side does: something is read, and a file touched. */
function remote(rampart: Rampart, name: string): string {
  return `cd ${rampart.folder} && cat - text && touch ${name}; exit 7`;
}

test('a command over ssh is as if nobody were there; what the server starts is not seen', async (context) => {
  const rampart = start(context);
  const ssh = await serveSsh(rampart, (command) => rampart.startProgram(command));
  const input = 'zero\n';
  const plain = await rampart.startProgram([...ssh, remote(rampart, 'fine')], { input }).finished;
  assert.deepEqual(plain, { status: 7, signal: null, stdout: 'zero\none\n', stderr: '' });
  const nobody = { LD_PRELOAD: library, RAMPART_URL: `unix://${rampart.stateDirectory}/endpoint.sock` };
  const unasked = rampart.startProgram([...ssh, remote(rampart, 'fine')], { input, environment: nobody });
  assert.deepEqual(await unasked.finished, plain);
  await rampart.serve();
  assert.deepEqual(await rampart.guard([...ssh, remote(rampart, 'fine')], { input }), plain);
  const records = (await rampart.log()).map((record) => String(record['exe']));
  assert.deepEqual(records, ['/usr/bin/ssh']);
});

test('of a server that is guarded, every command that comes over ssh is asked about', async (context) => {
  const rampart = start(context);
  await rampart.serve();
  const ssh = await serveSsh(rampart, (command) => rampart.start(['preload', '--', ...command]));
  const run = (name: string): Promise<Finished> =>
    rampart.startProgram([...ssh, remote(rampart, name)], { input: 'zero\n' }).finished;
  assert.deepEqual(await run('fine'), { status: 7, signal: null, stdout: 'zero\none\n', stderr: '' });
  const refused = await run('forbidden');
  assert.deepEqual([refused.status, refused.stdout], [126, '']);
  assert.match(refused.stderr, /^rampart: denied `.*touch forbidden.*` by rule touching#1: nobody/);
  assert.ok(!existsSync(join(rampart.folder, 'forbidden')));
  const touching = (await rampart.log()).map(summaryOf).filter((text) => text.includes('touch '));
  const ends = [
    `touch fine; exit 7' allow true`,
    'touch fine allow true',
    `touch forbidden; exit 7' deny true`,
  ];
  assert.deepEqual(
    touching.map((text, index) => text.endsWith(ends[index] ?? '')),
    ends.map(() => true),
    touching.join('\n'),
  );
});
