// Programs whose behaviour must be the same with the library and without it: `hosts.mjs LIBRARY FOLDER
// [INSTRUMENTED COMPILER]`.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, tellTotals } from './expect.mjs';

const [library, folder, instrumented, compiler] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-hosts-'));
/** What a program says and ends with, when nobody is there to ask. */
function run(environment, command, ...words) {
  const env = { PATH: '/usr/bin:/bin', RAMPART_URL: `unix://${directory}/endpoint.sock`, ...environment };
  const { status, signal, stdout, stderr } = spawnSync(command, words, {
    env,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status: status ?? signal, stdout, stderr };
}

const bare = run({}, join(folder, 'rawCalls'));
expect('raw calls end well', bare.status, 0);
expect('raw calls', run({ LD_PRELOAD: library }, join(folder, 'rawCalls')), bare);

// Linked in every way, and watched by an auditing library.
for (const kind of ['fixed', 'symbolic', 'now'])
  expect(`raw calls, ${kind}`, run({ LD_PRELOAD: library }, join(folder, `rawCalls_${kind}`)), bare);
const audited = { LD_PRELOAD: library, LD_AUDIT: join(folder, 'audit.so') };
expect('raw calls under audit', run(audited, join(folder, 'rawCalls')), bare);
for (const kind of ['rawCalls', 'rawCalls_fixed', 'rawCalls_symbolic', 'rawCalls_now']) {
  const closed = run({ ...audited, RAMPART_FAIL_OPEN: '0' }, join(folder, kind), '/usr/bin', 'true');
  expect(`${kind} is refused under audit: ${closed.stderr}`, closed.status, 1);
}

const byHand = [join(folder, 'rawCalls'), '/usr/bin', 'true'];
expect('a start by hand', run({ LD_PRELOAD: library }, ...byHand), run({}, ...byHand));
const refused = run({ LD_PRELOAD: library, RAMPART_FAIL_OPEN: '0' }, ...byHand);
expect('a start by hand that is refused', refused.status, 1);
expect(`the refusal is told: ${refused.stderr}`, refused.stderr.includes('rampart: denied `true`'), true);

expect(
  'a program with an execve of its own',
  run({ LD_PRELOAD: library }, join(folder, 'ownExecve')).status,
  7,
);
expect('bound at load', run({ LD_PRELOAD: library, LD_BIND_NOW: '1' }, join(folder, 'rawCalls')), bare);

// Functions that the loader chooses: what chooses calls libc before any constructor, and before main is bound.
for (const kind of ['lazy', 'now']) {
  const program = join(folder, `chosen_${kind}`);
  for (const settings of [{}, { LD_BIND_NOW: '1' }]) {
    const chosen = { status: 0, stdout: 'chosen\n', stderr: '' };
    expect(`chosen, ${kind}, by itself`, run(settings, program), chosen);
    expect(`chosen, ${kind}`, run({ ...settings, LD_PRELOAD: library }, program), chosen);
    const closed = run({ ...settings, LD_PRELOAD: library, RAMPART_FAIL_OPEN: '0' }, program);
    expect(`chosen, ${kind}, refused: ${closed.stderr}`, closed.status, 1);
  }
}

// What stands in the blocks that posix_spawn is given is libc's and the caller's, whatever a newer libc puts there.
const spawner = [join(folder, 'edges'), 'blocks'];
const blocks = join(folder, 'blocks.so');
const given = run({ LD_PRELOAD: blocks }, ...spawner);
expect(
  `blocks by themselves: ${given.stdout}`,
  /^actions: 1( 5a)+\nattributes: 1( a5)+\n/u.test(given.stdout),
  true,
);
expect('blocks', run({ LD_PRELOAD: `${library}:${blocks}` }, ...spawner), given);

const libraries = `/usr/lib/${tripleOf(process.arch)}`;
const shell = ['/bin/sh', '-c'];

// One that wraps execve as we do is called by us, or calls us.
const through = join(folder, 'through.so');
for (const list of [`${through}:${library}`, `${library}:${through}`]) {
  const script = '/bin/echo one; exec /bin/echo two';
  const wanted = { status: 0, stdout: 'one\ntwo\n', stderr: 'through\nthrough\n' };
  expect(`another execve in ${list}`, run({ LD_PRELOAD: list }, ...shell, script), wanted);
  const closed = run({ LD_PRELOAD: list, RAMPART_FAIL_OPEN: '0' }, ...shell, script);
  expect(
    `refused with another execve in ${list}: ${closed.stderr}`,
    [closed.status, closed.stdout],
    [126, ''],
  );
}

// A root directory that only libc's functions know of: its library changes every path, those of the loader's list too.
const inside = join(directory, 'root');
mkdirSync(join(inside, 'bin'), { recursive: true });
for (const name of ['sh', 'cat']) copyFileSync(join('/bin', name), join(inside, 'bin', name));
writeFileSync(join(inside, 'marker'), 'inside\n');
const twice = [...shell, '/bin/cat /marker; exec /bin/cat /marker'];
const seen = { status: 0, stdout: 'inside\ninside\n', stderr: '' };
expect('fakechroot', run({ LD_PRELOAD: library }, 'fakechroot', 'chroot', inside, ...twice), seen);
const fake = join(libraries, 'fakechroot', 'libfakechroot.so');
for (const list of [`${fake}:${library}`, `${library}:${fake}`]) {
  const there = { LD_PRELOAD: list, FAKECHROOT: 'true', FAKECHROOT_BASE: inside };
  expect(`fakechroot in ${list}`, run(there, ...twice), seen);
  const closed = run({ ...there, RAMPART_FAIL_OPEN: '0' }, ...twice);
  expect(`refused with fakechroot in ${list}: ${closed.stderr}`, [closed.status, closed.stdout], [126, '']);
}

// What the kernel knows of a program: no descriptor more, no mapping that is not the library's own file and data.
const descriptors = ['/bin/ls', '/proc/self/fd'];
expect('descriptors', run({ LD_PRELOAD: library }, ...descriptors), run({}, ...descriptors));
const readMaps = (environment) => run(environment, '/bin/cat', '/proc/self/maps').stdout.trim().split('\n');
const nameOf = (line) => line.split(/\s+/u).slice(5).join(' ');
const isOurs = (line) => nameOf(line) === library;
const ours = readMaps({ LD_PRELOAD: library });
const named = (lines) => lines.map(nameOf).filter((name) => name !== '' && name !== library);
expect('named mappings', named(ours), named(readMaps({})));
const unnamed = (lines) => lines.filter((line) => nameOf(line) === '').length;
expect('no more than one unnamed mapping', unnamed(ours) - unnamed(readMaps({})) <= 1, true);
expect('mappings of the library', ours.filter(isOurs).length, 2);

const many = {
  LD_PRELOAD: library,
  SNIPPET_THREADS: '64',
  SNIPPET_TARGET: join(folder, 'target'),
  SNIPPET_LIBRARY: library,
};
const threads = [join(folder, 'snippet_posix_spawn'), 'threads'];
expect('64 threads that spawn', run(many, ...threads).status, 42);
const closed = { ...many, RAMPART_FAIL_OPEN: '0', RAMPART_QUIET: '1' };
expect('64 threads that are refused', run(closed, ...threads).status, 1);

// The library with checks in it, behind the runtime that they need.
if (instrumented !== undefined) {
  const runtime = execFileSync(compiler, ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  const checked = { LD_PRELOAD: `${runtime}:${instrumented}`, ASAN_OPTIONS: 'detect_leaks=0' };
  const script = 'true; env true; sh -c "exec /bin/echo done"';
  expect('with checks', run(checked, ...shell, script), { status: 0, stdout: 'done\n', stderr: '' });
  const stopped = run({ ...checked, RAMPART_FAIL_OPEN: '0', RAMPART_QUIET: '1' }, ...shell, 'env true');
  expect(`refused with checks: ${stopped.stderr}`, stopped.status, 126);
}

rmSync(directory, { recursive: true, force: true });
tellTotals();

/** Debian's folder of libraries for this machine. */
function tripleOf(arch) {
  return arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
}
