// @ts-check
// Fuzzes the reading of policies, shell text and arguments, and the decisions: `fuzzPolicy.mjs [--seconds N] [--seed N]`, one
// target after the other, five minutes each unless told otherwise. Ends with 1 and says the smallest input when a target failed.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: {
    seconds: { type: /** @type {const} */ ('string'), default: '300' },
    seed: { type: /** @type {const} */ ('string'), default: String(Date.now() % 2 ** 31) },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (!Number.isInteger(seconds) || seconds < 1 || !Number.isInteger(seed)) {
  process.stderr.write('fuzzPolicy: --seconds and --seed want whole numbers\n');
  process.exit(2);
}

const entry = `
import fc from 'fast-check';
import { fuzzTargets } from './test/unit/policy/policyFuzz.ts';
for (const [name, property] of Object.entries(fuzzTargets)) {
  const end = performance.now() + ${seconds * 1000};
  let count = 0;
  let details = null;
  for (let seed = ${seed}; details === null && performance.now() < end; seed += 1) {
    const run = fc.check(property, { numRuns: 200, seed });
    count += run.numRuns;
    if (run.failed) details = run;
  }
  console.log(name + ': ' + count + ' inputs, ' + (details === null ? 'no failure' : 'FAILED'));
  if (details === null) continue;
  console.log(fc.defaultReportMessage(details));
  process.exitCode = 1;
}`;
const folder = join('out', 'fuzz', String(process.pid));
try {
  await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: 'ts' },
    outfile: join(folder, 'policy.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  process.exitCode =
    spawnSync(process.execPath, [join(folder, 'policy.mjs')], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
