// Programs whose behaviour must be the same with the library and without it: `hosts.mjs LIBRARY FOLDER
// [INSTRUMENTED COMPILER]`. Each is run by itself, with an endpoint that allows, with nobody there, with one that
// refuses, and with nobody there when failing is closed.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, folder, instrumented, compiler] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-hosts-'));
const url = (name) => ({ RAMPART_URL: `unix://${join(directory, name)}/endpoint.sock` });
const places = ['allowing', 'refusing'];
for (const place of places) mkdirSync(join(directory, place));
const [allowing, refusing] = await Promise.all(
  places.map((place) =>
    createEndpoint(
      join(directory, place, 'endpoint.sock'),
      http(JSON.stringify({ allowed: place === 'allowing', message: 'no' })),
    ),
  ),
);

/** What a program says and ends with; where nothing else is said, nobody is there to ask. */
function run(environment, command, ...words) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...url('nobody'), ...environment };
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text) => (texts[index] += text));
  return new Promise((done) => {
    child.once('error', (error) => done({ status: error.code, stdout: '', stderr: '' }));
    child.once('close', (status, signal) =>
      done({ status: status ?? signal, stdout: texts[0], stderr: texts[1] }),
    );
  });
}

/**
 * With an endpoint that allows and with nobody there it is as it is by itself; where it is refused, one way or the
 * other, it ends with that status and says that, and on standard error why, unless it is not to be `told`. `asked` is
 * how many questions it has at least.
 */
async function compare(name, plain, environment, words, { status, stdout = '', asked = 1, told = true }) {
  const before = allowing.questions.length;
  expect(`${name}, allowed`, await run({ ...environment, ...url('allowing') }, ...words), plain);
  const questions = allowing.questions.length - before;
  expect(`${name}: ${String(questions)} questions`, questions >= asked, true);
  expect(`${name}, nobody there`, await run(environment, ...words), plain);
  for (const way of [url('refusing'), { RAMPART_FAIL_OPEN: '0' }]) {
    const got = await run({ ...environment, ...way }, ...words);
    const isTold = got.stderr.includes('rampart: denied `');
    expect(
      `${name}, refused with ${Object.keys(way).join()}: ${got.stderr}`,
      [got.status, got.stdout, isTold],
      [status, stdout, told],
    );
  }
}

const guarded = { LD_PRELOAD: library };
const libraries = `/usr/lib/${tripleOf(process.arch)}`;
const shell = ['/bin/sh', '-c'];

// Raw calls, linked in every way, bound at once, and watched by an auditing library. By themselves they start nothing.
const kinds = ['rawCalls', 'rawCalls_fixed', 'rawCalls_symbolic', 'rawCalls_now'];
const ways = {
  'as it is': {},
  'bound at load': { LD_BIND_NOW: '1' },
  'under audit': { LD_AUDIT: join(folder, 'audit.so') },
};
for (const kind of kinds)
  for (const [way, settings] of Object.entries(ways)) {
    const name = `${kind} ${way}`;
    const environment = { ...guarded, ...settings };
    const calls = [join(folder, kind)];
    const bare = await run(settings, ...calls);
    expect(`${name} ends well`, bare.status, 0);
    await compare(name, bare, environment, calls, { status: 0, stdout: bare.stdout, asked: 0, told: false });
    const start = [...calls, '/usr/bin', 'true'];
    await compare(`a start by hand, ${name}`, await run(settings, ...start), environment, start, {
      status: 1,
    });
  }

const own = join(folder, 'ownExecve');
const itself = await run({}, own);
expect('a program with an execve of its own, by itself', itself.status, 7);
await compare('a program with an execve of its own', itself, guarded, [own], { status: 3 });

// Functions that the loader chooses: what chooses calls libc before any constructor, and before main is bound.
for (const kind of ['lazy', 'now']) {
  const program = join(folder, `chosen_${kind}`);
  for (const settings of [{}, { LD_BIND_NOW: '1' }]) {
    const name = `chosen, ${kind}, ${JSON.stringify(settings)}`;
    const chosen = { status: 0, stdout: 'chosen\n', stderr: '' };
    expect(`${name}, by itself`, await run(settings, program), chosen);
    await compare(name, chosen, { ...settings, ...guarded }, [program], { status: 1 });
  }
}

// The loader says where every name is bound: ours to us, and what we call to libc.
const bindings = await run({ ...guarded, LD_DEBUG: 'bindings', ...url('allowing') }, ...shell, '/bin/true');
const bound = [
  ...bindings.stderr.matchAll(/binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `(\w+)'/gu),
];
const ends = (from, symbol) =>
  new Set(bound.filter(([, file, , name]) => from(file) && name === symbol).map(([, , to]) => to));
expect(
  'a shell is bound to this library',
  [bindings.status, [...ends((file) => file.endsWith('sh'), 'execve')]],
  [0, [library]],
);
const ourOwn = bound.filter(([, from]) => from === library);
expect(
  'what this library itself is bound to',
  ourOwn.filter(([, , to, name]) => to === library || name.startsWith('exec')),
  [],
);

// What stands in the blocks that posix_spawn is given is libc's and the caller's, whatever a newer libc puts there.
const spawner = [join(folder, 'edges'), 'blocks'];
const blocks = join(folder, 'blocks.so');
const given = await run({ LD_PRELOAD: blocks }, ...spawner);
expect(
  `blocks by themselves: ${given.stdout}`,
  /^actions: 1( 5a)+\nattributes: 1( a5)+\n/u.test(given.stdout),
  true,
);
await compare('blocks', given, { LD_PRELOAD: `${library}:${blocks}` }, spawner, {
  status: 0,
  stdout: 'result: 1 \npid: 0 \n',
});

// One that wraps execve as we do is called by us, or calls us.
const through = join(folder, 'through.so');
for (const list of [`${through}:${library}`, `${library}:${through}`]) {
  const script = [...shell, '/bin/echo one; exec /bin/echo two'];
  const wanted = { status: 0, stdout: 'one\ntwo\n', stderr: 'through\nthrough\n' };
  await compare(`another execve in ${list}`, wanted, { LD_PRELOAD: list }, script, { status: 126 });
}

// A root directory that only libc's functions know of: its library changes every path, those of the loader's list too.
const inside = join(directory, 'root');
mkdirSync(join(inside, 'bin'), { recursive: true });
for (const name of ['sh', 'cat']) copyFileSync(join('/bin', name), join(inside, 'bin', name));
writeFileSync(join(inside, 'marker'), 'inside\n');
const twice = [...shell, '/bin/cat /marker; exec /bin/cat /marker'];
const seen = { status: 0, stdout: 'inside\ninside\n', stderr: '' };
const fake = join(libraries, 'fakechroot', 'libfakechroot.so');
for (const list of [`${fake}:${library}`, `${library}:${fake}`]) {
  const there = { LD_PRELOAD: list, FAKECHROOT: 'true', FAKECHROOT_BASE: inside };
  await compare(`fakechroot in ${list}`, seen, there, twice, { status: 126 });
}
const changing = ['fakechroot', 'chroot', inside, ...twice];
expect('fakechroot', await run(guarded, ...changing), seen);
expect('fakechroot, allowed', await run({ ...guarded, ...url('allowing') }, ...changing), seen);
const stopped = await run({ ...guarded, ...url('refusing') }, ...changing);
expect(`fakechroot, refused: ${stopped.stderr}`, [stopped.status === 0, stopped.stdout], [false, '']);

// Programs into which the library cannot be loaded: one in Go, which is static, and those of the other class of machine.
const unguardable = {
  'a program in Go': [
    join(import.meta.dirname, `../../node_modules/@esbuild/linux-${process.arch}/bin/esbuild`),
    '--version',
  ],
  ...(process.arch === 'x64'
    ? {
        'a static program of 32 bits': [join(folder, 'narrow_static')],
        'a program of 32 bits': [join(folder, 'narrow')],
      }
    : {}),
};
for (const [name, words] of Object.entries(unguardable)) {
  // The loader of 32 bits says that it leaves out a library of 64.
  const script = [...shell, `'${words.join("' '")}' 2>/dev/null; echo $?`];
  const alone = await run({}, ...script);
  expect(`${name} by itself: ${alone.stdout}`, alone.stdout.endsWith('\n0\n'), true);
  await compare(name, alone, guarded, script, { status: 0, stdout: '126\n', told: false });
  const [question] = allowing.questions.filter(({ argv }) => argv[0] === words[0]);
  expect(`${name} cannot be guarded`, question?.guardable, false);
}

// What the kernel knows of a program: no descriptor more, no mapping that is not the library's own file and data.
const descriptors = ['/bin/ls', '/proc/self/fd'];
expect('descriptors', await run(guarded, ...descriptors), await run({}, ...descriptors));
const readMaps = async (environment) =>
  (await run(environment, '/bin/cat', '/proc/self/maps')).stdout.trim().split('\n');
const nameOf = (line) => line.split(/\s+/u).slice(5).join(' ');
const isOurs = (line) => nameOf(line) === library;
const [ours, theirs] = [await readMaps(guarded), await readMaps({})];
const named = (lines) => lines.map(nameOf).filter((name) => name !== '' && name !== library);
expect('named mappings', named(ours), named(theirs));
const unnamed = (lines) => lines.filter((line) => nameOf(line) === '').length;
expect('no more than one unnamed mapping', unnamed(ours) - unnamed(theirs) <= 1, true);
expect('mappings of the library', ours.filter(isOurs).length, 2);

const many = {
  ...guarded,
  SNIPPET_THREADS: '64',
  SNIPPET_TARGET: join(folder, 'target'),
  SNIPPET_LIBRARY: library,
};
const threads = [join(folder, 'snippet_posix_spawn'), 'threads'];
expect('64 threads that spawn', (await run(many, ...threads)).status, 42);
const closed = { ...many, RAMPART_FAIL_OPEN: '0', RAMPART_QUIET: '1' };
expect('64 threads that are refused', (await run(closed, ...threads)).status, 1);

// The library with checks in it, behind the runtime that they need.
if (instrumented !== undefined) {
  const runtime = execFileSync(compiler, ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  const checked = { LD_PRELOAD: `${runtime}:${instrumented}`, ASAN_OPTIONS: 'detect_leaks=0' };
  const script = [...shell, 'true; env true; sh -c "exec /bin/echo done"'];
  const done = { status: 0, stdout: 'done\n', stderr: '' };
  await compare('with checks', done, checked, script, { status: 126, asked: 3 });
}

for (const endpoint of [allowing, refusing]) endpoint.close();
rmSync(directory, { recursive: true, force: true });
tellTotals();

/** Debian's folder of libraries for this machine. */
function tripleOf(arch) {
  return arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
}
