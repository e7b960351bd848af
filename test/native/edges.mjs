// What programs and scripts see of their children: `edges.mjs LIBRARY EDGES TARGET`. Each is run without the library,
// with an endpoint that allows, and with nobody there; all three must read the same. With one that refuses everything
// it says so of each call.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpoint, http } from './endpoint.mjs';
import { expect, tellTotals } from './expect.mjs';

const [library, edges, target] = process.argv.slice(2);
const armed = 42;
const programs = [
  'system',
  'popen',
  'wordexp',
  'spawn',
  'signals',
  'descriptors',
  'cancelled',
  'stacks',
  'ranges',
  'endings',
];
const scripts = {
  'descriptors of a shell': 'exec 3>out; echo one >&3; ls /proc/self/fd | wc -l; exec 3>&-; cat out',
  'an environment that is emptied': 'env -i A=b /usr/bin/env | grep -v -e ^LD_PRELOAD -e ^RAMPART_',
  'job control': 'set -m; sleep 0 & wait $!; echo $?; (exit 3) & wait $!; echo $?',
  'a background group': 'setsid sh -c "echo leader"; nohup echo hup 2>/dev/null',
  pipelines: 'yes | head -n 3; echo $?; printf "a\\nb\\n" | xargs -P 2 -n 1 echo | sort',
  find: 'find . -name "*.sh" -exec echo {} + | sort | head -n 2',
  'interpreter with an argument': './argument.sh x; echo $?',
  'interpreters in a row': './nested4.sh; echo $?',
  'no interpreter line': './bare.sh; echo $?; env ./bare.sh; echo $?',
  'a missing interpreter': './missing.sh 2>/dev/null; echo $?',
  'carriage returns': './returns.sh 2>/dev/null; echo $?',
  'an empty file': './empty.sh; echo $?',
  'a damaged program': './damaged.sh 2>/dev/null; echo $?',
  'bound at once': 'LD_BIND_NOW=1 sh -c "sh -c true; echo $?"',
  'a foreign object': 'LD_PRELOAD=/nonexistent.so sh -c "echo on" 2>/dev/null',
};
const eperm = 'Operation not permitted';
/** What the programs say when all that they start is refused. */
const refusals = {
  system: [
    'NULL: 1',
    ...['empty', 'exit'].map((call) => `${call}: -1 ${eperm}`),
    'errno: 1',
    ...['signal', 'missing', 'nested', 'interrupted meanwhile', 'meanwhile'].map(
      (call) => `${call}: -1 ${eperm}`,
    ),
    ...['at once: 25501', 'at once: 25502', 'SIGINT: 1'],
  ],
  popen: [
    ...['r', 'w', 're', 'we'].map((type) => `${type}: ${eperm}`),
    ...['r+', 'x', ''].map((type) => `${type}: Invalid argument`),
    'errno: 1',
  ],
  wordexp: [
    "a b 'c d' (0): 0, errno 33 [a] [b] [c d]",
    '$(echo a b) (0): 4, errno 1',
    '$(echo a; false) `echo c` (16): 4, errno 1',
    '$(echo a) (4): 4, errno 33',
    '$((1 + 2)) (0): 0, errno 33 [3]',
    '$( (0): 4, errno 1',
    'a|b (0): 2, errno 33',
  ],
  spawn: [
    ...['plain: 1, errno 0', 'missing: 2, errno 0', 'a directory: 13, errno 0', 'actions: 1, errno 0'],
    ...[
      'a path relative to another directory: 1, errno 0',
      'attributes: 1, errno 0',
      'its signals: 1, errno 0',
    ],
    ...[
      'a group of its own: 1, errno 0',
      'closed from 3 on: 1, errno 0',
      'in front of no terminal: 1, errno 0',
    ],
    ...['in a directory that is open: 1, errno 0', 'without a pid: 1'],
  ],
  signals: [],
  // ELOOP and EBADF are the kernel's own.
  descriptors: [101, 101, 101, 140, 109, 101, 101, 101].map((status) => `descriptor: ${String(status)}`),
  cancelled: ['cancelled: 0', `afterwards: -1 ${eperm}`],
  stacks: ['context: 0', 'started in it: 0', 'clone that shares memory: 127', 'clone: 127'],
  ranges: [],
  endings: [
    ...[
      `at the end: -1 ${eperm}`,
      'ended: 3',
      `at the end: -1 ${eperm}`,
      'ended: 4',
      'ended: 5',
      'ended: -1006 Success',
    ],
    ...['come: -1', 'go: -1', 'closed: 0', 'still there: 0', `afterwards: -1 ${eperm}`],
    ...[`at the end: -1 ${eperm}`, 'ended: 7'],
  ],
};
const notStarted = 126;
const refusedScripts = {
  'job control': [0, '126', '3'],
  pipelines: [126, '126'],
  'no interpreter line': [0, '126', '126'],
  ...Object.fromEntries(
    [
      ...[
        'interpreter with an argument',
        'interpreters in a row',
        'a missing interpreter',
        'carriage returns',
      ],
      ...['an empty file', 'a damaged program'],
    ].map((name) => [name, [0, '126']]),
  ),
};
/** How a child might lose the library, and does not. */
const losses = [
  'env -i',
  'env -u LD_PRELOAD -u RAMPART_URL',
  'env LD_PRELOAD= RAMPART_URL=',
  'setsid -w',
  'nohup',
  'unset LD_PRELOAD RAMPART_URL;',
];
/** What is looked up in what `PATH`, in the folder: `$0` of what runs. `plain/prog` cannot be run, nor can `folder/prog`. */
const paths = {
  'here:later': 'here/prog',
  'later:here': 'later/prog',
  ':here': 'prog',
  'plain:': 'prog',
  'plain::later': 'prog',
  '': 'prog',
  'here/prog:missing:later': 'later/prog',
  'plain:folder:dangling:here': 'here/prog',
  plain: null,
  missing: null,
  // glibc passes over it, and then takes the colon for an empty one.
  [`${'x'.repeat(5000)}:later`]: 'prog',
};

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-edges-'));
  const files = {
    'argument.sh': '#! /bin/sh -e\necho "$1"; false; echo not here\n',
    'nested4.sh': '#!./nested3.sh\n',
    'nested3.sh': '#!./nested2.sh\n',
    'nested2.sh': '#!./nested1.sh\n',
    'nested1.sh': '#!/bin/echo\n',
    'bare.sh': 'echo bare\n',
    'missing.sh': '#!/nonexistent/interpreter\n',
    'returns.sh': '#!/bin/sh\r\necho on\n',
    'empty.sh': '',
    'damaged.sh': '\x7fELF\x02\x01\x01 but nothing of it is true',
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o700);
  }
  const program = '#!/bin/sh\necho "$0"\n';
  for (const place of ['here', 'later', 'plain', 'dangling', 'folder/prog'])
    mkdirSync(join(folder, place), { recursive: true });
  for (const place of ['.', 'here', 'later', 'plain'])
    writeFileSync(join(folder, place, 'prog'), program, { mode: place === 'plain' ? 0o600 : 0o700 });
  symlinkSync('nowhere', join(folder, 'dangling', 'prog'));
  return folder;
}

function run(cwd, words, environment) {
  const [command, ...rest] = words;
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...environment };
  const child = spawn(command, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => (output += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => (errors += piece));
  return new Promise((resolve) => {
    child.on('close', (status, signal) =>
      resolve({ status: status ?? signal, output: `${output}<${errors}>` }),
    );
  });
}

const state = mkdtempSync(join(tmpdir(), 'rampart-edges-state-'));
const endpoint = await createEndpoint(join(state, 'endpoint.sock'), http('{"allowed":true}'));
const allowed = { LD_PRELOAD: library, RAMPART_URL: `unix://${state}/endpoint.sock` };
const refusing = mkdtempSync(join(tmpdir(), 'rampart-edges-state-'));
const refuser = await createEndpoint(
  join(refusing, 'endpoint.sock'),
  http('{"allowed":false,"message":"no"}'),
);
const refused = {
  LD_PRELOAD: library,
  RAMPART_URL: `unix://${refusing}/endpoint.sock`,
  RAMPART_QUIET: '1',
};
/** Refuses what is looked up in `PATH`, and nothing else. */
const finding = mkdtempSync(join(tmpdir(), 'rampart-edges-state-'));
const finder = await createEndpoint(join(finding, 'endpoint.sock'), ({ argv }) =>
  http(JSON.stringify({ allowed: argv[0] !== 'prog', message: 'no' })),
);
const notFound = { ...refused, RAMPART_URL: `unix://${finding}/endpoint.sock` };
/** Never answers. */
const keeping = mkdtempSync(join(tmpdir(), 'rampart-edges-state-'));
const silent = await createEndpoint(join(keeping, 'endpoint.sock'), null);
const unheard = { ...refused, RAMPART_URL: `unix://${keeping}/endpoint.sock` };
const nobody = { LD_PRELOAD: library, RAMPART_URL: `unix://${state}/nobody.sock` };

async function compare(name, words) {
  const folders = [makeFolder(), makeFolder(), makeFolder()];
  const [plain, asked, unasked] = await Promise.all([
    run(folders[0], words, {}),
    run(folders[1], words, allowed),
    run(folders[2], words, nobody),
  ]);
  const clean = ({ status, output }, folder) => [status, output.replaceAll(folder, '.')];
  expect(`${name}, allowed`, clean(asked, folders[1]), clean(plain, folders[0]));
  expect(`${name}, nobody there`, clean(unasked, folders[2]), clean(plain, folders[0]));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return clean(plain, folders[0]);
}

/** What is found in PATH is what is asked about. */
async function compareSearch(path, found) {
  const before = endpoint.questions.length;
  const search = ['/bin/sh', '-c', 'PATH=$1; export PATH; exec /usr/bin/env prog', 'sh', path];
  const [plain, output] = await compare(`PATH ${path}`, search);
  expect(`what runs by PATH ${path}: ${output}`, output.split('\n<')[0].startsWith(found ?? '<'), true);
  const asked = endpoint.questions
    .slice(before)
    .filter(({ argv }) => argv.length === 1 && argv[0] === 'prog');
  expect(
    `what is asked about by PATH ${path}`,
    asked.map(({ exe, cwd }) => exe.slice(cwd.length + 1)),
    found === null ? [] : [found],
  );
  // What was found and is refused is that; nothing further is tried.
  const folder = makeFolder();
  const questions = finder.questions.length;
  const { status, output: said } = await run(folder, search, notFound);
  const isRefused = said === `</usr/bin/env: 'prog': ${eperm}\n>`;
  const tried = finder.questions.slice(questions).filter(({ argv }) => argv[0] === 'prog').length;
  expect(
    `PATH ${path}, refused: ${said}`,
    [status, isRefused, tried],
    found === null ? [plain, false, 0] : [notStarted, true, 1],
  );
  rmSync(folder, { recursive: true, force: true });
}

/** An endpoint that never answers costs one wait, however many places of `PATH` are looked into. */
async function checkSilence() {
  const folder = makeFolder();
  const PATH = `missing:plain:folder:dangling:here:later:${folder}`;
  const started = performance.now();
  const { status, output } = await run(folder, ['/usr/bin/env', 'prog'], { ...unheard, PATH });
  const tookMs = performance.now() - started;
  expect('silence, with many places to look into', [status, output], [0, 'here/prog\n<>']);
  expect('… is waited for once', [silent.questions.length, tookMs >= 1900 && tookMs < 3900], [1, true]);
  rmSync(folder, { recursive: true, force: true });
}

/** What is refused starts nothing, and what made the call goes on: its end and every line that it says. */
async function checkRefused(name, words, wanted) {
  const folder = makeFolder();
  const { status, output } = await run(folder, words, refused);
  const lines = output.split('<')[0].split('\n');
  expect(`${name}, refused`, [status, ...lines.map((line) => line.trim()).filter(Boolean)], wanted);
  rmSync(folder, { recursive: true, force: true });
}

for (const name of programs) await checkRefused(name, [edges, name], [0, ...refusals[name]]);
for (const [name, text] of Object.entries(scripts))
  await checkRefused(name, ['sh', '-c', text], refusedScripts[name] ?? [notStarted]);
for (const name of programs) await compare(name, [edges, name]);
for (const [name, text] of Object.entries(scripts)) await compare(name, ['sh', '-c', text]);
for (const [path, found] of Object.entries(paths)) await compareSearch(path, found);
await checkSilence();
for (const loss of losses) {
  const before = endpoint.questions.length;
  const { status } = await run('/', ['sh', '-c', `${loss} ${target}`], {
    ...allowed,
    SNIPPET_LIBRARY: library,
  });
  const asked = endpoint.questions.slice(before).filter(({ exe }) => exe === target);
  expect(`${loss} loses nothing`, [status, asked.length], [armed, 1]);
}
for (const each of [endpoint, refuser, finder, silent]) each.close();
for (const each of [state, refusing, finding, keeping]) rmSync(each, { recursive: true, force: true });
tellTotals();
