// For how long one question can hold up the endpoint: `npm run bench:large [-- PART]`, after `npm run build`. Asks questions as large as
// they can be, of every shape or of those with PART in their name, and prints what each took of the processor time of the main thread,
// the dearest first, with the ratio to a plain question. What else the machine does makes little difference to it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { largeQuestions } from './largeQuestions.mjs';
import { formatTargets } from './targets.mjs';

const directory = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
const part = process.argv[2] ?? '';
const plainQuestions = 300;

/** How long a question is waited for, in milliseconds; what takes longer has held up everybody. */
const patienceMs = 10_000;

/** Starts an endpoint and resolves with its process and socket when it is ready. */
function startEndpoint() {
  const words = [resolve('dist', 'endpoint.js'), '--state-dir', join(directory, 'state')];
  const env = { PATH: '/usr/bin:/bin', HOME: directory };
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'], env });
  return new Promise((done) => {
    child.stdout.setEncoding('utf8').once('data', (line) => done({ child, socket: JSON.parse(line).socket }));
  });
}

async function endEndpoint({ child }) {
  const ended = new Promise((done) => child.on('exit', done));
  child.kill('SIGKILL');
  await ended;
  rmSync(join(directory, 'state'), { recursive: true, force: true });
}

/** What the main thread has spent, in milliseconds. */
function spentBy({ child }) {
  const pid = String(child.pid);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** The status and body of an answer; null when none comes. */
function ask({ socket: socketPath }, body) {
  const headers = { 'Content-Length': Buffer.byteLength(body), Connection: 'close' };
  const target = { socketPath, method: 'POST', path: '/v1/preflight/exec', headers, timeout: patienceMs };
  return new Promise((done) => {
    const asked = request(target, (answer) => {
      let text = '';
      answer
        .on('data', (piece) => (text += piece))
        .on('end', () => done({ status: answer.statusCode, text }));
    });
    asked.on('error', () => done(null)).on('timeout', () => asked.destroy());
    asked.end(body);
  });
}

function tell(answer) {
  if (answer === null) return `no answer within ${String(patienceMs / 1_000)} s`;
  const { decision, error } = JSON.parse(answer.text);
  return decision ?? `${String(answer.status)} ${error}`;
}

mkdirSync(join(directory, 'project'));
let endpoint = await startEndpoint();
try {
  const plain = largeQuestions.get('plain')();
  for (let count = 0; count < plainQuestions; count += 1) await ask(endpoint, plain);
  const before = spentBy(endpoint);
  for (let count = 0; count < plainQuestions; count += 1) await ask(endpoint, plain);
  const plainMs = (spentBy(endpoint) - before) / plainQuestions;
  const rows = [];
  for (const [name, format] of largeQuestions) {
    if (name === 'plain' || !name.includes(part)) continue;
    const body = format();
    const started = spentBy(endpoint);
    const answer = await ask(endpoint, body);
    rows.push({
      name,
      megabytes: body.length / 1_048_576,
      spent: spentBy(endpoint) - started,
      told: tell(answer),
    });
    if (answer !== null) continue;
    await endEndpoint(endpoint);
    endpoint = await startEndpoint();
  }
  rows.sort((one, other) => other.spent - one.spent);
  const lines = rows.map(({ name, megabytes, spent, told }) =>
    [name, megabytes.toFixed(2), spent.toFixed(0), (spent / plainMs).toFixed(0), told].join(' | '),
  );
  const longest = rows[0]?.spent ?? NaN;
  const target = {
    kind: 'absolute',
    what: 'the longest that one question holds up all others',
    measured: longest,
    most: 250,
    unit: ' ms',
  };
  const head = ['| question | MB | ms | to a plain one | answer |', '|---|---|---|---|---|'];
  process.stdout.write(
    `${[formatTargets([target]), '', ...head, ...lines.map((line) => `| ${line} |`)].join('\n')}\n`,
  );
} finally {
  await endEndpoint(endpoint);
  rmSync(directory, { recursive: true, force: true });
}
