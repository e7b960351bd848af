// The object that ships, under valgrind: `valgrind.mjs LIBRARY FOLDER TARGET`. Every door's way through the funnel is
// one of these; what valgrind says of any process on the way is printed, and fails.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';

const [library, folder, target] = process.argv.slice(2);
const known = join(import.meta.dirname, 'valgrind.supp');
const armed = 42;
const eperm = 1;
const deadlineMs = 50_000;
/** What valgrind remarks on the call with which reach.c learns whether memory can be read; no error of memory. */
const wrongOnPurpose = /^--\d+-- sigprocmask: unknown 'how' field \d+\n/gmu;
const allow = http('{"allowed":true,"decision":"allow","message":""}');
const deny = http(
  '{"allowed":false,"decision":"deny","message":"no","notice":"by rule test#1: no [00112233]"}',
);

const cases = [
  { door: 'execve', answer: allow, status: armed },
  { door: 'execve', answer: deny, status: eperm },
  { door: 'execve', status: armed },
  { door: 'execve', circumstance: 'large-environment', answer: allow, status: armed },
  { door: 'execlp', answer: deny, status: eperm },
  { door: 'fexecve', answer: allow, status: armed },
  { door: 'syscall', answer: deny, status: eperm },
  { door: 'posix_spawnp', answer: allow, status: armed },
  { door: 'system', answer: deny, status: eperm },
  { door: 'popen', status: armed },
];

function run({ door, circumstance = 'plain' }, directory, logs) {
  const env = {
    PATH: `${join(target, '..')}:/usr/bin:/bin`,
    LD_PRELOAD: library,
    RAMPART_URL: `unix://${directory}/endpoint.sock`,
    SNIPPET_TARGET: target,
    SNIPPET_LIBRARY: library,
  };
  const words = [
    '--quiet',
    `--suppressions=${known}`,
    `--log-file=${logs}/%p`,
    join(folder, `snippet_${door}`),
    circumstance,
  ];
  return new Promise((resolve) => {
    const child = spawn('valgrind', words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status: status ?? signal, errors });
    });
  });
}

/** Valgrind is programs itself, and must start. */
function answerOf(wanted) {
  return (question) => (question.params.command.includes('valgrind') ? allow : wanted.answer);
}

async function findDifferences(wanted) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-valgrind-'));
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const endpoint = wanted.answer
    ? await createEndpoint(join(directory, 'endpoint.sock'), answerOf(wanted))
    : undefined;
  try {
    const got = await run(wanted, directory, logs);
    const found = readdirSync(logs).map((name) =>
      readFileSync(join(logs, name), 'utf8').replace(wrongOnPurpose, ''),
    );
    return [
      ...(got.status === wanted.status ? [] : [`status ${String(got.status)}: ${got.errors}`]),
      ...(found.length > 0 ? [] : ['valgrind saw no process']),
      ...found.filter((text) => text !== ''),
    ];
  } finally {
    endpoint?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
for (const wanted of cases) {
  const list = await findDifferences(wanted);
  if (list.length === 0) passed++;
  else failed++;
  for (const text of list) process.stdout.write(`${wanted.door}: ${text}\n`);
}
process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
