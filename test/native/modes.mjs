// The modes of popen, which glibc and musl tell apart in ways of their own: `modes.mjs LIBRARY MODES…`, where MODES are
// programs that try each, linked to one of them. What libc takes is asked about; what it does not take starts nothing,
// so nobody is asked about it, and no record says that it ran.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';
import { readFrames } from './state.mjs';

const [library, ...programs] = process.argv.slice(2);
const modes = ['r', 'w', 're', 'we', 'er', 'ew', 'rr', 'rw', 'wr', 'e', 'r+', 'w+', 'rx', 'a', 'x', ' r', ''];

function run(program, environment) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', RAMPART_QUIET: '1', ...environment };
  const child = spawn(program, modes, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  return new Promise((done) => child.once('close', () => done(output.split('\n'))));
}

/** What the program prints, and how many of its shells were asked about or recorded. */
async function runGuarded(program, answer) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-modes-'));
  const socket = join(directory, 'endpoint.sock');
  const endpoint = answer === undefined ? null : await createEndpoint(socket, answer);
  const lines = await run(program, { LD_PRELOAD: library, RAMPART_URL: `unix://${socket}` });
  const journal = join(directory, 'journal');
  const frames = existsSync(journal) ? readFrames(readFileSync(journal)) : [];
  endpoint?.close();
  rmSync(directory, { recursive: true, force: true });
  return { lines, count: endpoint === null ? frames.length : endpoint.questions.length };
}

for (const program of programs) {
  const plain = await run(program, {});
  const isStart = (line) => line.endsWith(': 3');
  const count = plain.filter(isStart).length;
  expect(`${program} starts some, not all: ${String(plain)}`, count > 3 && count < modes.length, true);
  expect(`${program}, allowed`, await runGuarded(program, http('{"allowed":true}')), { lines: plain, count });
  expect(`${program}, nobody there`, await runGuarded(program), { lines: plain, count });
  expect(`${program}, denied`, await runGuarded(program, http('{"allowed":false,"message":"no"}')), {
    lines: plain.map((line) => (isStart(line) ? line.replace(/3$/u, 'refused') : line)),
    count,
  });
}
tellTotals();
