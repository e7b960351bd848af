// What RAMPART_DEBUG=1 tells of a call: `steps.mjs LIBRARY TARGET SNIPPETS`, where SNIPPETS is the folder of the
// programs that make one call each. Every step of each way through the library, word for word, and nothing of the
// command, the environment, the settings or the answer.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, createFifo, http, stateHeader } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';
import { stateFile } from './state.mjs';

const [library, target, snippets] = process.argv.slice(2);
/** Stands in everything that is not to be told. */
const secret = 'hush';
const allow = http(`{"allowed":true,"message":"${secret}"}`);
const deny = http(`{"allowed":false,"message":"${secret}","notice":"by rule ${secret}"}`);

const found = 'mode enforce, session watched, verdict miss';
const unseen = `state file error 2, ${found}`;
const answered = `${unseen}, socket ok, status 200`;
const runs = 'decision run, environment changed';
const unanswered = `journal ok, ${runs}`;

/** Who has a token finds no verdict. */
const withoutToken = { RAMPART_TOKEN: undefined };

/** `lines` are those of the door; a door that comes back tells its result as well. */
const cases = {
  'is allowed': { lines: [`${answered}, answer allowed, ${runs}`] },
  'is denied': { answer: deny, lines: [`${answered}, answer denied, decision refused`] },
  'starts what is not there': {
    target: 'missing',
    lines: ['target absent, decision run, environment changed', 'result error 2'],
  },
  'starts what cannot run': {
    target: 'broken',
    lines: [`${answered}, answer allowed, ${runs}`, 'journal ok, result error 8'],
  },
  'changes nothing in an environment that has everything': {
    environment: { RAMPART_SESSION: secret },
    lines: [`${answered}, answer allowed, decision run, environment unchanged`],
  },
  'is disabled': { environment: { RAMPART_MODE: 'disabled' }, lines: [`mode disabled, ${runs}`] },
  'is disabled by the state file': {
    state: () => stateHeader(3),
    lines: [`state file ok, mode disabled, ${runs}`],
  },
  'runs in monitor': {
    state: () => stateHeader(2),
    answer: deny,
    lines: [
      `state file ok, mode monitor, session watched, verdict miss, socket ok, status 200, answer denied, ${runs}`,
    ],
  },
  'finds a state file that is none': {
    state: () => stateHeader(3).subarray(1),
    lines: [`state file unusable, ${found}, socket ok, status 200, answer allowed, ${runs}`],
  },
  'finds a verdict': {
    state: (place) => stateFile({ verdicts: [verdictOf(place)] }),
    environment: withoutToken,
    lines: [`state file ok, mode enforce, session watched, verdict hit, ${unanswered}`],
  },
  'finds a verdict that cannot be recorded': {
    state: (place) => stateFile({ verdicts: [verdictOf(place)] }),
    environment: withoutToken,
    prepare: ({ directory }) => mkdirSync(join(directory, 'journal')),
    answer: deny,
    lines: [
      'state file ok, mode enforce, session watched, verdict hit, journal none, socket ok, status 200, answer denied, decision refused',
    ],
  },
  'finds nobody': { answer: undefined, lines: [`${unseen}, socket error 2, answer nobody, ${unanswered}`] },
  'finds nobody when failing is closed': {
    answer: undefined,
    environment: { RAMPART_FAIL_OPEN: '0' },
    lines: [`${unseen}, socket error 2, answer nobody, decision refused`],
  },
  'finds a socket that nobody listens at': {
    answer: undefined,
    prepare: ({ socket }) => leaveSocket(socket),
    lines: [`${unseen}, socket error 111, answer nobody, ${unanswered}`],
  },
  'finds a closed port': {
    environment: { RAMPART_URL: 'http://127.0.0.1:1' },
    lines: [`${found}, socket error 111, answer nobody, journal none, ${runs}`],
  },
  'has no descriptor': {
    circumstance: 'no-descriptors',
    lines: [`state file error 24, ${found}, socket error 24, answer no means, journal none, ${runs}`],
  },
  'asks through the FIFO': {
    circumstance: 'no-sockets',
    fifo: true,
    answer: '{"allowed":true}',
    lines: [`${unseen}, socket error 1, FIFO ok, answer allowed, ${runs}`],
  },
  'is denied through the FIFO': {
    circumstance: 'no-connections',
    fifo: true,
    prepare: ({ socket }) => leaveSocket(socket),
    answer: `{"allowed":false,"message":"${secret}"}`,
    lines: [`${unseen}, socket error 13, FIFO ok, answer denied, decision refused`],
  },
  'may not use the socket, and there is no FIFO': {
    circumstance: 'no-sockets',
    lines: [`${unseen}, socket error 1, FIFO error 2, answer nobody, ${unanswered}`],
  },
  'is answered with silence': {
    answer: null,
    lines: [`${unseen}, socket ok, answer silence, ${unanswered}`],
  },
  'is cut off': {
    answer: 'HTTP/1.1 200 OK\r\n',
    lines: [`${unseen}, socket ok, answer cut off, ${unanswered}`],
  },
  'meets an endpoint that fails': {
    answer: http('{}', '503 Busy'),
    lines: [`${unseen}, socket ok, status 503, answer failed, ${unanswered}`],
  },
  'is answered with a foreign status': {
    answer: http(allow, '401 Unauthorized'),
    lines: [`${unseen}, socket ok, status 401, answer bad status, decision refused`],
  },
  'is answered with no JSON': {
    answer: http(secret),
    lines: [`${answered}, answer bad answer, decision refused`],
  },
  'is answered with no HTTP': {
    answer: `${secret}\r\n`,
    lines: [`${unseen}, socket ok, answer bad answer, decision refused`],
  },
  'has a URL that cannot be used': {
    environment: { RAMPART_URL: `https://${secret}` },
    lines: [`${found}, answer bad URL, decision refused`],
  },
  'has more settings than fit': {
    environment: { RAMPART_AGENT: secret.repeat(5_000) },
    lines: [`${unseen}, answer no settings, decision refused`],
  },
  'is denied a shell that was denied before': {
    program: 'sh',
    quiet: '',
    answer: http('{"allowed":false,"notice":""}'),
    lines: [`${answered}, answer denied, decision refused`],
  },
  ...Object.fromEntries(
    [
      ...['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh'].map((name) => [name, 'stand-in']),
      ...['ssh', 'mosh', 'deploy.sh', 'fish', 'csh', 'sh.old', 'push', 'h'].map((name) => [name, 'refused']),
    ].map(([name, decision]) => [
      `is denied ${name}`,
      {
        program: name,
        quiet: '',
        answer: http('{"allowed":false,"notice":"by rule test#1"}'),
        lines: [`${answered}, answer denied, decision ${decision}`],
        said: new RegExp(`^rampart: denied \`${name} ran\` by rule test#1$`, 'u'),
      },
    ]),
  ),
  'is in a vfork child': {
    circumstance: 'vfork',
    environment: { SNIPPET_ROUNDS: '3' },
    lines: Array.from({ length: 3 }, () => `${answered}, answer allowed, ${runs}`),
  },
  'is refused on a small signal stack': {
    circumstance: 'signal-stack',
    answer: deny,
    lines: [`${answered}, answer denied, decision refused`],
  },
  'is on a small signal stack': {
    circumstance: 'signal-stack',
    lines: [`${answered}, answer allowed, ${runs}`],
  },
  'is in many threads': {
    circumstance: 'threads',
    lines: Array.from({ length: 40 }, () => `${answered}, answer allowed, ${runs}`),
  },
};

function verdictOf({ directory: cwd, program: exe }) {
  return { door: 'execve', exe, cwd, argv: ['target', 'ran'] };
}

/** A socket as an endpoint leaves it that was killed. */
async function leaveSocket(path) {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((done) => spawn(process.execPath, ['-e', script]).once('close', done));
}

function createAnswerer({ directory, socket }, { fifo, answer }) {
  if (answer === undefined) return undefined;
  return fifo ? createFifo(directory, answer) : createEndpoint(socket, answer);
}

function makeTarget(place, kind) {
  if (kind === 'missing') return;
  if (kind === 'broken') writeFileSync(place.program, 'neither a program nor a script', { mode: 0o700 });
  else copyFileSync(target, place.program);
}

/** What a call of a door says in a circumstance. */
async function run(door, wanted, place) {
  const words = [wanted.circumstance ?? 'plain'];
  return start(join(snippets, `snippet_${door}`), words, wanted, place).said;
}

function start(command, words, wanted, place) {
  const env = {
    PATH: `${place.directory}:/usr/bin:/bin`,
    LD_PRELOAD: library,
    RAMPART_URL: `unix://${place.socket}`,
    RAMPART_DEBUG: '1',
    RAMPART_QUIET: wanted.quiet ?? '1',
    RAMPART_TOKEN: secret,
    SNIPPET_TARGET: place.program,
    SNIPPET_LIBRARY: library,
    ANYTHING: secret,
    ...wanted.environment,
  };
  const options = { env, cwd: place.directory, detached: true, stdio: ['pipe', 'ignore', 'pipe'] };
  const child = spawn(command, words, options);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
  const said = new Promise((done) => child.once('close', () => done(errors)));
  return { pid: child.pid, go: () => child.stdin.end('go\n'), said };
}

function makePlace(name) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-steps-'));
  return { directory, program: join(directory, name), socket: join(directory, 'endpoint.sock') };
}

function writeState({ directory }, bytes) {
  writeFileSync(join(directory, 'state'), bytes, { mode: 0o600 });
}

async function check(door, name, wanted) {
  const place = makePlace(wanted.program ?? 'target');
  makeTarget(place, wanted.target);
  await wanted.prepare?.(place);
  if (wanted.state) writeState(place, wanted.state(place));
  const answerer = await createAnswerer(place, { answer: allow, ...wanted });
  const said = (await run(door, wanted, place)).split('\n').filter(Boolean);
  answerer?.close();
  rmSync(place.directory, { recursive: true, force: true });
  const lines = said.filter((line) => line.startsWith('[rampart]'));
  expect(
    `${door} ${name}`,
    lines,
    wanted.lines.map((line) => `[rampart] ${door}: ${line}`),
  );
  const secrets = said.filter((line) => line.includes(secret));
  expect(`${door} ${name}: a secret`, secrets, []);
  const others = said.filter((line) => !line.startsWith('[rampart]') && wanted.said?.test(line) !== true);
  expect(`${door} ${name}: something else`, others, []);
}

/** The shell waits for the state file, which names it. */
async function checkDormant() {
  const place = makePlace('target');
  makeTarget(place);
  const shell = start('/bin/sh', ['-c', 'read line; "$SNIPPET_TARGET"; exit'], {}, place);
  writeState(place, stateFile({ dormant: [shell.pid] }));
  shell.go();
  expect(
    'a dormant session',
    await shell.said,
    `[rampart] execve: state file ok, mode enforce, session dormant, ${runs}\n`,
  );
  rmSync(place.directory, { recursive: true, force: true });
}

/** The loader of each program that has this list says once that an entry of it is not there. */
async function checkStandInAlone() {
  const place = makePlace('sh');
  makeTarget(place);
  const denied = cases['is denied sh'];
  const endpoint = await createAnswerer(place, denied);
  const environment = { LD_PRELOAD: `${library} /nonexistent/entry.so`, RAMPART_DEBUG: '' };
  const said = (await run('execve', { ...denied, environment }, place)).split('\n').filter(Boolean);
  endpoint.close();
  rmSync(place.directory, { recursive: true, force: true });
  const complaints = said.filter((line) => line.includes('/nonexistent/entry.so'));
  const others = said.filter((line) => !complaints.includes(line));
  expect(
    'a stand-in, and its environment',
    [complaints.length, others.map((line) => denied.said.test(line))],
    [1, [true]],
  );
}

for (const [name, wanted] of Object.entries(cases)) await check('execve', name, wanted);

// A door that comes back tells what with.
for (const [name, { lines }] of Object.entries(cases).slice(0, 2)) {
  const wanted = { ...cases[name], lines: name === 'is allowed' ? [...lines, 'result ok'] : lines };
  for (const door of ['posix_spawn', 'posix_spawnp']) await check(door, name, wanted);
}
for (const door of ['posix_spawn', 'posix_spawnp']) {
  const { lines } = cases['is denied sh'];
  await check(door, 'is denied sh', { ...cases['is denied sh'], lines: [...lines, 'result ok'] });
  await check(door, 'is denied ssh', cases['is denied ssh']);
}

await checkDormant();
await checkStandInAlone();
tellTotals();
