// Programs that run with more rights than who starts them has: `rights.mjs LIBRARY PRIVILEGED`, as root. In a root
// directory made for it, in which an ordinary user may use sudo without a password. The library is not loaded into
// such a program: the question says so, and what the program starts is not asked about.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, privileged] = process.argv.slice(2);
const user = 65_533;
const root = mkdtempSync(join(tmpdir(), 'rampart-rights-'));
const allow = http('{"allowed":true}');
const deny = http('{"allowed":false,"notice":"by rule test#1: no [00112233]"}');

/** Copies a file to where it is, in the root directory, with the libraries that it needs. */
function copy(file, to = file) {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  copyFileSync(file, join(root, to));
  const needed = execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/gu);
  for (const [, object] of needed) if (!existsSync(join(root, object))) copy(object);
}

function filesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function makeRoot() {
  for (const name of ['bin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(join('usr', name), join(root, name));
  }
  mkdirSync(join(root, 'state'));
  mkdirSync(join(root, 'etc', 'pam.d'), { recursive: true });
  for (const program of ['sudo', 'env', 'setpriv', 'id', 'echo']) copy(join('/usr/bin', program));
  copy('/bin/sh');
  const modules = execFileSync('find', ['/usr/lib', '-name', 'pam_permit.so'], { encoding: 'utf8' });
  const plugins = ['/usr/libexec/sudo', '/usr/lib/sudo'].flatMap(filesIn);
  for (const file of [...modules.trim().split('\n'), ...plugins]) if (file.includes('.so')) copy(file);
  copyFileSync(library, join(root, 'librampart.so'));
  for (const name of ['as-user', 'as-group']) copy(privileged, `/${name}`);
  const files = {
    passwd: `root:x:0:0::/:/bin/sh\nada:x:${String(user)}:${String(user)}::/:/bin/sh\n`,
    group: `root:x:0:\nada:x:${String(user)}:\n`,
    sudoers: 'ada ALL=(ALL) NOPASSWD: ALL\n',
    hosts: `127.0.0.1 ${hostname()}\n`,
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
    'pam.d/sudo':
      'auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession optional pam_permit.so\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'etc', name), text);
  chmodSync(join(root, 'etc', 'sudoers'), 0o440);
  chmodSync(join(root, 'usr', 'bin', 'sudo'), 0o4755);
  chmodSync(join(root, 'as-user'), 0o4755);
  chmodSync(join(root, 'as-group'), 0o2755);
  chmodSync(root, 0o755);
}

function run(words, environment = {}) {
  const child = spawn('chroot', [root, ...words], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text) => (texts[index] += text));
  return new Promise((done) => child.once('close', (status, signal) => done([status ?? signal, ...texts])));
}

makeRoot();
const endpoint = await createEndpoint(join(root, 'state', 'endpoint.sock'), ({ exe, params }) =>
  exe !== '/as-user' && params.command.includes('forbidden') ? deny : allow,
);
chmodSync(join(root, 'state', 'endpoint.sock'), 0o777);

const guard = ['/usr/bin/env', 'LD_PRELOAD=/librampart.so', 'RAMPART_URL=unix:///state/endpoint.sock'];
const ordinary = [`--reuid=${String(user)}`, `--regid=${String(user)}`, '--clear-groups'];

/** What a user's shell says and ends with, without the library and with it, and what was asked about besides the shell. */
async function checkUser(name, script, wanted, asked) {
  const words = ['/usr/bin/setpriv', ...ordinary, '/bin/sh', '-c', script];
  expect(`${name} by itself`, await run(words), wanted);
  const before = endpoint.questions.length;
  expect(name, await run([...guard, ...words]), wanted);
  const questions = endpoint.questions.slice(before).map(({ exe, guardable }) => [exe, guardable]);
  expect(`what was asked about ${name}`, questions, [['/bin/sh', true], ...asked]);
}

const start = '/bin/echo done; echo on';
await checkUser(
  "another user's program",
  `/as-user ${start}`,
  [0, 'secure 1, user 0\ndone\non\n', ''],
  [['/as-user', false]],
);
await checkUser(
  "another group's program",
  `/as-group ${start}`,
  [0, `secure 1, user ${String(user)}\ndone\non\n`, ''],
  [['/as-group', false]],
);
await checkUser(
  'sudo',
  'sudo -n /usr/bin/id -u; /bin/echo on',
  [0, '0\non\n', ''],
  [
    ['/usr/bin/sudo', false],
    ['/bin/echo', true],
  ],
);

// For root, nothing is privileged.
const before = endpoint.questions.length;
expect("root's own program", await run([...guard, '/bin/sh', '-c', '/as-user /bin/echo done']), [
  0,
  'secure 0, user 0\ndone\n',
  '',
]);
expect(
  "what was asked about root's own program",
  endpoint.questions.slice(before).map(({ exe, guardable }) => [exe, guardable]),
  [
    ['/as-user', true],
    ['/bin/echo', true],
  ],
);

// Where the system has the loader load it into every program, it is in privileged ones, too, and does nothing there.
writeFileSync(join(root, 'etc', 'ld.so.preload'), '/librampart.so\n');
const everywhere = { RAMPART_URL: 'unix:///state/endpoint.sock', RAMPART_FAIL_OPEN: '0' };
const forbidden = ['/as-user', '/bin/echo', 'forbidden'];
const [stopped, begun] = await run(forbidden, everywhere);
expect('a program that is not privileged', [stopped, begun], [127, 'secure 0, user 0\n']);
const asked = endpoint.questions.length;
expect('the same with rights', await run(['/usr/bin/setpriv', ...ordinary, ...forbidden], everywhere), [
  0,
  'secure 1, user 0\nforbidden\n',
  '',
]);
expect(
  'what was asked about the same with rights',
  endpoint.questions.slice(asked).map(({ exe, guardable }) => [exe, guardable]),
  [['/as-user', false]],
);
rmSync(join(root, 'etc', 'ld.so.preload'));

const [status, output, errors] = await run([
  ...guard,
  '/usr/bin/setpriv',
  ...ordinary,
  '/bin/sh',
  '-c',
  'sudo -n /usr/bin/id for$0bidden',
  '',
]);
expect(`sudo is refused: ${errors}`, [status, output], [126, '']);
expect(`sudo is refused with a reason: ${errors}`, errors.includes('rampart: denied `sudo -n'), true);

// Where the library is not there, programs start without it, and the loader says so.
const outside = { LD_PRELOAD: library, RAMPART_URL: `unix://${root}/state/endpoint.sock` };
const [left, said, remarks] = await run(['/bin/sh', '-c', '/bin/echo inside; exit 3'], outside);
expect('a root without the library', [left, said], [3, 'inside\n']);
const remark = /^ERROR: ld\.so: object '.*' from LD_PRELOAD cannot be preloaded .*: ignored\.$/u;
expect(
  'what the loader says',
  remarks
    .trimEnd()
    .split('\n')
    .filter((line) => !remark.test(line)),
  [],
);

endpoint.close();
rmSync(root, { recursive: true, force: true });
tellTotals();
