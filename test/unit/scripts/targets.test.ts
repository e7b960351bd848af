import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { findMissedRatios, formatTargets } from '../../bench/targets.mjs';

test('a ratio that is missed, or was not measured, is told; an absolute figure never is', () => {
  const missed = findMissedRatios([
    { kind: 'ratio', what: 'start', measured: 1.12, most: 1.12 },
    { kind: 'ratio', what: 'script', measured: 1.0849, most: 1.08 },
    { kind: 'ratio', what: 'build', measured: NaN, most: 1.03 },
    { kind: 'ratio', what: 'rate', measured: 0.2, least: 0.25 },
    { kind: 'absolute', what: 'loop', measured: 99, most: 10, unit: ' µs' },
    { kind: 'absolute', what: 'rate', measured: NaN, least: 6_000 },
  ]);
  assert.deepEqual(missed, [
    'missed: script: 1.085, wanted ≤ 1.08',
    'missed: build: none, wanted ≤ 1.03',
    'missed: rate: 0.2, wanted ≥ 0.25',
  ]);
});

test('the table says of every figure what it is, what was wanted and whether it was reached', () => {
  const table = formatTargets([
    { kind: 'ratio', what: 'start', measured: 1.2, most: 1.12 },
    { kind: 'absolute', what: 'ready', measured: 211.7, most: 250, unit: ' ms' },
    { kind: 'ratio', what: 'build', measured: NaN, most: 1.03 },
  ]);
  assert.deepEqual(table.split('\n').slice(2), [
    '| start | ratio | ≤ 1.12 | 1.2 | **not reached** |',
    '| ready | absolute | ≤ 250 ms | 211.7 ms | reached |',
    '| build | ratio | ≤ 1.03 | none | not measured |',
  ]);
});

test('a run ends with 1, and a line for each, when ratios are missed, and with 0 otherwise', () => {
  const run = (kind: string): readonly unknown[] => {
    const module = pathToFileURL('test/bench/targets.mjs').href;
    const code = `import { gateRatios } from '${module}'; gateRatios([{ kind: '${kind}', what: 'a', measured: 2, most: 1 }]);`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    return [status, stderr];
  };
  assert.deepEqual(run('ratio'), [1, 'missed: a: 2, wanted ≤ 1\n']);
  assert.deepEqual(run('absolute'), [0, '']);
});
