// @ts-check
// `npm test`: installs what the tests need, then runs every level to its end, whatever an earlier one said.
// Good is only: every level succeeded, every level of tests ran some, and none was skipped without a reason
// in test/skips.json. Further levels may be named: `npm test -- test:fewAgents`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isInstalled } from './install.mjs';
import {
  formatInstallCommand,
  installMissingPackages,
  sanitizerPackages,
  testPackages,
} from './packages.mjs';
import { addTotals, readTotals } from './readTotals.mjs';

const maxLevelMinutes = 25;
const root = join(import.meta.dirname, '..');

/** In order; `hasTests` is false for what can only succeed or fail. */
const levels = [
  { name: 'build', hasTests: false },
  { name: 'check', hasTests: false },
  { name: 'test:unit', hasTests: true },
  { name: 'test:native', hasTests: true },
  { name: 'test:integration', hasTests: true },
  { name: 'package', hasTests: false },
  { name: 'test:packages', hasTests: true },
  { name: 'test:editor', hasTests: true },
  { name: 'test:e2e', hasTests: true },
  // Where no VS Code can be downloaded it has one skip, which test/skips.json lists.
  { name: 'test:desktop', hasTests: false },
];

/**
 * @typedef {object} LevelResult
 * @property {string} name
 * @property {import('./readTotals.mjs').Totals} totals
 * @property {string[]} problems  empty when the level is good
 * @property {number} seconds
 */

/** @param {{ name: string, hasTests: boolean }} level @returns {Promise<LevelResult>} */
async function runLevel({ name, hasTests }) {
  process.stdout.write(`\n──── ${name}\n`);
  const started = performance.now();
  const { code, output } = await runScript(name);
  const totals = readTotals(output);
  const problems = [
    ...(code === 0 ? [] : [`ended with ${code}`]),
    ...(hasTests && totals.passed + totals.failed === 0 ? ['ran no test'] : []),
    ...(totals.failed > 0 && code === 0 ? [`${totals.failed} failed though it ended with 0`] : []),
    ...findUnlistedSkips(name, totals.skipped, output),
  ];
  return { name, totals, problems, seconds: (performance.now() - started) / 1000 };
}

/** Runs an npm script with its output shown as it comes. @param {string} name */
async function runScript(name) {
  const child = spawn('npm', ['run', '--silent', name], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const [from, to] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]))
    from.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
      to.write(text);
    });
  const end = () => child.pid && process.kill(-child.pid, 'SIGKILL');
  const timer = setTimeout(end, maxLevelMinutes * 60_000);
  const stop = () => {
    end();
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return { code: signal ?? code, output };
}

/** @param {string} level @param {number} count @param {string} output @returns {string[]} */
function findUnlistedSkips(level, count, output) {
  /** @type {{ level: string, test: string, reason: string }[]} */
  const listed = JSON.parse(readFileSync(join(root, 'test/skips.json'), 'utf8'));
  const here = listed.filter((skip) => skip.level === level && skip.reason && output.includes(skip.test));
  return count > here.length ? [`${count} skipped, ${here.length} of them listed in test/skips.json`] : [];
}

/** Installs packages and modules; ends this process where a person has to. */
function prepare() {
  const missing = [...installMissingPackages(testPackages), ...installMissingPackages(sanitizerPackages())];
  if (missing.length > 0) {
    process.stderr.write(`The tests need ${missing.join(', ')}. Install: ${formatInstallCommand(missing)}\n`);
    process.exit(3);
  }
  if (isInstalled(root)) return;
  const run = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) process.exit(1);
}

/** @param {LevelResult[]} results */
function printSummary(results) {
  process.stdout.write('\n──── summary\n');
  for (const { name, totals, problems, seconds } of results) {
    const counts = totals.passed + totals.failed + totals.skipped === 0 ? '' : formatTotals(totals);
    const verdict = problems.length === 0 ? 'good' : `BAD: ${problems.join('; ')}`;
    process.stdout.write(
      `${name.padEnd(18)}${`${Math.round(seconds)} s`.padStart(6)}  ${[verdict, counts].filter(Boolean).join('  ')}\n`,
    );
  }
  const all = results.map((result) => result.totals).reduce(addTotals);
  process.stdout.write(`${formatTotals(all)}\n`);
}

/** @param {import('./readTotals.mjs').Totals} totals */
function formatTotals({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

prepare();
const further = process.argv.slice(2).map((name) => ({ name, hasTests: true }));
/** @type {LevelResult[]} */
const results = [];
for (const level of [...levels, ...further]) results.push(await runLevel(level));
printSummary(results);
process.exitCode = results.every((result) => result.problems.length === 0) ? 0 : 1;
