// The library of another machine, run under QEMU's user emulation: `foreign.mjs TARGET BUILD`, where BUILD/<target> has
// the library and BUILD/cross/<target>/programs what runs with it. An emulated program starts the next one through
// the kernel, so the target is a script whose interpreter is the emulator.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http, stateHeader } from './endpoint.mjs';

const [machine, build] = process.argv.slice(2);
const emulators = {
  'linux-arm64': { program: '/usr/bin/qemu-aarch64-static', libraries: '/usr/aarch64-linux-gnu' },
  'linux-armhf': { program: '/usr/bin/qemu-arm-static', libraries: '/usr/arm-linux-gnueabihf' },
};
const emulator = emulators[machine];
const library = join(build, machine, 'librampart.so');
const programs = join(build, 'cross', machine, 'programs');
const armed = 42;
const eperm = 1;
const deadlineMs = 20_000;
const allow = http('{"allowed":true,"decision":"allow","message":""}');
const deny = http(
  '{"allowed":false,"decision":"deny","message":"no","notice":"by rule test#1: no [00112233]"}',
);

const cases = {
  'is allowed': { answer: allow, status: armed, asked: true },
  'is denied': { answer: deny, status: eperm, asked: true, notice: 'by rule test#1: no [00112233]' },
  'runs when nobody is there': { status: armed, asked: false, journal: true },
  'is refused when nobody is there and failing is closed': {
    environment: { RAMPART_FAIL_OPEN: '0' },
    status: eperm,
    asked: false,
    notice: 'the policy endpoint does not answer',
  },
  'asks nobody when the state file disables': {
    answer: deny,
    state: stateHeader(3),
    status: armed,
    asked: false,
  },
  'obeys when the state file enforces': { answer: deny, state: stateHeader(1), status: eperm, asked: true },
  'arms an empty environment': {
    circumstance: 'empty-environment',
    answer: allow,
    status: armed,
    asked: true,
  },
  'is denied in many threads': { circumstance: 'threads', answer: deny, status: eperm, asked: true },
};

function run(snippet, circumstance, environment) {
  const env = {
    PATH: '/usr/bin:/bin',
    LD_PRELOAD: library,
    QEMU_LD_PREFIX: emulator.libraries,
    ...environment,
  };
  return new Promise((resolve) => {
    const words = [join(programs, snippet), circumstance];
    const child = spawn(emulator.program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status: status ?? signal, errors });
    });
  });
}

async function findDifferences(door, wanted) {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-foreign-'));
  const socket = join(directory, 'endpoint.sock');
  const target = join(directory, 'target');
  // The libraries are named here, for the environment may be empty.
  const interpreter = `/usr/bin/env -S ${emulator.program} -L ${emulator.libraries}`;
  writeFileSync(target, `#!${interpreter} ${join(programs, 'target')}\n`);
  chmodSync(target, 0o700);
  if (wanted.state) writeFileSync(join(directory, 'state'), wanted.state, { mode: 0o600 });
  const endpoint = wanted.answer ? await createEndpoint(socket, wanted.answer) : undefined;
  try {
    const got = await run(`snippet_${door}`, wanted.circumstance ?? 'plain', {
      RAMPART_URL: `unix://${socket}`,
      SNIPPET_TARGET: target,
      SNIPPET_LIBRARY: library,
      ...wanted.environment,
    });
    const [question] = endpoint?.questions ?? [];
    const journal = existsSync(join(directory, 'journal')) ? readFileSync(join(directory, 'journal')) : null;
    return [
      ...(got.status === wanted.status ? [] : [`status ${String(got.status)}: ${got.errors}`]),
      ...((question !== undefined) === wanted.asked ? [] : ['asked, or not']),
      ...(question === undefined || question.door === door ? [] : [`asked as ${question.door}`]),
      ...(question === undefined || question.params.command.includes('target')
        ? []
        : ['asked about another']),
      ...(got.errors.includes(wanted.notice ?? '') ? [] : [`no notice: ${got.errors}`]),
      ...(wanted.journal && journal?.toString('latin1', 0, 4) !== 'RMPJ' ? ['nothing in the journal'] : []),
    ];
  } finally {
    endpoint?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
for (const door of ['execve', 'execv', 'posix_spawn', 'syscall', 'system']) {
  for (const [name, wanted] of Object.entries(cases)) {
    const list = await findDifferences(door, wanted);
    if (list.length === 0) passed++;
    else failed++;
    for (const text of list) process.stdout.write(`${machine} ${door} ${name}: ${text}\n`);
  }
}
process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
