// What the library finds in the state file instead of asking: `tables.mjs LIBRARY TARGET SNIPPETS`, where SNIPPETS is
// the folder of the programs that make one call each. The endpoint denies everything, so what runs was not asked about.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { readFrames, stateFile } from './state.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, target, snippets] = process.argv.slice(2);
const armed = 42;
const eperm = 1;
const enoexec = 8;
// Where libc has no such door.
const enosys = 38;
const hello = 1;
const tableHit = 2;
const execFailed = 4;
const claudeCode = 1 << 3;
const deny = http('{"allowed":false,"message":"","notice":"by rule test#1: no [00112233]"}');
const shells = ['system', 'popen', '_IO_popen', 'wordexp'];
const doors = [
  'execve execv execvp execvpe execl execle execlp execveat fexecve posix_spawn posix_spawnp',
  'pidfd_spawn pidfd_spawnp system popen _IO_popen wordexp',
].flatMap((line) => line.split(' '));

/** A state directory with an endpoint that denies, and a folder with the target in it. */
async function createPlace() {
  const directory = mkdtempSync(join(tmpdir(), 'rampart-tables-'));
  const program = join(directory, 'target');
  copyFileSync(target, program);
  const journal = join(directory, 'journal');
  const endpoint = await createEndpoint(join(directory, 'endpoint.sock'), deny);
  return {
    directory,
    program,
    endpoint,
    journal,
    writeState: (tables) => writeFileSync(join(directory, 'state'), stateFile(tables), { mode: 0o600 }),
    readJournal: () => (existsSync(journal) ? readFrames(readFileSync(journal)) : []),
    close: () => {
      endpoint.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Starts a program; a session of its own, when wanted, waits for `go` before it does anything. */
function start(place, words, environment, detached = false) {
  const env = {
    PATH: `${place.directory}:/usr/bin:/bin`,
    LD_PRELOAD: library,
    RAMPART_URL: `unix://${place.directory}/endpoint.sock`,
    SNIPPET_TARGET: place.program,
    SNIPPET_LIBRARY: library,
    ...environment,
  };
  const [command, ...rest] = words;
  const options = {
    env,
    cwd: place.directory,
    detached,
    stdio: [detached ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  };
  const child = spawn(command, rest, options);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
  const done = new Promise((resolve) => {
    child.on('close', (status, signal) => resolve({ status: status ?? signal, output, errors }));
  });
  return { pid: child.pid, go: () => child.stdin.end('go\n'), done };
}

async function run(place, words, environment = {}) {
  return start(place, words, environment).done;
}

/** What a snippet's call is known by. A shell's own call of the target is another. */
function verdictsOf(place, door) {
  const { directory: cwd, program: exe } = place;
  if (!shells.includes(door)) return [{ door, exe, cwd, argv: ['target', 'ran'] }];
  const text = door === 'wordexp' ? `$(exec ${exe} ran)` : `exec ${exe} ran`;
  return [
    { door, exe: '/bin/sh', cwd, argv: ['sh', '-c', text] },
    { door: 'execve', exe, cwd, argv: [exe, 'ran'] },
  ];
}

function wordsOf(door, circumstance = 'plain') {
  return [join(snippets, `snippet_${door}`), circumstance];
}

async function withPlace(check) {
  const place = await createPlace();
  try {
    await check(place);
  } finally {
    place.close();
  }
}

/** Each door finds its verdict, and another one's not. */
async function checkDoor(door) {
  await withPlace(async (place) => {
    const verdicts = verdictsOf(place, door);
    place.writeState({ verdicts });
    const got = await run(place, wordsOf(door), { CLAUDECODE: '1' });
    if (got.status === enosys && door.startsWith('pidfd')) return;
    expect(`${door} finds its verdict: ${got.errors}`, got.status, armed);
    expect(`${door} asks nobody`, place.endpoint.questions, []);
    expect(
      `${door} leaves frames`,
      place
        .readJournal()
        .map(({ kind, markers, door: by, exe, cwd, argv }) => [kind, markers, by, exe, cwd, argv]),
      verdicts.map(({ door: by, exe, cwd, argv }) => [tableHit, claudeCode, by, exe, cwd, argv]),
    );
    place.writeState({ verdicts: verdicts.map((verdict) => ({ ...verdict, cwd: '/elsewhere' })) });
    expect(`${door} is asked about elsewhere`, (await run(place, wordsOf(door))).status, eperm);
  });
}

/** A verdict in a state that `prepare` makes; what `execve` of the target comes to, and how often it was asked. */
async function outcomeOf(prepare, circumstance = 'plain', environment = {}) {
  let outcome;
  await withPlace(async (place) => {
    place.writeState({ verdicts: verdictsOf(place, 'execve') });
    prepare(place);
    const { status } = await run(place, wordsOf('execve', circumstance), environment);
    outcome = [status, place.endpoint.questions.length];
  });
  return outcome;
}

async function checkCircumstances() {
  const hit = [armed, 0];
  const asked = [eperm, 1];
  const nothing = () => undefined;
  const withMode = (mode) => (place) => place.writeState({ mode, verdicts: verdictsOf(place, 'execve') });
  expect('a hit', await outcomeOf(nothing), hit);
  expect('a hit when the file says monitor', await outcomeOf(withMode(2)), hit);
  expect('a hit in monitor', await outcomeOf(nothing, 'plain', { RAMPART_MODE: 'monitor' }), hit);
  expect('a hit when nobody is there', await outcomeOf((place) => place.endpoint.close()), hit);
  for (const circumstance of [
    'vfork',
    'threads',
    'small-thread',
    'signal-stack',
    'undisturbed',
    'large-environment',
  ])
    expect(`a hit: ${circumstance}`, await outcomeOf(nothing, circumstance), hit);
  expect('with a file size limit', await outcomeOf(nothing, 'size-limit'), asked);
  expect('where the journal cannot be written', await outcomeOf(({ journal }) => mkdirSync(journal)), asked);
  expect(
    'where the journal is full',
    await outcomeOf(({ journal }) => writeFileSync(journal, Buffer.alloc(64 * 1024 * 1024), { mode: 0o600 })),
    asked,
  );
  expect(
    'in a file of another boot',
    await outcomeOf((place) =>
      place.writeState({ boot: Buffer.alloc(16, 7), verdicts: verdictsOf(place, 'execve') }),
    ),
    asked,
  );
  expect(
    'in a file that others may write',
    await outcomeOf(({ directory }) => chmodSync(join(directory, 'state'), 0o622)),
    asked,
  );
  expect('without arguments', await outcomeOf(nothing, 'null-argv'), asked);
  expect('with a token', await outcomeOf(nothing, 'plain', { RAMPART_TOKEN: 'rampart_of-an-agent' }), asked);
  expect('without settings', await outcomeOf(nothing, 'plain', { RAMPART_AGENT: 'x'.repeat(20_000) }), [
    eperm,
    0,
  ]);
}

/** A verdict that holds while no argument leads over a link. */
async function checkCondition() {
  const outcome = (prepare) =>
    outcomeOf((place) => {
      const verdicts = verdictsOf(place, 'execve').map((verdict) => ({ condition: 'unlinked', ...verdict }));
      place.writeState({ verdicts });
      prepare(join(place.directory, 'ran'));
    });
  expect('an argument that is not there', await outcome(() => undefined), [armed, 0]);
  expect('a file', await outcome((path) => writeFileSync(path, '')), [armed, 0]);
  expect('a directory', await outcome((path) => mkdirSync(path)), [armed, 0]);
  expect('a link', await outcome((path) => symlinkSync('target', path)), [eperm, 1]);
  expect('a link to nothing', await outcome((path) => symlinkSync('nothing', path)), [eperm, 1]);
}

/** What was allowed and did not start is told under the id of the hit. */
async function checkFailure() {
  await withPlace(async (place) => {
    writeFileSync(place.program, 'neither a program nor a script');
    place.writeState({ verdicts: verdictsOf(place, 'execve') });
    expect('a hit that does not start', (await run(place, wordsOf('execve'))).status, enoexec);
    const [first, second] = place.readJournal();
    expect('its frames', [first.kind, second.kind, second.errno], [tableHit, execFailed, enoexec]);
    expect('its id', second.id, first.id);
  });
}

/** Changes a file; the clock of files may stand still for some milliseconds. */
function changeProgram(path) {
  const { ctimeNs } = statSync(path, { bigint: true });
  do chmodSync(path, 0o711);
  while (statSync(path, { bigint: true }).ctimeNs === ctimeNs);
}

/** What is known is not looked into, until it is changed. A static program that is known shows it. */
async function checkPrograms(door) {
  // A descriptor has no name by which a program could be known.
  const named = door !== 'fexecve';
  await withPlace(async (place) => {
    copyFileSync(`${target}_static`, place.program);
    const looksGuardable = async () => {
      await run(place, wordsOf(door));
      return place.endpoint.questions.at(-1).guardable;
    };
    place.writeState({});
    expect(`${door}: a program that is not known`, await looksGuardable(), false);
    place.writeState({ programs: [place.program] });
    expect(`${door}: a program that is known`, await looksGuardable(), named);
    const other = `${place.program}-other`;
    linkSync(place.program, other);
    place.writeState({ programs: [other] });
    expect(`${door}: a program that is known under another name`, await looksGuardable(), false);
    place.writeState({ programs: [place.program] });
    expect(`${door}: a program that is known again`, await looksGuardable(), named);
    changeProgram(place.program);
    expect(`${door}: a program that was changed`, await looksGuardable(), false);
    place.writeState({ boot: Buffer.alloc(16, 7), programs: [place.program] });
    expect(`${door}: a program that was known in another boot`, await looksGuardable(), false);
  });
}

/** A session of its own, whose shell makes the call when the state file is there. */
async function sessionOutcome(tables, words, environment = {}) {
  let outcome;
  await withPlace(async (place) => {
    const shell = start(place, ['/bin/sh', '-c', `read line; ${words}; exit $?`], environment, true);
    place.writeState({ dormant: [shell.pid], ...tables });
    shell.go();
    const { status, output } = await shell.done;
    const kinds = place.readJournal().map(({ kind }) => kind);
    outcome = { status, output, asked: place.endpoint.questions.length, kinds };
  });
  return outcome;
}

async function checkDormant() {
  const call = '"$SNIPPET_TARGET" ran';
  const agents = [{ program: 'target', agent: 'test-agent' }];
  const asleep = { status: armed, output: 'ran\n', asked: 0, kinds: [hello] };
  const asked = { status: 126, output: '', asked: 1, kinds: [hello] };
  expect('a dormant session', await sessionOutcome({}, call), asleep);
  expect(
    'nothing but its hello when nobody is there',
    await sessionOutcome({}, `rm endpoint.sock; ${call}`),
    asleep,
  );
  expect('a session that is not dormant', await sessionOutcome({ dormant: [] }, call), asked);
  expect('with an agent', await sessionOutcome({}, call, { RAMPART_AGENT: 'me' }), asked);
  expect('with a marker', await sessionOutcome({}, call, { GEMINI_CLI: '1' }), asked);
  expect('with a marker that says no', await sessionOutcome({}, call, { GEMINI_CLI: '0' }), asleep);
  expect('with an agent in the child only', await sessionOutcome({}, `RAMPART_AGENT=me ${call}`), asked);
  expect('with a marker in the child only', await sessionOutcome({}, `AGENT=me ${call}`), asked);
  expect('the start of an agent', await sessionOutcome({ agents }, call), asked);
  expect(
    'a dormant session of another boot',
    await sessionOutcome({ boot: Buffer.alloc(16, 7) }, call),
    asked,
  );
}

/** What an agent's program finds as its name, by every door and whatever environment it is given. */
async function checkAgents(door) {
  const agents = [
    { program: 'other', agent: 'other-agent' },
    { program: 'target', agent: 'test-agent' },
  ];
  const names = [
    [{}, 'test-agent'],
    [{ RAMPART_AGENT: 'other-agent' }, 'test-agent'],
    [{ RAMPART_AGENT: 'test-agent' }, 'test-agent'],
    [{ RAMPART_AGENT: 'my-own' }, 'my-own'],
  ];
  await withPlace(async (place) => {
    // In disabled mode too: the session may be guarded again while the agent runs.
    for (const mode of [2, 3]) {
      place.writeState({ mode, agents });
      for (const [environment, name] of names) {
        const { status, errors } = await run(place, wordsOf(door), environment);
        if (status === enosys && door.startsWith('pidfd')) return;
        expect(
          `${door} in mode ${String(mode)} with ${JSON.stringify(environment)}`,
          [status, errors],
          [armed, name],
        );
      }
      for (const circumstance of ['empty-environment', 'vfork']) {
        if (circumstance === 'vfork' && !door.startsWith('exec')) continue;
        const { errors } = await run(place, wordsOf(door, circumstance), { SNIPPET_ROUNDS: '1' });
        expect(`${door}: ${circumstance}`, errors, 'test-agent');
      }
    }
  });
}

for (const door of doors) {
  await checkDoor(door);
  // wordexp throws away what its shell says.
  if (door !== 'wordexp') await checkAgents(door);
}
for (const door of ['execve', 'execvp', 'posix_spawn', 'fexecve']) await checkPrograms(door);
await checkCircumstances();
await checkCondition();
await checkFailure();
await checkDormant();
tellTotals();
