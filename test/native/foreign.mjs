// The library in a place that is not this machine: `foreign.mjs linux-arm64|linux-armhf BUILD` runs another machine's
// under QEMU's user emulation, `foreign.mjs linux-x64 BUILD ROOT [DOOR…]` runs this one's in another system's root.
// BUILD/<target> has the library, BUILD/cross/<target>/programs what runs with it. The doors are those that every libc
// has, and those that are named.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http, stateHeader } from './endpoint.mjs';

const [machine, build, root, ...added] = process.argv.slice(2);
const doors = [
  ...['execve', 'execv', 'execvp', 'execvpe', 'execl', 'execle', 'execlp', 'execveat', 'fexecve', 'syscall'],
  ...['syscall_execveat', 'system', 'popen', '_IO_popen', 'wordexp', 'posix_spawn', 'posix_spawnp'],
  ...added,
];
const emulators = {
  'linux-arm64': { program: '/usr/bin/qemu-aarch64-static', libraries: '/usr/aarch64-linux-gnu' },
  'linux-armhf': { program: '/usr/bin/qemu-arm-static', libraries: '/usr/arm-linux-gnueabihf' },
};
const place = root === undefined ? placeUnderEmulator(emulators[machine]) : placeInRoot();
const armed = 42;
const eperm = 1;
const enosys = 38;
const deadlineMs = 60_000;
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
  'is denied on a small signal stack': {
    circumstance: 'signal-stack',
    answer: deny,
    status: eperm,
    asked: true,
    /* The others want more for themselves. */
    doors: /exec|^syscall|^posix_spawn/u,
  },
};

/**
 * An emulated program starts the next one through the kernel, so the target is a script whose interpreter is the
 * emulator. The libraries are named there, for the environment may be empty.
 */
function placeUnderEmulator(emulator) {
  const programs = join(build, 'cross', machine, 'programs');
  const interpreter = `/usr/bin/env -S ${emulator.program} -L ${emulator.libraries}`;
  const library = join(build, machine, 'librampart.so');
  return {
    library,
    outside: '',
    environment: { QEMU_LD_PREFIX: emulator.libraries, LD_PRELOAD: library },
    launch: (snippet, circumstance) => [emulator.program, join(programs, snippet), circumstance],
    writeTarget: (path) => writeFileSync(path, `#!${interpreter} ${join(programs, 'target')}\n`),
  };
}

/** What is outside of the root is not there inside, so it is copied; what leads inside is not guarded. */
function placeInRoot() {
  const inside = '/rampart';
  const programs = join(build, 'cross', machine, 'programs');
  const library = join(inside, 'librampart.so');
  mkdirSync(join(root, inside), { recursive: true });
  copyFileSync(join(build, machine, 'librampart.so'), join(root, library));
  for (const name of readdirSync(programs)) copyFileSync(join(programs, name), join(root, inside, name));
  const enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  const guarded = [
    'unshare',
    '--mount',
    '/bin/sh',
    '-c',
    enter,
    root,
    '/usr/bin/env',
    `LD_PRELOAD=${library}`,
  ];
  return {
    library,
    outside: root,
    environment: {},
    launch: (snippet, circumstance) => [...guarded, join(inside, snippet), circumstance],
    writeTarget: (path) => copyFileSync(join(programs, 'target'), path),
  };
}

function run(snippet, circumstance, environment) {
  const env = { ...place.environment, ...environment };
  return new Promise((resolve) => {
    const [program, ...words] = place.launch(snippet, circumstance);
    const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status: status ?? signal, errors });
    });
  });
}

/** What a door comes to by itself where it is not carried out: QEMU knows `execveat` from release 8 on. */
async function findLack(door) {
  if (root !== undefined || !door.endsWith('execveat')) return null;
  const itself = await run(`snippet_${door}`, 'plain', { LD_PRELOAD: '', SNIPPET_TARGET: '/usr/bin/true' });
  return itself.status === enosys ? enosys : null;
}

async function findDifferences(door, wanted, lack) {
  const directory = mkdtempSync(join(place.outside, tmpdir(), 'rampart-foreign-'));
  const inside = directory.slice(place.outside.length);
  const socket = join(directory, 'endpoint.sock');
  const target = join(directory, 'target');
  place.writeTarget(target);
  chmodSync(target, 0o700);
  if (wanted.state) writeFileSync(join(directory, 'state'), wanted.state, { mode: 0o600 });
  const endpoint = wanted.answer ? await createEndpoint(socket, wanted.answer) : undefined;
  try {
    const got = await run(`snippet_${door}`, wanted.circumstance ?? 'plain', {
      PATH: `${inside}:/usr/sbin:/usr/bin:/bin`,
      RAMPART_URL: `unix://${inside}/endpoint.sock`,
      SNIPPET_TARGET: join(inside, 'target'),
      SNIPPET_LIBRARY: place.library,
      ...wanted.environment,
    });
    const [question] = endpoint?.questions ?? [];
    const journal = existsSync(join(directory, 'journal')) ? readFileSync(join(directory, 'journal')) : null;
    return [
      ...(got.status === (wanted.status === armed ? (lack ?? armed) : wanted.status)
        ? []
        : [`status ${String(got.status)}: ${got.errors}`]),
      ...((question !== undefined) === wanted.asked ? [] : ['asked, or not']),
      ...(question === undefined || question.door === door.replace('syscall_execveat', 'syscall')
        ? []
        : [`asked as ${question.door}`]),
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
for (const door of doors) {
  const lack = await findLack(door);
  for (const [name, wanted] of Object.entries(cases)) {
    if (wanted.doors?.test(door) === false) continue;
    const list = await findDifferences(door, wanted, lack);
    if (list.length === 0) passed++;
    else failed++;
    for (const text of list) process.stdout.write(`${machine} ${door} ${name}: ${text}\n`);
  }
}
process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
