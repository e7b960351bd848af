// One door of libc in every circumstance: `doors.mjs DOOR SNIPPET LIBRARY TARGET [musl]`. A small endpoint stands in
// for the real one; a program that makes just the one call is run without the library, then with it. Prints one
// line for each difference and closes with totals.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, createFifo, http, stateHeader } from './endpoint.mjs';

const [door, snippet, library, target, libc] = process.argv.slice(2);

const armed = 42;
const bare = 43;
const eperm = 1;
const enoent = 2;
const eacces = 13;
const enoexec = 8;
const enosys = 38;
const missing = 97;
const deadlineMs = 60_000;
const machineOffset = 18;

const isShell = ['system', 'popen', '_IO_popen', 'wordexp'].includes(door);
const isSpawn = door.includes('spawn');
const isExec = !isShell && !isSpawn;
const takesEnvironment =
  ['execve', 'execvpe', 'execle', 'execveat', 'fexecve', 'syscall'].includes(door) || isSpawn;
// glibc's fexecve refuses a NULL vector by itself.
const takesVector = isExec && !door.startsWith('execl') && door !== 'fexecve';
const searches = ['execvp', 'execvpe', 'execlp', 'posix_spawnp', 'pidfd_spawnp'].includes(door);
const isMusl = libc === 'musl';
const isPidfd = door.startsWith('pidfd');

const allow = '{"allowed":true,"decision":"allow","message":""}';
const deny = '{"allowed":false,"decision":"deny","message":"no","notice":"by rule test#1: no [00112233]"}';

/** Runs the snippet in a circumstance; resolves with its status and what it wrote to standard error. */
function run(circumstance, environment, preload) {
  const env = {
    PATH: `${join(target, '..')}:/usr/bin:/bin`,
    SNIPPET_TARGET: target,
    SNIPPET_LIBRARY: library,
    ...(preload ? { LD_PRELOAD: library } : {}),
    ...environment,
  };
  for (const name of Object.keys(env)) if (env[name] === null) delete env[name];
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(snippet, [circumstance], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    let errors = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (piece) => (errors += piece));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ pid: child.pid, status: status ?? signal, errors, tookMs: performance.now() - started });
    });
  });
}

/** What every case may say; the expectations default to an allowed call that was asked about. */
const defaults = {
  circumstance: 'plain',
  answer: http(allow),
  environment: {},
  preload: true,
  state: null,
  stateMode: 0o600,
  stateOwner: null,
  status: armed,
  asked: true,
  notice: null,
  journal: false,
  guardable: true,
  steps: null,
  told: null,
  token: undefined,
  failed: null,
  tcp: false,
  fifo: false,
  head: '',
  when: true,
};

const interim = 'HTTP/1.1 102 Processing\r\n\r\n';
const denied = { answer: http(deny), status: eperm, notice: 'by rule test#1: no [00112233]' };
const gone = { answer: undefined, asked: false };
const closed = { RAMPART_FAIL_OPEN: '0' };
const unreadable = { status: eperm, notice: ": the policy endpoint's answer could not be read" };
const unanswered = {
  status: eperm,
  notice: ': the policy endpoint does not answer and RAMPART_FAIL_OPEN is 0; start it with `rampart serve`\n',
};
const failing = {
  status: eperm,
  notice: ': the policy endpoint fails and RAMPART_FAIL_OPEN is 0; run `rampart doctor`\n',
};
/** As long as a token may be, and more than settings take up at first. */
const longToken = 'secret'.padEnd(4_096, '-');
const notUsable = {
  asked: false,
  status: eperm,
  notice: ': RAMPART_URL or RAMPART_TOKEN cannot be used; correct it and start anew\n',
};
const notHere = '/nonexistent/target';

const cases = {
  'is allowed': {},
  'is denied': denied,
  'is denied without a word': { ...denied, environment: { RAMPART_QUIET: '1' }, notice: null },
  'is denied by an answer that has only a message': {
    ...denied,
    answer: http('{"allowed":false,"message":"no"}'),
    notice: '`: no\n',
  },
  'is denied without a line when it was denied before': {
    ...denied,
    answer: http('{"allowed":false,"message":"no","notice":""}'),
    notice: null,
  },
  'waits while it is told to': { answer: interim + interim + http(allow), head: 'Prefer: wait=120' },
  'is denied in the end': { ...denied, answer: interim + denied.answer },
  'is refused on garbage behind an interim answer': { ...unreadable, answer: `${interim}x\n` },
  'runs when nobody is there': { ...gone, journal: true },
  'is refused when nobody is there and failing is closed': { ...gone, ...unanswered, environment: closed },
  'runs when the answer is silence': {
    answer: null,
    journal: true,
    minMs: 1900,
    maxMs: 9000,
    when: isSlowChecked(),
  },
  'is refused when the answer is silence and failing is closed': {
    ...failing,
    answer: null,
    environment: closed,
    minMs: 1900,
    maxMs: 9000,
    when: isSlowChecked(),
  },
  'runs when the connection is cut': { answer: 'HTTP/1.1 200 OK\r\n', journal: true },
  'runs when the endpoint fails': { answer: http('{}', '503 Busy'), journal: true },
  'is refused when the endpoint fails and failing is closed': {
    ...failing,
    answer: http('{}', '503 Busy'),
    environment: closed,
  },
  'is refused on an answer that is none': { ...unreadable, answer: 'SSH-2.0-x\r\n' },
  'is refused on a look-alike': { ...unreadable, answer: http('{"message":"\\"allowed\\":true"}') },
  'is refused on a foreign status': { ...unreadable, answer: http(allow, '401 Unauthorized') },
  'runs in monitor although denied': {
    ...denied,
    environment: { RAMPART_MODE: 'monitor' },
    status: armed,
    notice: null,
  },
  'runs in monitor on an answer that is none': { answer: 'x\n', environment: { RAMPART_MODE: 'monitor' } },
  'runs in monitor when nobody is there': {
    ...gone,
    environment: { RAMPART_MODE: 'monitor', ...closed },
    journal: true,
  },
  'asks nobody when disabled': {
    environment: { RAMPART_MODE: 'disabled' },
    answer: http(deny),
    asked: false,
  },
  'asks nobody when the state file disables': { answer: http(deny), state: stateHeader(3), asked: false },
  'runs when the state file says monitor': { answer: http(deny), state: stateHeader(2) },
  'stays in monitor when the state file enforces': {
    answer: http(deny),
    environment: { RAMPART_MODE: 'monitor' },
    state: stateHeader(1),
  },
  'obeys when the state file enforces': { ...denied, state: stateHeader(1) },
  'ignores a state file of another boot': { ...denied, state: stateHeader(3, Buffer.alloc(16, 7)) },
  'ignores a short state file': { ...denied, state: stateHeader(3).subarray(0, 63) },
  'ignores a broken state file': { ...denied, state: Buffer.alloc(64, 3) },
  'ignores a state file that others may write': { ...denied, state: stateHeader(3), stateMode: 0o602 },
  "ignores another user's state file": {
    ...denied,
    state: stateHeader(3),
    stateOwner: 12_345,
    when: process.getuid() === 0,
  },
  'is refused with a URL that cannot be used': {
    ...notUsable,
    environment: { RAMPART_URL: 'https://127.0.0.1' },
  },
  'is refused with the name of a host': {
    ...notUsable,
    environment: { RAMPART_URL: 'http://example.invalid' },
  },
  'is refused with a token that is too long': {
    ...notUsable,
    environment: { RAMPART_TOKEN: `${longToken}-` },
  },
  'runs in monitor with a URL that cannot be used': {
    environment: { RAMPART_URL: 'http://example.invalid', RAMPART_MODE: 'monitor' },
    asked: false,
  },
  'tells who asks, from where, and all of what': {
    circumstance: 'in-place',
    environment: { RAMPART_AGENT: 'bot', RAMPART_SESSION: 'one', CLAUDECODE: '1' },
    told: {
      agent: 'bot',
      session: 'one',
      enforce: true,
      argv: isShell ? ['sh', '-c', shellText()] : ['target', 'ran'],
      cwd: process.cwd(),
      ppid: process.pid,
      sid: readSession(),
      markers: ['CLAUDECODE'],
      truncated: false,
    },
  },
  'asks over TCP': { tcp: true, head: 'POST /prefix/v1/preflight/exec HTTP/1.1' },
  'is denied over TCP': { ...denied, tcp: true },
  'shows its token': {
    tcp: true,
    environment: { RAMPART_TOKEN: longToken },
    head: `Authorization: Bearer ${longToken}\r\n`,
  },
  'tells that it was allowed, and no secret': {
    tcp: true,
    environment: { RAMPART_DEBUG: '1', RAMPART_TOKEN: longToken },
    steps:
      'mode enforce, session watched, verdict miss, socket ok, status 200, answer allowed, decision run, environment changed',
  },
  'tells that it was denied, and not what': {
    ...denied,
    environment: { RAMPART_DEBUG: '1', RAMPART_QUIET: '1' },
    notice: null,
    steps:
      'state file error 2, mode enforce, session watched, verdict miss, socket ok, status 200, answer denied, decision refused',
  },
  'tells that nobody is there': {
    ...gone,
    environment: { RAMPART_DEBUG: '1' },
    journal: true,
    steps:
      'state file error 2, mode enforce, session watched, verdict miss, socket error 2, answer nobody, journal ok, decision run, environment changed',
  },
  'tells that the state file disables': {
    state: stateHeader(3),
    environment: { RAMPART_DEBUG: '1' },
    asked: false,
    steps: 'state file ok, mode disabled, decision run, environment changed',
  },
  'is refused on a wrong token': { ...unreadable, tcp: true, answer: http('{}', '401 Unauthorized') },
  'asks through the FIFO where sockets are forbidden': {
    circumstance: 'no-sockets',
    when: !isMusl,
    fifo: true,
    answer: allow,
  },
  'shows its token through the FIFO': {
    circumstance: 'no-sockets',
    when: !isMusl,
    environment: { RAMPART_TOKEN: longToken },
    fifo: true,
    answer: allow,
    token: longToken,
  },
  'asks through the FIFO where connecting is forbidden': {
    circumstance: 'no-connections',
    when: !isMusl,
    fifo: true,
    answer: allow,
  },
  'is denied through the FIFO': {
    ...denied,
    circumstance: 'no-sockets',
    when: !isMusl,
    fifo: true,
    answer: deny,
  },
  'is refused on an answer file that is none': {
    ...unreadable,
    circumstance: 'no-sockets',
    when: !isMusl,
    fifo: true,
    answer: allow.slice(0, -1),
  },
  'runs when nobody reads the FIFO': { ...gone, circumstance: 'no-sockets', when: !isMusl, journal: true },
  'runs when the FIFO stays silent': {
    circumstance: 'no-sockets',
    fifo: true,
    answer: null,
    journal: true,
    minMs: 1900,
    maxMs: 9000,
    when: isSlowChecked(),
  },
  'runs over TCP where sockets are forbidden': {
    circumstance: 'no-sockets',
    when: !isMusl,
    tcp: true,
    asked: false,
  },
  'is refused over TCP where sockets are forbidden and failing is closed': {
    circumstance: 'no-sockets',
    when: !isMusl,
    tcp: true,
    environment: closed,
    asked: false,
    status: eperm,
    notice: ': a sandbox forbids to ask and RAMPART_FAIL_OPEN is 0; let it reach RAMPART_URL\n',
  },
  'runs when the port is closed': { environment: { RAMPART_URL: 'http://127.0.0.1:1' }, asked: false },
  'fails by itself on a missing file': {
    environment: { SNIPPET_TARGET: notHere, PATH: '/nonexistent' },
    asked: false,
    status: enoent,
    when: !isShell,
  },
  'fails by itself on a file that may not be run': {
    target: 'plain',
    asked: false,
    status: eacces,
    when: !isShell,
  },
  'says that what was allowed did not start': {
    target: 'broken',
    status: enoexec,
    failed: enoexec,
    when: ['execve', 'execv', 'execle', 'posix_spawn'].includes(door),
  },
  'says that a static program cannot be guarded': { target: 'static', guardable: false, when: !isShell },
  'says that a static program at no fixed address cannot be guarded': {
    target: 'static_pie',
    guardable: false,
    when: !isShell && !isMusl,
  },
  'is denied a static program': { ...denied, target: 'static', guardable: false, when: !isShell },
  'runs without a free descriptor': {
    circumstance: 'no-descriptors',
    asked: false,
    when: needsNoDescriptor(),
  },
  'is refused without a free descriptor when failing is closed': {
    status: eperm,
    notice:
      ': no descriptor or memory is free and RAMPART_FAIL_OPEN is 0; close files or raise `ulimit -n`\n',
    circumstance: 'no-descriptors',
    environment: closed,
    asked: false,
    when: needsNoDescriptor(),
  },
  'runs with a file size limit when nobody is there': { ...gone, circumstance: 'size-limit' },
  ...Object.fromEntries(
    Object.entries({
      'without arguments': { circumstance: 'null-argv', when: takesVector },
      'with no argument at all': {
        circumstance: 'empty-argv',
        when: takesVector || isSpawn || door === 'fexecve',
      },
      'with an empty name': { circumstance: 'empty-name', when: !isShell },
      'with an empty environment': { circumstance: 'empty-environment' },
      'with a NULL environment': {
        circumstance: 'null-environment',
        when: takesEnvironment && door !== 'fexecve',
      },
      'when its environment was cleared': { circumstance: 'cleared-environment' },
      'with a large environment': { circumstance: 'large-environment' },
      'in a constructor': { environment: { SNIPPET_WHEN: 'constructor' } },
      // That early libc has no environment yet, and so no PATH.
      'before all constructors': { environment: { SNIPPET_WHEN: 'preinit' }, when: !searches },
      'in vfork children': { circumstance: 'vfork', environment: vforkRounds(), when: isExec, many: true },
      'in many threads': { circumstance: 'threads', many: true },
      // musl's wordexp gives up when it is interrupted.
      'in a storm of signals': { circumstance: 'signal-storm', when: !(isMusl && door === 'wordexp') },
      'in vfork children of many threads': { circumstance: 'vfork-threads', when: isExec, many: true },
      // Threads that use musl's popen close each other's descriptors.
      'in many threads of one process': {
        circumstance: 'shared-threads',
        when: !isExec && !(isMusl && door === 'popen'),
        many: true,
      },
      'in threads and in their children': { circumstance: 'forking-threads', when: isSpawn, many: true },
      'in a thread with a small stack': { circumstance: 'small-thread' },
      'on a small signal stack': { circumstance: 'signal-stack', when: isExec || (isSpawn && !isMusl) },
      'with all descriptors closed': { circumstance: 'closed-descriptors', mute: true },
      'and leaves the caller undisturbed': { circumstance: 'undisturbed', many: true },
    }).flatMap(inAllWays),
  ),
};

/** A circumstance of the call: without the library, allowed, refused, and with nobody to ask. */
function inAllWays([name, { many = false, mute = false, environment = {}, ...one }]) {
  const refusal = many || mute ? { ...denied, notice: null } : denied;
  const quiet = many ? { ...environment, RAMPART_QUIET: '1' } : environment;
  return [
    [`runs by itself ${name}`, { ...gone, ...one, environment, preload: false, status: bare }],
    // An answer that was missed is a refusal. Where many ask at once, a busy machine may have one come late.
    [`is allowed ${name}`, { ...one, environment: many ? environment : { ...closed, ...environment } }],
    [`is denied ${name}`, { ...refusal, ...one, environment: quiet }],
    [`runs ${name} when nobody is there`, { ...gone, ...one, environment, journal: true }],
  ];
}

/** What a shell is given to become the target. */
function shellText() {
  const text = `exec ${target} ran`;
  return door === 'wordexp' ? `$(${text})` : text;
}

/** The session that this process and its children are in. */
function readSession() {
  return Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[3]);
}

/** What needs a descriptor by itself is another matter. */
function needsNoDescriptor() {
  return (isExec && door !== 'fexecve') || (door.startsWith('posix_spawn') && !isMusl);
}

/** Silence costs two seconds a question, and a shell asks its own: one door of each kind is enough. */
function isSlowChecked() {
  return !isMusl && ['execve', 'posix_spawnp', 'popen'].includes(door);
}

function vforkRounds() {
  return { SNIPPET_ROUNDS: door === 'execve' ? '1000' : '100' };
}

/** The differences between what was expected of a case and what came. */
function differences(wanted, got, { questions, heads }, journal) {
  const list = [];
  const expect = (holds, text) => holds || list.push(text);
  const expectTold = (question, told) => {
    for (const [name, value] of Object.entries(told))
      expect(
        JSON.stringify(question[name]) === JSON.stringify(value),
        `told ${name} ${JSON.stringify(question[name])}`,
      );
  };
  // Where libc has no such door, what is allowed still fails.
  const lacks = wanted.preload ? enosys : missing;
  const status = wanted.status !== eperm && wanted.mayLack ? lacks : wanted.status;
  expect(got.status === status, `status ${String(got.status)} instead of ${String(status)}`);
  expect(wanted.asked === questions.length > 0, `${String(questions.length)} questions`);
  if (wanted.asked && questions.length > 0) {
    const [first] = questions;
    expect(first.guardable === wanted.guardable, `guardable: ${String(first.guardable)}`);
    expect(first.door === door, `asked as ${first.door}`);
    expect(first.params.command.includes('target'), `asked about ${first.params.command}`);
    expect(first.token === wanted.token, `told the token ${String(first.token)}`);
    if (wanted.told !== null) expectTold(first, { ...wanted.told, pid: got.pid });
    expect(first.exe === (isShell ? '/bin/sh' : (wanted.exe ?? target)), `asked about ${first.exe}`);
  }
  expect(
    heads.every((head) => head.includes(wanted.head)),
    `asked with ${String(heads)}`,
  );
  if (wanted.notice !== null) expect(got.errors.includes(wanted.notice), `no notice: ${got.errors}`);
  else expect(!got.errors.includes('rampart: denied'), `an unexpected notice: ${got.errors}`);
  expect(!got.errors.includes('problem:'), got.errors);
  if (wanted.steps !== null) {
    // A shell's own calls tell theirs.
    const lines = got.errors.trimEnd().split('\n');
    const own = lines.filter((line) => line.startsWith(`[rampart] ${door}: `));
    const back = wanted.mayLack ? /result error 38$/u : /: result ok$/u;
    const comesBack = wanted.status === armed && (wanted.mayLack || !isExec);
    expect(own[0] === `[rampart] ${door}: ${wanted.steps}`, `told ${own[0]}`);
    expect(comesBack ? back.test(own[1]) : own.length === 1, `told ${String(own)}`);
    const isStep = (line) => /^\[rampart\] execve: [\w ,-]+$/u.test(line) && !/target|secret/u.test(line);
    const others = lines.filter((line) => !own.includes(line));
    expect(isShell ? others.every(isStep) : others.length === 0, `told ${got.errors}`);
  }
  expect(journal !== null || !wanted.journal, 'nothing in the journal');
  if (wanted.failed !== null) {
    const told =
      journal === null ? null : [journal[10], journal.readUInt32LE(12), journal.toString('hex', 16, 32)];
    const [first] = questions;
    expect(
      JSON.stringify(told) === JSON.stringify([4, wanted.failed, first?.id]),
      `told ${JSON.stringify(told)}`,
    );
  }
  if (wanted.minMs) expect(got.tookMs >= wanted.minMs, `took only ${String(got.tookMs)} ms`);
  if (wanted.maxMs) expect(got.tookMs <= wanted.maxMs, `took ${String(got.tookMs)} ms`);
  return list;
}

function createAnswerer(wanted, directory, address) {
  if (wanted.answer === undefined) return null;
  return wanted.fifo ? createFifo(directory, wanted.answer) : createEndpoint(address, wanted.answer);
}

function bytesOf(kind) {
  if (kind === 'broken') return 'neither a program nor a script';
  return readFileSync(kind === 'plain' ? target : `${target}_${kind}`);
}

function readJournal(directory) {
  const file = join(directory, 'journal');
  return existsSync(file) ? readFileSync(file) : null;
}

async function checkCase(wanted) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-doors-'));
  const socket = join(directory, 'endpoint.sock');
  const address = wanted.tcp ? { host: '127.0.0.1', port: 0 } : socket;
  const endpoint = await createAnswerer(wanted, directory, address);
  const url = wanted.tcp ? `http://127.0.0.1:${String(endpoint.port)}/prefix/` : `unix://${socket}`;
  const environment = { RAMPART_URL: url, ...wanted.environment };
  if (wanted.state !== null) {
    writeFileSync(join(directory, 'state'), wanted.state);
    chmodSync(join(directory, 'state'), wanted.stateMode);
    if (wanted.stateOwner !== null) chownSync(join(directory, 'state'), wanted.stateOwner, wanted.stateOwner);
  }
  if (wanted.target !== undefined) {
    writeFileSync(join(directory, 'target'), bytesOf(wanted.target));
    chmodSync(join(directory, 'target'), wanted.target === 'plain' ? 0o600 : 0o700);
    wanted.exe = join(directory, 'target');
    Object.assign(environment, { SNIPPET_TARGET: join(directory, 'target'), PATH: directory });
  }
  try {
    const got = await run(wanted.circumstance, environment, wanted.preload);
    const journal = readJournal(directory);
    return differences(wanted, got, endpoint ?? { questions: [], heads: [] }, journal);
  } finally {
    endpoint?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Targets that cannot be started, in a folder that is made for them. */
function makeFailures(directory) {
  const long = 'x'.repeat(300);
  writeFileSync(join(directory, 'plain'), '');
  symlinkSync('loop', join(directory, 'loop'));
  mkdirSync(join(directory, 'folder', 'target'), { recursive: true });
  mkdirSync(join(directory, 'broken'));
  writeFileSync(join(directory, 'broken', 'target'), '\x7fELF, it says', { mode: 0o700 });
  const head = readFileSync(target);
  // Of a machine that nobody here can emulate.
  head.writeUInt16LE(0xfeed, machineOffset);
  mkdirSync(join(directory, 'foreign'));
  writeFileSync(join(directory, 'foreign', 'target'), head, { mode: 0o700 });
  return {
    'below a file': { path: 'plain/target' },
    'behind a loop of links': { path: 'loop/target' },
    'with too long a name': { path: `${long}/target` },
    'with too long a path': { path: `${'./'.repeat(3000)}target` },
    'a folder': { path: 'folder/target' },
    'a broken program': { path: 'broken/target', asked: true },
    "another machine's program": { path: 'foreign/target', asked: true, guardable: false },
  };
}

/** What fails by itself fails in the same way, whoever would answer. */
async function findFailingDifferently() {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-failures-'));
  const list = [];
  try {
    for (const [name, { path, asked = false, guardable = true }] of Object.entries(makeFailures(directory))) {
      const target = `${directory}/${path}`;
      const environment = { SNIPPET_TARGET: target, PATH: target.slice(0, target.lastIndexOf('/')) };
      const plain = await run('plain', environment, false);
      for (const answer of [http(allow), http(deny), undefined]) {
        const socket = join(directory, 'endpoint.sock');
        const endpoint = answer === undefined ? null : await createEndpoint(socket, answer);
        const got = await run('plain', { ...environment, RAMPART_URL: `unix://${socket}` }, true);
        endpoint?.close();
        const wanted = asked && answer === http(deny) ? eperm : plain.status;
        if (got.status !== wanted)
          list.push(`${name}: ${String(got.status)} instead of ${String(wanted)} with ${String(answer)}`);
        const [question] = endpoint?.questions ?? [];
        if (endpoint !== null && (question !== undefined) !== asked) list.push(`${name}: asked, or not`);
        if (question !== undefined && question.guardable !== guardable)
          list.push(`${name}: guardable ${String(question.guardable)}`);
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return list;
}

async function main() {
  const plain = await run(
    'plain',
    { RAMPART_URL: 'unix:///nonexistent/endpoint.sock', LD_PRELOAD: library, RAMPART_MODE: 'disabled' },
    false,
  );
  const alone = await run('plain', {}, false);
  const mayLack = isPidfd && alone.status === missing;
  let passed = 0;
  let failed = 0;
  const queue = Object.entries(cases).filter(([, one]) => one.when !== false);
  const workers = Array.from({ length: 2 }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [name, one] = next;
      const list = await checkCase({ ...defaults, ...one, mayLack });
      if (list.length === 0) passed++;
      else failed++;
      for (const text of list) process.stdout.write(`${door} ${name}: ${text}\n`);
    }
  });
  await Promise.all(workers);
  const unlike = isShell || mayLack ? [] : await findFailingDifferently();
  for (const text of unlike) process.stdout.write(`${door} fails differently ${text}\n`);
  if (unlike.length === 0) passed++;
  else failed++;
  if (!mayLack && plain.status !== armed) {
    failed++;
    process.stdout.write(`${door}: the unguarded call ends with ${String(plain.status)}: ${plain.errors}\n`);
  }
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

await main();
