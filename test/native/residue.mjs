// What calls leave behind in the program that makes them: `residue.mjs LIBRARY CANCELLED [OFTEN]`.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, cancelled, often] = process.argv.slice(2);
const starts = 1000;
const answers = {
  runs: http('{"allowed":true}'),
  refused: http('{"allowed":false,"message":"no"}'),
};

/** How a program ends and what it says, with a directory that may have an endpoint. */
async function run(directory, ...words) {
  const [command, ...rest] = words;
  const env = {
    PATH: '/usr/bin:/bin',
    LD_PRELOAD: library,
    RAMPART_QUIET: '1',
    RAMPART_URL: `unix://${directory}/endpoint.sock`,
  };
  const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  return new Promise((resolve) => child.on('close', (status, signal) => resolve([status ?? signal, output])));
}

/** Runs in a directory of its own, with an endpoint that answers so, or without one. */
async function runAsked(answer, ...words) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-residue-'));
  const socket = join(directory, 'endpoint.sock');
  const endpoint = answer === undefined ? null : await createEndpoint(socket, answer);
  try {
    return await run(directory, ...words);
  } finally {
    endpoint?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

// It is its own endpoint.
const directory = mkdtempSync(join(tmpdir(), 'rampart-residue-'));
expect('threads that are cancelled', await run(directory, cancelled, join(directory, 'endpoint.sock')), [
  0,
  '',
]);
rmSync(directory, { recursive: true, force: true });

const check = async (name, said, answer) => {
  const left = `${said}, descriptors +0, mappings +0\n`;
  expect(`many starts, ${name}`, await runAsked(answer, often, String(starts)), [0, left]);
};
if (often !== undefined)
  await Promise.all([
    check('allowed', 'runs', answers.runs),
    check('denied', 'refused', answers.refused),
    check('nobody there', 'runs', undefined),
  ]);

tellTotals();
