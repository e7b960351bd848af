// What becomes of children: `children.mjs LIBRARY CHAIN LARGEST [SANITIZED…]`. Nobody answers here, so everything runs;
// what is looked at is their environment. Programs with a sanitizer are asked about as well.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { readFrames } from './state.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, chain, largest, ...sanitized] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'rampart-children-'));
const guarded = {
  LD_PRELOAD: library,
  RAMPART_URL: `unix://${directory}/endpoint.sock`,
  RAMPART_SESSION: 's',
};
const depth = 210;
const unanswered = 3;
const unguarded = 5;

function run(environment, command, ...words) {
  const env = { PATH: '/usr/bin:/bin', ...environment };
  const { status, stdout, stderr } = spawnSync(command, words, { env, encoding: 'utf8', timeout: 50_000 });
  return { status, stdout: stdout.trim().split('\n'), stderr };
}

/** The environment after many programs, each of which became the next, some with an environment of its own. */
function environmentAfter(list, ...words) {
  const { status, stdout } = run({ ...guarded, LD_PRELOAD: list }, chain, String(depth), ...words);
  expect(`chain with ${list}`, status, 0);
  return stdout.sort();
}

function countFrames() {
  const bytes = readFileSync(join(directory, 'journal'));
  let frames = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4))
    frames += bytes[at + 10] === 3 ? 1 : 0;
  return frames;
}

const armed = [`LD_PRELOAD=${library}`, 'OWN=variable', 'PATH=/usr/bin:/bin', `RAMPART_SESSION=s`];
expect(
  'what a chain leaves',
  environmentAfter(library),
  [...armed, `RAMPART_URL=${guarded.RAMPART_URL}`].sort(),
);
expect('every link of the chain is in the journal', countFrames(), depth);
const [, buildId] = /Build ID: (\w+)/u.exec(execFileSync('readelf', ['-nW', library], { encoding: 'utf8' }));
const told = new Set(readFrames(readFileSync(join(directory, 'journal'))).map((frame) => frame.library));
expect('which library wrote them', [...told], [buildId]);
expect(
  'a chain with other entries',
  environmentAfter(`/nonexistent/first.so ${library}:/nonexistent/last.so`).filter((line) =>
    line.startsWith('LD_'),
  ),
  [`LD_PRELOAD=${library}`],
);

// Where every program hands on the environment that it has, the entries of others stay, and in their order.
const jemalloc = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libjemalloc.so.2`;
const audit = join(chain, '..', 'audit.so');
const lists = Object.fromEntries(
  [
    `${jemalloc}:${library}:${audit}`,
    `${audit} ${jemalloc} ${library}`,
    `${library}:${audit}:${jemalloc}:${audit}`,
  ].map((list) => [list, list]),
);
// One that names this library twice does so once from the first child on.
lists[`${jemalloc}:${library}:${audit}:${library}`] = `${library}:${jemalloc}:${audit}`;
for (const [list, left] of Object.entries(lists))
  expect(
    `what a chain leaves of ${list}`,
    environmentAfter(list, 'kept').filter((line) => /^LD_|^RAMPART_/u.test(line)),
    [`LD_PRELOAD=${left}`, `RAMPART_SESSION=s`, `RAMPART_URL=${guarded.RAMPART_URL}`],
  );

for (const door of ['execve', 'posix_spawn', 'system', 'popen', 'wordexp']) {
  const plain = run({}, largest, door);
  expect(`the largest environment of ${door} is found`, plain.status, 0);
  expect(`the largest environment of ${door}`, run(guarded, largest, door), plain);
}
const frames = readFrames(readFileSync(join(directory, 'journal')));
const bare = frames.find(({ kind }) => kind === unguarded);
const itsRun = frames.find(({ kind, id }) => kind === unanswered && id === bare?.id);
expect('a start without our variables is told beside its run', itsRun?.exe, '/bin/true');

/** Runs with an endpoint that answers so. */
async function runAsked(answer, environment, command, ...words) {
  const place = mkdtempSync(join(tmpdir(), 'rampart-children-'));
  const endpoint = await createEndpoint(join(place, 'endpoint.sock'), answer);
  const env = {
    PATH: '/usr/bin:/bin',
    ...guarded,
    RAMPART_URL: `unix://${place}/endpoint.sock`,
    ...environment,
  };
  const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const status = await new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
  endpoint.close();
  rmSync(place, { recursive: true, force: true });
  return { status, errors, asked: endpoint.questions.map(({ argv }) => argv.join(' ')) };
}

const allow = http('{"allowed":true}');
for (const program of sanitized) {
  expect(`${program} by itself`, run({}, 'sh', '-c', program).status, 0);
  const shell = run(guarded, 'sh', '-c', program);
  expect(`${program}: ${shell.stderr}`, shell.status, 0);
  const disabled = run({ ...guarded, RAMPART_MODE: 'disabled' }, 'sh', '-c', program);
  expect(`${program} in disabled mode: ${disabled.stderr}`, disabled.status, 0);
  const { status, errors, asked } = await runAsked(allow, {}, 'sh', '-c', program);
  expect(`${program}, allowed: ${errors}`, [status, asked], [0, [program, 'sh -c exec true', 'true']]);
  const deny = ({ argv }) => (argv.at(-1) === 'exec true' ? http('{"allowed":false,"message":"no"}') : allow);
  const refused = await runAsked(deny, {}, 'sh', '-c', program);
  expect(
    `${program}, refused: ${refused.errors}`,
    [refused.status, refused.errors],
    [1, 'rampart: denied `exec true`: no\n'],
  );
}

expect('nothing else is left in the state directory', existsSync(join(directory, 'state')), false);
rmSync(directory, { recursive: true, force: true });
tellTotals();
