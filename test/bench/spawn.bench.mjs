// How much longer programs take to start under the library: `npm run bench:native`, after `npm run build`. It builds a
// source package of Debian, which it fetches once (or those in the folders of `-- --source DIR …`), and writes
// docs/benchmarks.md; `-- --quick` measures less, builds nothing that was not named, and writes nothing. Conditions are
// measured in turns, so that what else the machine does falls on all alike; a ratio that is missed makes the command
// fail. What is being measured is told on standard error.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { stateFile } from '../native/state.mjs';
import { cachedFolder } from '../support/cache.ts';
import { unpackSource } from '../support/debian.ts';
import { formatTargets, gateRatios, noteOnTargets } from './targets.mjs';

const spawns = resolve('build-gcc', 'test', 'native', 'spawns');
const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');
const cli = resolve('dist', 'cli.js');
const quick = process.argv.includes('--quick');
const rounds = quick ? 8 : 40;
const startsPerRound = 20;
/** What endpoints have answered before anything is measured: their code is compiled as it is used. */
const startsBefore = quick ? 300 : 5_000;
/** Builds ask other questions, which take other ways through the policy. */
const buildsBefore = quick ? 1 : 5;
const callsPerRound = 200;
const scriptRounds = quick ? 2 : 15;
const scriptCommands = 1000;
/** Three builds tell a ratio to a few hundredths only: too little for what a target of 1.03 is compared with. */
const targetBuildRounds = quick ? 1 : 11;
const otherBuildRounds = quick ? 1 : 3;
const furtherBuildRounds = quick ? 1 : 5;
const ways = ['vfork', 'posix_spawn', 'fork', 'system'];
const stamp = resolve('build-gcc', 'test', 'native', 'libstamp.so');
const empty = resolve('build-gcc', 'test', 'native', 'libempty.so');
/** What is started, as endpoints write them into every state file. */
const programs = ['/bin/true', '/bin/sh'];

const directory = mkdtempSync(join(tmpdir(), 'rampart-bench-'));

/** Starts the real endpoint, with TCP as well, and resolves with where it listens. */
function startEndpoint(name, ...options) {
  const words = [cli, 'serve', '--state-dir', join(directory, name), '--port', '0', ...options];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, fail) => {
    let text = '';
    child.on('exit', (code) => fail(new Error(`the endpoint ended with ${String(code)}`)));
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (!text.includes('\n')) return;
      const { socket, url } = JSON.parse(text);
      done({ child, socket: `unix://${socket}`, url });
    });
  });
}

/** A state directory of its own, with what is given in its state file; nobody listens there. */
function makePlace(name, tables) {
  const place = join(directory, name);
  mkdirSync(place, { mode: 0o700 });
  if (tables !== null) writeFileSync(join(place, 'state'), stateFile(tables), { mode: 0o600 });
  return guardedBy(`unix://${place}/endpoint.sock`);
}

/** In the terminal of an agent, as most of what is guarded. */
function guardedBy(url) {
  return { LD_PRELOAD: library, RAMPART_URL: url, RAMPART_AGENT: 'bench' };
}

/** What `spawns` asks in each way of starting. */
function verdicts() {
  const cwd = process.cwd();
  const direct = { exe: '/bin/true', cwd, argv: ['/bin/true'] };
  return [
    { door: 'execve', ...direct },
    { door: 'posix_spawn', ...direct },
    { door: 'system', exe: '/bin/sh', cwd, argv: ['sh', '-c', '/bin/true'] },
    { door: 'execve', exe: '/bin/sh', cwd, argv: ['/bin/sh', '-c', '/bin/true'] },
  ];
}

/** A rule that counts: while there is one, nothing is answered by the verdict table. */
function makeCountingPolicy() {
  const file = join(directory, 'counting.yaml');
  const rule = '{action: watch, when: {command_matches: [never], call_count: {gte: 1000, window: 1h}}}';
  writeFileSync(file, `policies: [{name: counting, rules: [${rule}]}]\n`);
  return file;
}

function createConditions(endpoint, counting) {
  return {
    unguarded: {},
    'an empty library': { LD_PRELOAD: empty },
    disabled: makePlace('disabled', { mode: 3, programs }),
    'verdict hit': makePlace('verdicts', { verdicts: verdicts(), programs }),
    // A person's.
    'dormant session': {
      ...makePlace('dormant', { dormant: [ownSession()], programs }),
      RAMPART_AGENT: '',
    },
    'nobody there': makePlace('nobody', null),
    'endpoint there': guardedBy(endpoint.socket),
    'asked every time': guardedBy(counting.socket),
    'asked over TCP': guardedBy(endpoint.url),
  };
}

function ownSession() {
  return Number(execFileSync('ps', ['-o', 'sid=', '-p', String(process.pid)], { encoding: 'utf8' }));
}

function environmentOf(condition) {
  return { PATH: '/usr/bin:/bin', RAMPART_SESSION: 'bench', ...condition };
}

function quantile(times, share) {
  return times.toSorted((first, second) => first - second)[Math.floor(times.length * share)] ?? 0;
}

function tell(what) {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

/**
 * Every condition's numbers, a list a turn. The conditions take turns, and each turn begins with another one, so that
 * what else the machine does falls on all alike.
 */
function measureInTurns(what, conditions, turns, measure) {
  const names = Object.keys(conditions);
  const times = new Map(names.map((name) => [name, []]));
  for (let turn = 0; turn < turns; turn += 1) {
    tell(`${what}: turn ${String(turn + 1)} of ${String(turns)}`);
    for (const index of names.keys()) {
      const name = names[(index + turn) % names.length];
      times.get(name).push(measure(environmentOf(conditions[name]), name));
    }
  }
  return times;
}

/** The numbers that `spawns` prints, a list a line. */
function runSpawns(env, ...words) {
  const lines = execFileSync(spawns, words, { env, encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => line.split(' ').map(Number));
}

/** The median over all turns of what a condition took compared with `unguarded` in the same turn. */
function ratioOf(times, name, pick) {
  const quartile = (list) => quantile(list.map(pick), 0.25);
  const base = times.get('unguarded');
  return quantile(
    times.get(name).map((list, turn) => quartile(list) / quartile(base[turn])),
    0.5,
  ).toFixed(3);
}

const wall = ([time]) => time;
const processor = ([, time]) => time;

/** What the targets are compared with, by what was measured and under which condition. */
const found = new Map();

function formatRows(times, label, unit = 1) {
  return [...times].map(([name, turns]) => {
    const all = turns.flat().map(wall);
    const ratios = [wall, processor].map((pick) => ratioOf(times, name, pick));
    found.set(`${label}, ${name}`, Number(ratios[0]));
    const spans = [0.5, 0.99].map((share) => (quantile(all, share) / unit).toFixed(0));
    return `| ${[label, name, ...ratios, ...spans].join(' | ')} |`;
  });
}

function tableOfStarts(conditions) {
  const rows = ways.flatMap((way) => {
    const measure = (env) => runSpawns(env, way, String(startsPerRound));
    return formatRows(measureInTurns(`start by ${way}`, conditions, rounds, measure), way);
  });
  return headed('start of `/bin/true` by', 'µs', rows);
}

function headed(what, unit, rows) {
  const columns = [what, 'condition', 'ratio', 'ratio of processor time', `median ${unit}`, `p99 ${unit}`];
  return [`| ${columns.join(' | ')} |`, '|---|---|---|---|---|---|', ...rows];
}

/** Some of the conditions, by their names. */
function only(conditions, ...names) {
  return Object.fromEntries(names.map((name) => [name, conditions[name]]));
}

/** All but some of the conditions. */
function without(conditions, ...names) {
  return only(conditions, ...Object.keys(conditions).filter((name) => !names.includes(name)));
}

/** What is measured of scripts: over TCP and in a dormant session there is nothing new. */
function forScripts(conditions) {
  return without(conditions, 'dormant session', 'asked over TCP');
}

/** A script without builtins: every line is a program. */
function tableOfScript(conditions) {
  const file = join(directory, 'script.sh');
  writeFileSync(file, '/bin/true\n'.repeat(scriptCommands));
  const times = measureInTurns('script', forScripts(conditions), scriptRounds, (env) =>
    runSpawns(env, file, '1'),
  );
  return headed(`a script of ${String(scriptCommands)} commands by`, 'ms', formatRows(times, '`sh`', 1000));
}

/** The way through the library alone: a stand-in behind it notes when the real call is made. */
function tableOfLoop(conditions) {
  const looped = without(conditions, 'an empty library', 'dormant session', 'endpoint there');
  const lines = [
    '| from wrapper entry to real call | in a loop, median µs | p99 µs | in a fresh child, median µs | p99 µs |',
    '|---|---|---|---|---|',
  ];
  const [loop, fresh] = ['loop', 'fresh'].map((how) =>
    measureInTurns(`wrapper to real call, ${how}`, looped, rounds, (env) =>
      runSpawns({ ...env, LD_PRELOAD: `${env.LD_PRELOAD ?? ''} ${stamp}` }, how, String(callsPerRound)),
    ),
  );
  const own = (times, name, share) =>
    quantile(times.get(name).flat(2), share) - quantile(times.get('unguarded').flat(2), 0.5);
  for (const name of Object.keys(looped).slice(1)) {
    const spans = [loop, fresh].flatMap((times) => [0.5, 0.99].map((share) => own(times, name, share)));
    for (const [index, which] of ['loop', 'loop p99', 'fresh', 'fresh p99'].entries())
      found.set(`${which}, ${name}`, spans[index]);
    lines.push(`| ${[name, ...spans.map((span) => span.toFixed(1))].join(' | ')} |`);
  }
  return lines;
}

/** In a directory that the endpoint has not seen a build in; it has seen the same in others. */
const firstBuild = 'endpoint there, first build';
/** In a directory in which the same was built before. */
const sameBuild = 'endpoint there, built before';

/** The folders of unpacked packages that are built, each with a configure script. */
const sources = await findSources();

async function findSources() {
  const named = process.argv.flatMap((word, index) =>
    word === '--source' ? [resolve(process.argv[index + 1] ?? '')] : [],
  );
  const wrong = named.find((source) => !existsSync(join(source, 'configure')));
  if (wrong !== undefined) throw new Error(`${wrong} has no configure script`);
  if (named.length > 0 || quick) return named;
  return [await cachedFolder('hello', (folder) => unpackSource('hello', folder))];
}

/** The first is what the targets of a build are about, and is measured longest: it starts a program every few milliseconds. */
function tablesOfBuilds(conditions) {
  return sources.map((source, index) => tableOfBuild(source, index > 0, conditions));
}

/** A configure script and a make. */
function tableOfBuild(source, isFurther, conditions) {
  const program = basename(source);
  const file = join(directory, `build-${program}.sh`);
  const lines = ['set -e', 'rm -rf "$FOLDER"', 'mkdir "$FOLDER"', 'cd "$FOLDER"'];
  lines.push(`'${source}/configure' --quiet`, 'make -s');
  writeFileSync(file, `exec >/dev/null 2>&1\n${lines.join('\n')}\n`);
  const { 'endpoint there': there } = conditions;
  let made = 0;
  const measure = (env, name) => {
    const folder = `${program}-${name === sameBuild ? 'again' : String((made += 1))}`;
    return runSpawns({ ...env, TMPDIR: directory, FOLDER: join(directory, folder) }, file, '1');
  };
  const before = isFurther ? 1 : buildsBefore;
  tell(`build of ${program}: ${String(before)} before`);
  measure(environmentOf(there), sameBuild);
  for (let build = 1; build < before; build += 1) measure(environmentOf(there), firstBuild);
  const rowsOf = (builds, turns) => {
    const label = isFurther ? `\`make\` of ${program}` : '`make`';
    return formatRows(measureInTurns(`build of ${program}`, builds, turns, measure), label, 1000);
  };
  const main = {
    ...only(conditions, 'unguarded', 'an empty library'),
    [firstBuild]: there,
    [sameBuild]: there,
  };
  const others = only(conditions, 'unguarded', 'disabled', 'nobody there', 'asked every time');
  const rows = [
    ...rowsOf(main, isFurther ? furtherBuildRounds : targetBuildRounds),
    ...(isFurther ? [] : rowsOf(others, otherBuildRounds).slice(1)),
  ];
  return headed(`configure and make of ${program} by`, 'ms', rows);
}

/** What the library keeps in memory in one process, and the size of its file. */
async function tableOfMemory(condition) {
  const child = spawn('sleep', ['60'], { env: environmentOf(condition), stdio: 'ignore' });
  await new Promise((done) => child.once('spawn', done));
  let resident = null;
  while (resident === null) resident = residentOf(child.pid);
  child.kill('SIGKILL');
  const stripped = join(directory, 'stripped.so');
  execFileSync('strip', ['--strip-unneeded', '-o', stripped, library]);
  const fileKilobytes = statSync(stripped).size / 1024;
  found.set('resident', resident.all).set('file', fileKilobytes);
  return [
    '| of the library | KiB |',
    '|---|---|',
    `| resident in a process | ${String(resident.all)} |`,
    `| of that, not shared with other processes | ${String(resident.own)} |`,
    `| file, stripped | ${fileKilobytes.toFixed(1)} |`,
  ];
}

/** Its mappings and the one behind them, which has its variables; null while the loader is at work. */
function residentOf(pid) {
  const sums = { all: 0, own: 0 };
  let inside = false;
  for (const line of readFileSync(`/proc/${String(pid)}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/u.exec(line);
    if (mapping !== null) inside = mapping[1].endsWith('librampart.so') || (inside && mapping[1] === '');
    const [, name, size] = /^(Rss|Private_Dirty): +(\d+) kB$/u.exec(line) ?? [];
    if (inside && name === 'Rss') sums.all += Number(size);
    if (inside && name === 'Private_Dirty') sums.own += Number(size);
  }
  return sums.own > 0 ? sums : null;
}

/** The worst of the ways counts. */
function worst(name) {
  return Math.max(...ways.map((way) => found.get(`${way}, ${name}`)));
}

function readTargets() {
  const starts = ['disabled', 'verdict hit', 'nobody there'].map((name) => ({
    what: `start of a program, ${name}`,
    measured: worst(name),
    most: 1.12,
  }));
  const throughLibrary = ['verdict hit', 'nobody there'].flatMap((name) => [
    { what: `wrapper to real call in a loop, ${name}`, measured: found.get(`loop, ${name}`), most: 10 },
    { what: `the same in a fresh child, ${name}`, measured: found.get(`fresh, ${name}`), most: 20 },
  ]);
  const asked = ['asked every time', 'asked over TCP'].map((name, index) => ({
    what: `${name}, p99`,
    measured: found.get(`loop p99, ${name}`),
    most: [1_000, 3_000][index],
  }));
  const ratios = [
    ...starts,
    { what: 'start of a program, asked every time', measured: worst('asked every time'), most: 1.6 },
    ...['verdict hit', 'endpoint there'].map((name) => ({
      what: `script, ${name}`,
      measured: found.get(`\`sh\`, ${name}`),
      most: 1.08,
    })),
    ...sources.flatMap((source, index) =>
      [firstBuild, sameBuild].map((name) => {
        const which = index === 0 ? '' : ` of ${basename(source)}`;
        const measured = found.get(`\`make\`${which}, ${name}`) ?? NaN;
        return { what: `build${which}, ${name}`, measured, most: 1.03 };
      }),
    ),
  ];
  const figures = [
    ...[...throughLibrary, ...asked].map((target) => ({ ...target, unit: ' µs' })),
    { what: 'resident in a process', measured: found.get('resident'), most: 64, unit: ' KiB' },
    { what: 'file, stripped', measured: found.get('file'), most: 40, unit: ' KiB' },
  ];
  return [
    ...ratios.map((target) => ({ kind: 'ratio', ...target })),
    ...figures.map((target) => ({ kind: 'absolute', ...target })),
  ];
}

/** The programs that are measured with come of the build of the library's tests. */
function buildPrograms() {
  const configure = ['-S', '.', '-B', 'build-gcc', '-DCMAKE_C_COMPILER=gcc', '-DRAMPART_TESTS=ON'];
  execFileSync('cmake', configure, { stdio: ['ignore', 'ignore', 'inherit'] });
  const targets = ['--build', 'build-gcc', '--target', 'spawns', 'stamp', 'empty'];
  execFileSync('cmake', targets, { stdio: ['ignore', 'ignore', 'inherit'] });
}

if (![spawns, stamp, empty].every(existsSync)) buildPrograms();
const endpoints = [
  await startEndpoint('state'),
  await startEndpoint('counting', '--policy', makeCountingPolicy()),
];
try {
  const conditions = createConditions(...endpoints);
  tell(`${String(startsBefore)} starts before`);
  for (const name of ['asked every time', 'asked over TCP'])
    runSpawns(environmentOf(conditions[name]), 'vfork', String(startsBefore));
  const parts = [
    tableOfStarts(conditions),
    tableOfLoop(conditions),
    tableOfScript(conditions),
    ...tablesOfBuilds(conditions),
    await tableOfMemory(conditions['nobody there']),
  ];
  const targets = readTargets();
  parts.unshift([formatTargets(targets), '', noteOnTargets]);
  const text = parts.map((lines) => lines.join('\n')).join('\n\n');
  process.stdout.write(`${text}\n`);
  gateRatios(targets);
  if (!quick) {
    const machine = `${String(cpus().length)} × ${cpus()[0].model}, Linux ${release().split('-')[0]}, Node ${process.version}`;
    const head = `# Benchmarks\n\nMade by \`npm run bench:native\` on ${machine}, load ${loadavg()[0].toFixed(1)}.\n`;
    const note = `What the [endpoint](endpoint-benchmarks.md) and the [extension](extension-benchmarks.md) cost has pages of its own.\n\nAll conditions take turns, 20 starts each; a ratio is the median over all turns of the lower quartiles, guarded to unguarded. Processor time is that of the starter and of what it starts, without the endpoint's; medians and p99 hold what else the machine did.\n_An empty library_ is a shared object with nothing in it, laid out as the library is: what the loader takes for any library at all, below which none can come. _Endpoint there_ is the real endpoint with its default policy, which is asked once and answers by the verdict table then; _asked every time_ is one with a rule that counts calls, so that no verdict is kept. A _first build_ is one in a directory of its own, in which the endpoint was asked nothing before; as the same was built in others, it foresees most of what is asked, which in the very first build is some 550 questions. _Built before_ is the same once more in one directory. Both had answered ${startsBefore.toLocaleString('en')} questions before, and ${String(buildsBefore)} builds, as one that runs all day has: until the code of an endpoint that has just started is compiled, asking takes about a third longer, and in a build twice as long. From wrapper entry to real call is measured with a stand-in behind the library in place of the real \`execve\`. Of the ways to start a program the worst counts for a target.\n`;
    writeFileSync(join('docs', 'benchmarks.md'), `${head}${note}\n${text}\n`);
    execFileSync('npx', ['prettier', '--write', join('docs', 'benchmarks.md')]);
  }
} finally {
  for (const { child } of endpoints) {
    child.removeAllListeners('exit');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // It writes to its directory until then.
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
}
