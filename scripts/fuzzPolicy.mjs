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
  const { failed, numRuns, ...details } = fc.check(property, {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: ${seconds * 1000},
    seed: ${seed},
  });
  const isWrong = failed && details.counterexample !== null;
  console.log(name + ': ' + numRuns + ' inputs, ' + (isWrong ? 'FAILED' : 'no failure') + ', seed ${seed}');
  if (!isWrong) continue;
  console.log(fc.defaultReportMessage({ failed, numRuns, ...details }));
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
