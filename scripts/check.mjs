// @ts-check
// `npm run check`: what needs no run of the code, in two lanes, for lint alone takes as long as all the rest. Every
// step runs to its end, whatever another one says.
import { spawn } from 'node:child_process';
import process from 'node:process';

const lanes = [['lint'], ['format:check', 'types', 'structure', 'unused', 'workflows']];

/** Runs an npm script and shows what it said when it is done, so that lanes do not mix. @param {string} name */
async function runStep(name) {
  const started = performance.now();
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${name}: ${code === 0 ? 'good' : 'BAD'}, ${String(seconds)} s\n${code === 0 ? '' : said}`,
  );
  return code === 0;
}

/** @param {readonly string[]} steps */
async function runLane(steps) {
  const results = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
}

const results = await Promise.all(lanes.map(runLane));
process.exitCode = results.flat().every(Boolean) ? 0 : 1;
