// What happens to the endpoint in a bad hour: `npm run chaos [-- --kills=N]`, after `npm run build`; `--short` is the round
// of `npm test`.
// The oracle is what the kernel started, as strace saw it, not what the endpoint says: every start must be in the log once, and
// nothing that the policy denies may have run while somebody could have been asked. The last line is PASS, or FAIL with the first
// thing that is wrong; then it exits 1.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const isShort = process.argv.includes('--short');
const kills = Number(/--kills=(\d+)/.exec(process.argv.join(' '))?.[1] ?? (isShort ? 4 : 200));
const workers = isShort ? 3 : 8;
const silentConnections = isShort ? 500 : 10_000;
const slowBytes = isShort ? 3 : 20;

/** The library's own deadline, and what a busy machine may add to it, in milliseconds. */
const deadlineMs = 2_000;
const patienceMs = 8_000;

const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');
const root = mkdtempSync(join(tmpdir(), 'rp-chaos-'));
const state = join(root, 'd');
const socket = join(state, 'endpoint.sock');
const clock = join(root, 'clock');
const clockModule = join(root, 'clock.mjs');
const policy = join(root, 'policy.yaml');
// The hour of the endpoint is that of the machine and what the file says, in milliseconds.
writeFileSync(
  clockModule,
  `import { readFileSync } from 'node:fs';
const Real = Date;
let offset = 0;
setInterval(() => (offset = Number(readFileSync(${JSON.stringify(clock)}, 'utf8'))), 20).unref();
globalThis.Date = class extends Real {
  constructor(...words) {
    super(...(words.length === 0 ? [Real.now() + offset] : words));
  }
  static now() {
    return Real.now() + offset;
  }
};
`,
);
writeFileSync(clock, '0');
writeFileSync(
  policy,
  'version: "1"\ndefault_action: allow\npolicies:\n  - name: chaos\n    rules:\n      - {action: deny, when: {command_matches: ["touch *forbidden*"]}, message: no}\n',
);

/** Whatever was started, so that nothing of it is left. */
const children = new Set();

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, look, ms = 60_000) {
  for (const end = performance.now() + ms; ; await pause(20)) {
    const found = await look();
    if (found) return found;
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
  }
}

/** Starts the endpoint and resolves when it is ready. */
function startEndpoint(directory = state) {
  const words = [
    '--import',
    clockModule,
    resolve('dist', 'endpoint.js'),
    '--state-dir',
    directory,
    '--policy',
    policy,
    '--no-default-policy',
  ];
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOME: root },
  });
  children.add(child);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const ended = new Promise((done) => child.on('exit', done));
  return new Promise((done, fail) => {
    // Behind the word that it is ready nobody hears this any more.
    child.on('exit', (code) => fail(new Error(`the endpoint ended with ${String(code)}: ${complaints}`)));
    child.stdout.once('data', () => done({ child, ended, complaints: () => complaints }));
  });
}

/** Asks about a command and resolves with the answer's text; rejects past the deadline. */
function ask(command, socketPath = socket) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no answer about ${command}`)), deadlineMs + patienceMs);
    const body = JSON.stringify({ command, enforce: true });
    const connection = connect(socketPath, () =>
      connection.write(
        `POST /v1/preflight/exec HTTP/1.1\r\nHost: rampart\r\nContent-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`,
      ),
    );
    let text = '';
    connection.setEncoding('utf8').on('data', (piece) => (text += piece));
    connection.on('error', fail).on('close', () => {
      clearTimeout(timer);
      done(text);
    });
  });
}

async function checkAnswers() {
  assert.match(await ask('ls'), /"allowed":true/);
  assert.match(await ask('touch forbidden'), /"allowed":false/);
}

/** A guarded and traced shell that starts programs until it is told to end; each start has a name of its own. */
function startWorker(name) {
  const folder = join(root, name);
  mkdirSync(folder);
  const trace = join(root, `${name}.trace`);
  const script = `i=0; while [ ! -e ../end ]; do i=$((i+1)); /bin/true ${name}n$i && echo $i >> ran; touch forbidden$i; done 2>/dev/null`;
  const guard = [`LD_PRELOAD=${library}`, `RAMPART_URL=unix://${socket}`, 'RAMPART_QUIET=1'];
  const words = ['-f', '-qq', '-o', trace, '-s', '256', '-e', 'trace=execve', '-e', 'signal=none'];
  const traced = [...words, ...guard.flatMap((entry) => ['-E', entry]), '/bin/sh', '-c', script];
  const env = { PATH: '/usr/bin:/bin' };
  const child = spawn('strace', traced, { cwd: folder, env, stdio: 'ignore' });
  children.add(child);
  const ended = new Promise((done, fail) => child.on('error', fail).on('exit', done));
  return { folder, trace, ended, name };
}

/** The arguments of every start that the kernel carried out. */
function readTrace(file) {
  const begun = new Map();
  const starts = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, pid, words = ''] =
      /^(\d+) +execve\("[^"]*", \[((?:"(?:[^"\\]|\\.)*"(?:\.\.\.)?(?:, )?)*)\]/.exec(line) ?? [];
    if (pid !== undefined)
      begun.set(
        pid,
        [...words.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => word),
      );
    const [, ended] = /^(\d+) +(?:execve\(|<\.\.\. execve resumed>).*\) += 0$/.exec(line) ?? [];
    if (ended !== undefined) starts.push(begun.get(ended) ?? []);
  }
  return starts;
}

/** A kill may cut the line that is being written, which nobody was answered for; such a line is passed over by every reader. */
const wholeRecord = /^\{"schema_version".*"hash":"sha256:[0-9a-f]{64}"\}$/;

function readRecords() {
  const folder = join(state, 'audit');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => wholeRecord.test(line))
    .map((line) => JSON.parse(line));
}

/** Ends the workers and holds the log against what the kernel started for them. */
async function settle(busy) {
  writeFileSync(join(root, 'end'), '');
  await Promise.all(
    busy.map((worker) =>
      Promise.race([worker.ended, pause(patienceMs).then(() => assert.fail('a worker hangs'))]),
    ),
  );
  rmSync(join(root, 'end'));
  await until('the journal is read', () => !readdirSync(state).some((name) => name.startsWith('journal')));
  const records = readRecords();
  const ids = records.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'an id is in the log twice');
  const byCommand = new Map();
  // Where only the answer was lost, that is told beside the decision.
  const unanswered = new Set(
    records
      .filter(({ decision }) => decision.message.startsWith('run without an answer'))
      .map(({ cwd, request }) => `${cwd} ${request.command}`),
  );
  for (const { request, decision, tool, cwd } of records) {
    if (tool === 'rampart') continue;
    const key = `${cwd} ${request.command}`;
    byCommand.set(key, [...(byCommand.get(key) ?? []), decision]);
  }
  let starts = 0;
  let unasked = 0;
  for (const { folder, trace, name } of busy) {
    const traced = readTrace(trace);
    const ran = traced.filter(([program]) => program === '/bin/true');
    const told = existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8').trim() : '';
    assert.equal(ran.length, told === '' ? 0 : told.split('\n').length, `${name} ran what was not traced`);
    for (const words of ran) {
      starts += 1;
      const found = byCommand.get(`${folder} ${words.join(' ')}`) ?? [];
      assert.equal(found.length, 1, `${words.join(' ')} is in the log ${String(found.length)} times`);
    }
    for (const words of traced.filter(([program]) => program === 'touch')) {
      unasked += 1;
      // A shell that was refused tries the next directory of PATH, and may find nobody there any more.
      const found = byCommand.get(`${folder} ${words.join(' ')}`) ?? [];
      assert.ok(found.length > 0, `${words.join(' ')} ran and is not in the log`);
      assert.ok(
        unanswered.has(`${folder} ${words.join(' ')}`),
        `${words.join(' ')} ran, and the log says that it was denied`,
      );
    }
  }
  assert.ok(starts > 0, 'nothing was started');
  const verify = [resolve('dist', 'cli.js'), 'log', '--verify', '--state-dir', state];
  const environment = { PATH: '/usr/bin:/bin', HOME: root };
  const verified = spawnSync(process.execPath, verify, { env: environment, encoding: 'utf8' });
  assert.equal(verified.status, 0, `the log does not verify: ${verified.stdout}${verified.stderr}`);
  return { starts, unasked };
}

/** Kills the endpoint again and again while programs start. */
async function roundOfKills() {
  let endpoint = await startEndpoint();
  const busy = Array.from({ length: workers }, (_none, index) => startWorker(`w${String(index)}`));
  for (let count = 0; count < kills; count += 1) {
    await pause(50 + Math.random() * 1_500);
    endpoint.child.kill('SIGKILL');
    await endpoint.ended;
    endpoint = await startEndpoint();
    if (count % 20 === 19) process.stderr.write(`${String(count + 1)} of ${String(kills)} kills\n`);
  }
  const { starts, unasked } = await settle(busy);
  assert.ok(starts > unasked, 'nothing was refused: the endpoint never lived long enough to be asked');
  process.stdout.write(
    `${String(kills)} kills: ${String(starts)} starts, each in the log once; of as many denied ones ${String(unasked)} ran while nobody could be asked\n`,
  );
  return endpoint;
}

/** The machine's clock jumps to and fro by up to two days while programs start; nobody is killed, so nothing denied may run. */
async function roundOfClocks() {
  const busy = [startWorker('c0'), startWorker('c1')];
  const hours = isShort ? [25, -25, 0] : [1, -1, 25, -25, 48, -48, 47, 0.5, -24, 0];
  for (const hour of hours) {
    await until('the last jump is over', () => existsSync(join(busy[0].folder, 'ran')));
    writeFileSync(clock, String(hour * 3_600_000));
    await pause(isShort ? 300 : 2_000);
    await checkAnswers();
  }
  const { starts, unasked } = await settle(busy);
  assert.equal(unasked, 0, 'something that is denied ran');
  process.stdout.write(
    `${String(hours.length)} jumps of the clock: ${String(starts)} starts, each in the log once, in one chain\n`,
  );
}

/** The disk takes nothing more: decisions go on, and what they were is in the log when there is room again. */
async function roundOfFullDisk() {
  const disk = join(root, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'none', disk], { stdio: 'ignore' });
  } catch {
    process.stdout.write('a full disk: not tried, nothing can be mounted here\n');
    return;
  }
  try {
    const directory = join(disk, 'd');
    const endpoint = await startEndpoint(directory);
    const socketPath = join(directory, 'endpoint.sock');
    assert.throws(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(4_194_304)), /ENOSPC/);
    const count = 300;
    for (let index = 0; index < count; index += 1) {
      assert.match(await ask(`ls full${String(index)}`, socketPath), /"allowed":true/);
      assert.match(await ask(`touch forbidden${String(index)}`, socketPath), /"allowed":false/);
    }
    assert.match(endpoint.complaints(), /ENOSPC|no space/i);
    rmSync(join(disk, 'filler'));
    const commandsIn = () =>
      readdirSync(join(directory, 'audit'))
        .flatMap((name) => readFileSync(join(directory, 'audit', name), 'utf8').split('\n'))
        .filter((line) => line.startsWith('{"schema_version"') && line.endsWith('}'))
        .map((line) => JSON.parse(line).request.command)
        .filter((command) => /full|forbidden/.test(command));
    await until('the log has caught up', () => commandsIn().length >= 2 * count);
    assert.equal(new Set(commandsIn()).size, 2 * count);
    assert.equal(commandsIn().length, 2 * count, 'a record is in the log twice');
    endpoint.child.kill('SIGTERM');
    await endpoint.ended;
    assert.doesNotMatch(endpoint.complaints(), /not foreseen/);
    process.stdout.write(`a full disk: ${String(2 * count)} decisions, each in the log once afterwards\n`);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
}

/** Connections that say nothing, and one that says 64 bytes a second, keep nobody from being answered. */
async function roundOfSilence() {
  const open = [];
  for (let count = 0; count < silentConnections; count += 1) {
    const connection = connect(socket);
    connection.on('error', () => undefined);
    open.push(connection);
    if (count % 50 === 49) await pause(1);
  }
  const slow = connect(socket);
  slow.on('error', () => undefined);
  for (let second = 0; second < slowBytes; second += 1) {
    slow.write('X'.repeat(64));
    await checkAnswers();
    await pause(1_000);
  }
  for (const connection of [...open, slow]) connection.destroy();
  process.stdout.write(
    `${String(silentConnections)} silent connections and a slow one: every question was answered\n`,
  );
}

/** What lies in the state directory is no reason to fall over, and its loss is the end of the endpoint, not of a program. */
async function roundOfLoss(endpoint) {
  for (const name of ['journal', 'journal.7', 'mode.json', 'approvals.json', 'state']) {
    writeFileSync(
      join(state, name),
      Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(Math.random() * 256))),
    );
  }
  await until('the journal is read', () => !existsSync(join(state, 'journal')));
  await checkAnswers();
  // What the endpoint makes while the directory is emptied is removed with the next try.
  await until('the state directory is gone', () => {
    try {
      rmSync(state, { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });
  await Promise.race([
    endpoint.ended,
    pause(patienceMs + deadlineMs).then(() => assert.fail('it stays without a state directory')),
  ]);
  assert.doesNotMatch(endpoint.complaints(), /not foreseen/);
  const again = await startEndpoint();
  await checkAnswers();
  again.child.kill('SIGTERM');
  await again.ended;
  assert.doesNotMatch(again.complaints(), /not foreseen/);
  process.stdout.write(
    'a state directory full of noise, and gone: the endpoint ended, the next one answered\n',
  );
}

const began = performance.now();
try {
  const endpoint = await roundOfKills();
  await roundOfClocks();
  await roundOfSilence();
  await roundOfLoss(endpoint);
  if (!isShort) await roundOfFullDisk();
  process.stdout.write(`PASS in ${String(Math.round((performance.now() - began) / 1_000))} s\n`);
} catch (thrown) {
  process.stdout.write(`FAIL: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  // They may still write for a moment.
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
