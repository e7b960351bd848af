// What the endpoint costs: `npm run bench:endpoint`, after `npm run build`, which writes docs/endpoint-benchmarks.md;
// `-- --quick` measures less and writes nothing. Questions come as a library's do, one a connection, or as the peer's
// clients', who keep theirs, from a program of its own. Absolute figures depend on the machine and on what else it does;
// ratios are of one run: to a server that reads a question and always says yes, in turns with the endpoint, to the start
// of Node, of what a hit of the verdict table costs to what a question costs, of memory at the end to memory in the middle,
// and of events that arrived to those that were due.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createHits, distinctHits } from './journalHits.mjs';
import { formatTargets, gateRatios, noteOnTargets } from './targets.mjs';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
const askers = join(directory, 'askers');
const isQuick = process.argv.includes('--quick');
const checksPerRound = isQuick ? 2_000 : 20_000;
const hitsPerRound = isQuick ? 6_000 : 30_000;
const manyDecisions = isQuick ? 20_000 : 1_000_000;
const starts = isQuick ? 3 : 15;
/** How often the endpoint and the server that says yes take turns. */
const turns = 5;

/** Starts the endpoint with a home of its own and resolves when it is ready. */
function startEndpoint(name) {
  const home = join(directory, name);
  const started = performance.now();
  const words = [resolve('dist', 'endpoint.js'), '--state-dir', join(home, 'state')];
  const env = { PATH: '/usr/bin:/bin', HOME: home };
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = new Promise((done) => child.on('exit', done));
  return new Promise((done) => {
    child.stdout.setEncoding('utf8').once('data', (line) => {
      const readyMs = performance.now() - started;
      const { socket } = JSON.parse(line);
      const stop = async () => {
        child.kill('SIGTERM');
        await ended;
        rmSync(home, { recursive: true, force: true });
      };
      done({ socket, readyMs, pid: child.pid, stop });
    });
  });
}

/** A server that reads whole questions and allows them unseen. */
async function startYes() {
  const socket = join(directory, 'yes.sock');
  const body = '{"allowed":true}\n';
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\nConnection: close\r\n\r\n${body}`;
  const server = createServer((connection) => {
    let text = '';
    connection
      .on('error', () => undefined)
      .on('data', (piece) => {
        text += piece.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/Content-Length: (\d+)/.exec(text)?.[1] ?? 0);
        if (end !== -1 && text.length >= end + 4 + length) connection.end(answer);
      });
  });
  await new Promise((done) => server.listen({ path: socket, backlog: 4_096 }, done));
  return { socket, stop: () => server.close() };
}

async function ask(socket, clients, count, ...how) {
  const { stdout } = await run(askers, [socket, String(clients), String(count), ...how]);
  return JSON.parse(stdout);
}

function residentMegabytes(pid) {
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
  return Math.round(kilobytes / 1_024);
}

/** Processor time in microseconds; the kernel counts ticks of 10 ms. */
function processorTime(pid) {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .split(') ')[1]
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** What the targets are compared with. */
const found = {
  rate: 0,
  toYes: new Map(),
  hitToCheck: Infinity,
  readyMs: Infinity,
  toNode: Infinity,
  arrived: Infinity,
  sizes: [],
};

async function benchChecks(endpoint, yes) {
  const lines = [
    '| clients | checks/s | median µs | p99 µs | endpoint CPU µs a check | asker CPU µs a check | to a server that says yes |',
    '|---|---|---|---|---|---|---|',
  ];
  await ask(endpoint.socket, 8, checksPerRound);
  for (const clients of [1, 8, 64]) {
    const { line } = await measureChecks(endpoint, clients, checksPerRound);
    const ratio = await compareRates(endpoint, yes, clients);
    found.toYes.set(clients, ratio);
    lines.push(`| ${String(clients)} | ${line} | ${ratio.toFixed(2)} |`);
  }
  for (const clients of [1, 8, 64]) {
    const { line } = await measureChecks(endpoint, clients, checksPerRound, 'keep');
    lines.push(`| ${String(clients)} that keep their connections | ${line} | |`);
  }
  return lines.join('\n');
}

/** The median over all turns of the endpoint's rate compared with that of the server that says yes. */
async function compareRates(endpoint, yes, clients) {
  const ratios = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const own = await ask(endpoint.socket, clients, checksPerRound / turns);
    const bare = await ask(yes.socket, clients, checksPerRound / turns);
    ratios.push((own.asked / own.seconds) * (bare.seconds / bare.asked));
  }
  return medianOf(ratios);
}

function medianOf(list) {
  return list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)];
}

async function measureChecks(endpoint, clients, count, ...how) {
  const before = processorTime(endpoint.pid);
  const { asked, seconds, median, p99, cost } = await ask(endpoint.socket, clients, count, ...how);
  const own = (processorTime(endpoint.pid) - before) / asked;
  const rate = asked / seconds;
  found.rate = Math.max(found.rate, how.length === 0 ? rate : 0);
  const cells = [rate.toFixed(0), String(median), String(p99), own.toFixed(0), cost.toFixed(0)];
  return { line: cells.join(' | ') };
}

/** What the endpoint does for a start that the verdict table allowed, which only the journal tells of, in turns with questions. */
async function benchHits(endpoint) {
  const putHits = await createHits(directory);
  const state = dirname(endpoint.socket);
  await ask(endpoint.socket, 8, distinctHits);
  await putHits(state, hitsPerRound / turns);
  let [ofChecks, ofHits] = [0, 0];
  for (let turn = 0; turn < turns; turn += 1) {
    const before = processorTime(endpoint.pid);
    await ask(endpoint.socket, 8, checksPerRound / turns);
    const between = processorTime(endpoint.pid);
    await ask(endpoint.socket, 8, distinctHits);
    const beforeHits = processorTime(endpoint.pid);
    await putHits(state, hitsPerRound / turns);
    ofChecks += between - before;
    ofHits += processorTime(endpoint.pid) - beforeHits;
  }
  const [check, hit] = [ofChecks / checksPerRound, ofHits / hitsPerRound];
  found.hitToCheck = hit / check;
  return `A start that the verdict table allows takes ${hit.toFixed(0)} µs of the endpoint's processor time, when it reads of it in the journal; a question in turns with that ${check.toFixed(0)} µs.`;
}

/** A reader of the stream that counts what it gets and what it is told that it missed. */
function openReader(socket) {
  const counts = { got: 0, missed: 0 };
  const connection = connect(socket, () =>
    connection.write('GET /v1/events/stream HTTP/1.1\r\nHost: rampart\r\n\r\n'),
  );
  let rest = '';
  connection.setEncoding('latin1').on('data', (piece) => {
    const blocks = `${rest}${piece}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.includes('"type":"audit"')) counts.got += 1;
      counts.missed += Number(/"type":"gap","missed":(\d+)/.exec(block)?.[1] ?? 0);
    }
  });
  return { counts, close: () => connection.destroy() };
}

async function benchStream(endpoint, readers, rate, seconds) {
  const open = Array.from({ length: readers }, () => openReader(endpoint.socket));
  await new Promise((done) => setTimeout(done, 300));
  let asked = 0;
  let spent = 0;
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    const started = performance.now();
    const count = Math.max(1, Math.round(rate / 10));
    await ask(endpoint.socket, 8, count);
    asked += count;
    spent += performance.now() - started;
    await new Promise((done) => setTimeout(done, Math.max(0, 100 - (performance.now() - started))));
  }
  await new Promise((done) => setTimeout(done, 500));
  for (const reader of open) reader.close();
  const got = open.reduce((sum, { counts }) => sum + counts.got, 0);
  const missed = open.reduce((sum, { counts }) => sum + counts.missed, 0);
  const share = (100 * got) / (asked * readers);
  found.arrived = Math.min(found.arrived, share);
  found[`${String(readers)} readers`] = asked / seconds;
  return `| ${String(readers)} | ${String(rate)} | ${(asked / seconds).toFixed(0)} | ${share.toFixed(1)} % | ${String(missed)} | ${String(residentMegabytes(endpoint.pid))} |`;
}

async function benchStarts() {
  const times = [];
  const firsts = [];
  const bares = [];
  for (let count = 0; count < starts; count += 1) {
    const nodeStart = performance.now();
    execFileSync(process.execPath, ['-e', '0']);
    bares.push(performance.now() - nodeStart);
    const endpoint = await startEndpoint(`start-${String(count)}`);
    times.push(endpoint.readyMs);
    firsts.push((await ask(endpoint.socket, 1, 2)).first / 1_000);
    await endpoint.stop();
  }
  const [ready, first, bare] = [times, firsts, bares].map(medianOf);
  found.readyMs = ready;
  found.toNode = medianOf(times.map((time, index) => time / bares[index]));
  return `Ready after ${Math.min(...times).toFixed(0)} ms at best, ${ready.toFixed(0)} ms in the median (Node alone: ${bare.toFixed(0)} ms); the first decision, asked for at once, takes ${first.toFixed(0)} ms in the median.`;
}

async function benchMemory(endpoint) {
  const sizes = [residentMegabytes(endpoint.pid)];
  for (let part = 0; part < 4; part += 1) {
    await ask(endpoint.socket, 8, manyDecisions / 4);
    sizes.push(residentMegabytes(endpoint.pid));
  }
  found.sizes = sizes;
  return `Resident memory over ${manyDecisions.toLocaleString('en')} decisions, at every quarter: ${sizes.join(', ')} MB.`;
}

/** Flat is what the second half adds less to than the heap breathes; a quick run ends before the heap has its size. */
function readTargets() {
  const [, , half, , end] = found.sizes;
  const ratios = [
    ...[...found.toYes].map(([clients, ratio]) => ({
      what: `checks/s of ${String(clients)} clients, to a server that says yes`,
      measured: ratio,
      least: 0.25,
    })),
    {
      what: 'processor time of a start that the verdict table allows, to that of a question',
      measured: found.hitToCheck,
      most: 0.5,
    },
    { what: 'time until it is ready, to the start of Node', measured: found.toNode, most: 4 },
    { what: 'events that arrived, to those that were due', measured: found.arrived / 100, least: 1 },
    ...(isQuick
      ? []
      : [{ what: 'resident memory at the end, to that in the middle', measured: end / half, most: 1.05 }]),
  ];
  const figures = [
    { what: 'checks/s at the best number of clients, a connection each', measured: found.rate, least: 6_000 },
    { what: 'ready after the start, median', measured: found.readyMs, most: 250, unit: ' ms' },
    { what: 'decisions/s that 8 readers follow', measured: found['8 readers'], least: 5_000 },
    { what: 'decisions/s that 100 readers follow', measured: found['100 readers'], least: 198 },
    { what: 'resident memory at its most', measured: Math.max(...found.sizes), most: 120, unit: ' MB' },
    { what: 'resident memory that the second half adds', measured: end - half, most: 4, unit: ' MB' },
  ];
  return [
    ...ratios.map((target) => ({ kind: 'ratio', ...target })),
    ...figures.map((target) => ({ kind: 'absolute', ...target })),
  ];
}

execFileSync('cc', ['-O2', '-o', askers, resolve('test', 'bench', 'askers.c'), '-lpthread']);
const yes = await startYes();
const endpoint = await startEndpoint('checks');
try {
  const machine = `${String(cpus().length)} × ${cpus()[0].model}, Linux ${release().split('-')[0]}, Node ${process.version}`;
  const parts = [
    '# Benchmarks of the policy endpoint',
    `Made by \`npm run bench:endpoint\` on ${machine}, asker and endpoint on the same cores, with a load of ${loadavg()[0].toFixed(1)} before.`,
    await benchStarts(),
    await benchChecks(endpoint, yes),
    [
      '| readers of the stream | wanted decisions/s | decisions/s | events that arrived | told as missed | MB |',
      '|---|---|---|---|---|---|',
      await benchStream(endpoint, 8, 5_000, isQuick ? 2 : 10),
      await benchStream(endpoint, 100, 200, isQuick ? 2 : 10),
    ].join('\n'),
    await benchMemory(endpoint),
    // Last: a journal that is read at once has the heap grow, and what is said of memory is about questions.
    await benchHits(endpoint),
  ];
  const targets = readTargets();
  parts.splice(2, 0, `${formatTargets(targets)}\n\n${noteOnTargets}`);
  gateRatios(targets);
  const text = parts.join('\n\n');
  process.stdout.write(`${text}\n`);
  if (!isQuick) {
    const file = join('docs', 'endpoint-benchmarks.md');
    writeFileSync(file, `${text}\n`);
    execFileSync('npx', ['prettier', '--write', file]);
  }
} finally {
  await endpoint.stop();
  yes.stop();
  rmSync(directory, { recursive: true, force: true });
}
