// What the rounds of a bad hour share: the place, the endpoint, and whoever asks it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const isShort = process.argv.includes('--short');

/** The library's own deadline, and what a busy machine may add to it, in milliseconds. */
export const deadlineMs = 2_000;
export const machineMs = 2_000;

export const root = mkdtempSync(join(tmpdir(), 'rp-chaos-'));
export const state = join(root, 'd');
export const socket = join(state, 'endpoint.sock');

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
setClock(0);
writeFileSync(
  policy,
  'version: "1"\ndefault_action: allow\npolicies:\n  - name: chaos\n    rules:\n      - {action: deny, when: {command_matches: ["touch *forbidden*"]}, message: no}\n',
);

/** How far the endpoint's clock is ahead of the machine's, in milliseconds. */
export function setClock(offset) {
  writeFileSync(clock, String(offset));
}

/** Whatever was started, so that nothing of it is left. */
export const children = new Set();

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, look, ms = 60_000) {
  for (const end = performance.now() + ms; ; await pause(20)) {
    const found = await look();
    if (found) return found;
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
  }
}

/** What a promise gives, or a failure when that takes too long. */
export async function within(what, ms, promise) {
  let timer;
  const late = new Promise((_done, fail) => {
    timer = setTimeout(() => fail(new Error(what)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts the endpoint and resolves when it is ready; `launcher` are words that start it. */
export function startEndpoint(directory = state, launcher = []) {
  const words = [
    ...launcher,
    process.execPath,
    '--import',
    clockModule,
    resolve('dist', 'endpoint.js'),
    '--state-dir',
    directory,
    '--policy',
    policy,
    '--no-default-policy',
    '--port',
    '0',
  ];
  const child = spawn(words[0], words.slice(1), {
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
    child.stdout.setEncoding('utf8').once('data', (line) => {
      const { url } = JSON.parse(line);
      done({ child, ended, port: Number(new URL(url).port), complaints: () => complaints });
    });
  });
}

/** A question as it goes over the wire, with `fields` besides the command. */
export function questionText(command, fields = {}) {
  const body = JSON.stringify({ command, enforce: true, ...fields });
  return `POST /v1/preflight/exec HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`;
}

/** Asks about a command and resolves with the answer's text; rejects past the deadline. `door` is a socket's path or a port. */
export function ask(command, door = socket) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no answer about ${command}`)), deadlineMs + machineMs);
    const connection = connect(door, () => connection.write(questionText(command)));
    let text = '';
    connection.setEncoding('utf8').on('data', (piece) => (text += piece));
    connection.on('error', fail).on('close', () => {
      clearTimeout(timer);
      done(text);
    });
  });
}

/** Whether it decides right, and in time. */
export async function checkAnswers(door = socket) {
  assert.match(await ask('ls', door), /"allowed":true/);
  assert.match(await ask('touch forbidden', door), /"allowed":false/);
}
