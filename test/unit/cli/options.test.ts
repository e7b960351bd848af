import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../../src/cli/options.ts';
import type { Options } from '../../../src/cli/options.ts';

const table = {
  '--json': { kind: 'switch', text: 'as JSON' },
  '--mode': { kind: 'value', value: 'M', text: 'the mode' },
  '--policy': { kind: 'list', value: 'F', text: 'a file' },
} as const;

function parse(words: readonly string[], firstWordEnds = false): Options {
  const options = parseOptions(table, words, firstWordEnds);
  assert.ok(options.ok, JSON.stringify(options));
  return options.value;
}

test('takes options before, between and behind words, in both spellings', () => {
  const options = parse(['--policy', 'a', 'word', '--policy=b', '--mode=x', '--mode', 'y', '--json', '-']);
  assert.deepEqual(
    [options.list('--policy'), options.value('--mode'), options.has('--json'), options.words],
    [['a', 'b'], 'y', true, ['word', '-']],
  );
});

test('ends at two dashes, or at the first word where that belongs to another program', () => {
  assert.deepEqual(parse(['--json', '--', '--mode', '--']).words, ['--mode', '--']);
  assert.deepEqual(parse(['--json', 'ls', '--json', '--', '-l'], true).words, ['ls', '--json', '--', '-l']);
  assert.deepEqual(parse(['ls', '--json'], false).words, ['ls']);
});

test('knows nothing of what was not given', () => {
  const options = parse([]);
  assert.deepEqual(
    [options.has('--json'), options.value('--mode'), options.list('--policy')],
    [false, undefined, []],
  );
});

test('says what is wrong', () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [['--jsn'], 'unknown option `--jsn`'],
    [['-x'], 'unknown option `-x`'],
    [['--constructor'], 'unknown option `--constructor`'],
    [['--json=1'], 'option `--json` takes no value'],
    [['--mode'], 'option `--mode` needs a value'],
    [['--mode', '--json'], 'option `--mode` needs a value'],
  ];
  for (const [words, error] of cases) assert.deepEqual(parseOptions(table, words), { ok: false, error });
});
