// Calls at the edge of what the kernel takes: `extremes.mjs LIBRARY EXTREMES TARGET LARGEST`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, extremes, target, largest] = process.argv.slice(2);
const armed = 42;
const bare = 43;
const eperm = 1;
const efault = 14;
const cutFlag = 1;
const unanswered = 3;
const maxText = 1_048_576;
const allow = http('{"allowed":true}');
const deny = http('{"allowed":false,"message":"no"}');
const badAddresses = [
  'path argv argument envp entry endless execveat fexecve execl syscall',
  'spawn argv,spawn envp',
].flatMap((line, index) => line.split(index === 0 ? ' ' : ','));

function run(words, environment) {
  const [command, ...rest] = words;
  const env = { PATH: '/usr/bin:/bin', SNIPPET_LIBRARY: library, ...environment };
  const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000 });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
  return new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status: status ?? signal, output, errors }));
  });
}

/** Runs under the library with an endpoint that answers so; `undefined` is nobody. */
async function runGuarded(words, answer, environment = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-extremes-'));
  const socket = join(directory, 'endpoint.sock');
  const endpoint = answer === undefined ? null : await createEndpoint(socket, answer);
  try {
    const got = await run(words, {
      LD_PRELOAD: library,
      RAMPART_URL: `unix://${socket}`,
      RAMPART_QUIET: '1',
      ...environment,
    });
    const journal = answer === undefined ? readFileSync(join(directory, 'journal'), { flag: 'a+' }) : null;
    return { ...got, questions: endpoint?.questions ?? [], journal };
  } finally {
    endpoint?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** An address that nothing is mapped at fails as it does without the library, and is asked about by nobody. */
async function checkAddresses() {
  for (const which of badAddresses) {
    const words = [extremes, which, target];
    expect(`${which} by itself`, (await run(words, {})).status, efault);
    for (const answer of [allow, deny, undefined]) {
      const { status, questions } = await runGuarded(words, answer);
      expect(`${which} with ${String(answer)}`, [status, questions.length], [efault, 0]);
    }
  }
}

/**
 * A call that only asks the kernel whether a file may be run starts nothing, nor does one that libc refuses by itself:
 * they are asked about by nobody.
 */
async function checkIdleCalls() {
  for (const which of ['check execveat', 'check syscall', 'fexecve without']) {
    const { status: itself } = await run([extremes, which, target], {});
    for (const answer of [allow, deny, undefined]) {
      const { status, questions, journal } = await runGuarded([extremes, which, target], answer);
      const told = [status, questions.length, journal?.length ?? 0];
      expect(`${which} with ${String(answer)}`, told, [itself, 0, 0]);
    }
  }
}

/**
 * More text than a question carries is asked about all the same, and the question says that it was cut. Where nobody
 * answers it runs in no fail mode: what not even a question says whole never runs unasked.
 */
async function checkHuge() {
  const words = [extremes, 'huge', target];
  expect('a huge call by itself', (await run(words, {})).status, bare);
  for (const [answer, status] of [
    [allow, armed],
    [deny, eperm],
  ]) {
    const got = await runGuarded(words, answer);
    const [{ params, truncated, argv }] = got.questions;
    expect(`a huge call with ${answer}`, got.status, status);
    expect('its text', [params.command.length, truncated], [maxText, true]);
    expect('its arguments', argv.join(' ').length, maxText);
  }
  const line = /^rampart: denied `.{157}…`: nobody answers about more than 1 MiB; start `rampart serve`$/mu;
  for (const answer of [undefined, http('{}', '503 Busy'), 'HTTP/1.1 200 OK\r\n'])
    for (const failOpen of ['', '1', '0']) {
      const settings = { RAMPART_FAIL_OPEN: failOpen, RAMPART_QUIET: '' };
      const { status, errors } = await runGuarded(words, answer, settings);
      const name = `a huge call with ${String(answer)}, RAMPART_FAIL_OPEN=${failOpen}: ${errors}`;
      expect(name, [status, line.test(errors)], [eperm, true]);
    }
  const monitored = await runGuarded(words, undefined, { RAMPART_MODE: 'monitor' });
  expect(
    'a huge call that nobody is asked about, in monitor',
    [monitored.status, monitored.journal[10], monitored.journal[11] & cutFlag],
    [armed, unanswered, cutFlag],
  );
  const disabled = await runGuarded(words, undefined, { RAMPART_MODE: 'disabled' });
  expect('… and disabled', disabled.status, armed);
}

/** An endpoint that goes away in the middle of a question sends no signal to who is writing it. */
async function checkCutQuestion() {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-extremes-'));
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.destroy());
  });
  for (const address of [join(directory, 'endpoint.sock'), { host: '127.0.0.1', port: 0 }]) {
    await new Promise((listening) => server.listen(address, listening));
    const { port } = server.address();
    const url = port === undefined ? `unix://${address}` : `http://127.0.0.1:${String(port)}`;
    const settings = { LD_PRELOAD: library, RAMPART_URL: url, RAMPART_QUIET: '1' };
    const words = [extremes, 'long', target];
    expect(`a cut question, ${url}`, (await run(words, settings)).status, armed);
    const closed = { ...settings, RAMPART_FAIL_OPEN: '0' };
    expect(`a cut question, ${url}, when failing is closed`, (await run(words, closed)).status, eperm);
    await new Promise((ended) => server.close(ended));
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Where our variables do not fit, a child runs without them, and a debug line says so. */
async function checkFull() {
  const { status, errors } = await runGuarded([largest], allow, { RAMPART_DEBUG: '1' });
  expect('a full environment', status, 0);
  expect('its debug line', errors.includes('[rampart] execve: journal ok, environment dropped\n'), true);
}

await checkAddresses();
await checkIdleCalls();
await checkHuge();
await checkCutQuestion();
await checkFull();
tellTotals();
