// How much longer programs take to start under the library: `node test/bench/spawn.bench.mjs [--write]`, after
// `npm run build` and `npm run test:native`. Each round goes through all conditions, so that what else the machine
// does falls on all alike. The ratios count; `--write` puts them into docs/benchmarks.md.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const program = resolve('build-gcc', 'test', 'native', 'spawns');
const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');
const cli = resolve('dist', 'cli.js');
const rounds = 25;
const startsPerRound = 40;
const ways = ['vfork', 'posix_spawn', 'fork', 'system'];

const directory = mkdtempSync(join(tmpdir(), 'rampart-bench-'));
const nobody = `unix://${directory}/nobody.sock`;

/** Starts the real endpoint, with TCP as well, and resolves with where it listens. */
function startEndpoint() {
  const words = [cli, 'serve', '--state-dir', join(directory, 'state'), '--port', '0'];
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

function measure(way, environment) {
  const env = { PATH: '/usr/bin:/bin', RAMPART_SESSION: 'bench', ...environment };
  const output = execFileSync(program, [way, String(startsPerRound)], { env, encoding: 'utf8' });
  return output.trim().split('\n').map(Number);
}

function quantile(times, share) {
  return times.toSorted((first, second) => first - second)[Math.floor(times.length * share)] ?? 0;
}

function table(conditions) {
  const lines = [
    '| start of /bin/true by | condition | ratio | median µs | p99 µs |',
    '|---|---|---|---|---|',
  ];
  for (const way of ways) {
    const times = new Map(Object.keys(conditions).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, environment] of Object.entries(conditions))
        times.get(name).push(...measure(way, environment));
    // The lower quartile is what the machine can do while nothing else is running on it.
    const base = quantile(times.get('unguarded'), 0.25);
    for (const [name, list] of times) {
      const ratio = (quantile(list, 0.25) / base).toFixed(3);
      const [median, tail] = [0.5, 0.99].map((share) => quantile(list, share).toFixed(0));
      lines.push(`| ${way} | ${name} | ${ratio} | ${median} | ${tail} |`);
    }
  }
  return lines.join('\n');
}

const endpoint = await startEndpoint();
try {
  const loaded = { LD_PRELOAD: library };
  const text = table({
    unguarded: {},
    'mode disabled': { ...loaded, RAMPART_URL: nobody, RAMPART_MODE: 'disabled' },
    'nobody there': { ...loaded, RAMPART_URL: nobody },
    'asked over the socket': { ...loaded, RAMPART_URL: endpoint.socket },
    'asked over TCP': { ...loaded, RAMPART_URL: endpoint.url },
  });
  process.stdout.write(`${text}\n`);
  if (process.argv.includes('--write')) {
    const machine = `${String(cpus().length)} × ${cpus()[0].model}, Linux ${release().split('-')[0]}, Node ${process.version}`;
    const head = `# Benchmarks\n\nMade by \`node test/bench/spawn.bench.mjs --write\` on ${machine}.\n`;
    const note =
      'Ratios are of the lower quartiles, guarded to unguarded, with the real endpoint and its default policy; medians and p99 hold what else the machine did.\n';
    writeFileSync(join('docs', 'benchmarks.md'), `${head}${note}\n${text}\n`);
  }
} finally {
  endpoint.child.removeAllListeners('exit');
  endpoint.child.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true });
}
