// What happens to the endpoint in a bad hour: `npm run chaos [-- --kills=N]`, after `npm run build`; `--short` is the round
// of `npm test`.
// The oracle is what the guarded programs did, not what the endpoint says: every start must be in the log once, and
// nothing that the policy denies may have run while somebody could have been asked. Exits 1 at the first thing that is wrong.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
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
const policy = join(root, 'policy.yaml');
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
function startEndpoint() {
  const words = [
    resolve('dist', 'endpoint.js'),
    '--state-dir',
    state,
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
function ask(command) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no answer about ${command}`)), deadlineMs + patienceMs);
    const body = JSON.stringify({ command, enforce: true });
    const connection = connect(socket, () =>
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

/** A guarded shell that starts programs until it is told to end; each start has a name of its own. */
function startWorker(index) {
  const folder = join(root, `w${String(index)}`);
  mkdirSync(folder);
  const script = `i=0; while [ ! -e ../end ]; do i=$((i+1)); /bin/true w${String(index)}n$i && echo $i >> ran; touch forbidden$i; done 2>/dev/null`;
  const env = {
    PATH: '/usr/bin:/bin',
    LD_PRELOAD: library,
    RAMPART_URL: `unix://${socket}`,
    RAMPART_QUIET: '1',
  };
  const child = spawn('/bin/sh', ['-c', script], { cwd: folder, env, stdio: 'ignore' });
  children.add(child);
  return { folder, ended: new Promise((done) => child.on('exit', done)), index };
}

function readRecords() {
  const folder = join(state, 'audit');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{"schema_version"'))
    .map((line) => JSON.parse(line));
}

/** Kills the endpoint again and again while programs start, and holds the log against what they did. */
async function roundOfKills() {
  let endpoint = await startEndpoint();
  const busy = Array.from({ length: workers }, (_none, index) => startWorker(index));
  for (let count = 0; count < kills; count += 1) {
    await pause(50 + Math.random() * 700);
    endpoint.child.kill('SIGKILL');
    await endpoint.ended;
    endpoint = await startEndpoint();
  }
  writeFileSync(join(root, 'end'), '');
  await Promise.all(
    busy.map((worker) =>
      Promise.race([worker.ended, pause(patienceMs).then(() => assert.fail('a worker hangs'))]),
    ),
  );
  await until('the journal is read', () => !readdirSync(state).some((name) => name.startsWith('journal')));
  const records = readRecords();
  const ids = records.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'an id is in the log twice');
  const byCommand = new Map();
  for (const { request, decision, tool } of records) {
    if (tool === 'rampart') continue;
    byCommand.set(request.command, [...(byCommand.get(request.command) ?? []), decision]);
  }
  let starts = 0;
  let unasked = 0;
  let cut = 0;
  for (const { folder, index } of busy) {
    const ran = existsSync(join(folder, 'ran'))
      ? readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n')
      : [];
    for (const number of ran) {
      starts += 1;
      const found = byCommand.get(`/bin/true w${String(index)}n${number}`) ?? [];
      assert.equal(
        found.length,
        1,
        `start ${number} of worker ${String(index)} is in the log ${String(found.length)} times`,
      );
    }
    for (const name of readdirSync(folder).filter((file) => file.startsWith('forbidden'))) {
      unasked += 1;
      // A shell that was refused tries the next directory of PATH, and may find nobody there any more.
      const found = records.filter(
        ({ request, cwd }) => request.command === `touch ${name}` && cwd === folder,
      );
      const isTold = found.some(({ decision }) => decision.message.startsWith('run without an answer'));
      assert.ok(found.length > 0, `${name} ran and is not in the log`);
      if (!isTold) cut += 1;
    }
  }
  assert.equal(cut, 0, 'denied ones ran and are in the log as denied alone');
  execFileSync(process.execPath, [resolve('dist', 'cli.js'), 'log', '--verify', '--state-dir', state], {
    env: { PATH: '/usr/bin:/bin', HOME: root },
  });
  process.stdout.write(
    `${String(kills)} kills: ${String(starts)} starts, each in the log once; ${String(unasked)} denied ones ran while nobody could be asked\n`,
  );
  return endpoint;
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
  rmSync(state, { recursive: true, force: true });
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

try {
  const endpoint = await roundOfKills();
  await roundOfSilence();
  await roundOfLoss(endpoint);
} finally {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
}
