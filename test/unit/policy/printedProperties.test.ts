import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { Call } from '../../../src/policy/call.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../../src/policy/policySet.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const world = imagineWorld(await openShellReader());
const builtin = readFileSync('policies/default.yaml', 'utf8');
const setOf = (text: string): PolicySet => {
  const { set, problems } = parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]);
  assert.deepEqual(problems, []);
  return set;
};
const set = setOf(builtin);
const dangerous = Object.values(
  parse(readFileSync('test/bench/corpora/dangerous.yaml', 'utf8')) as Record<string, readonly string[]>,
).flat();
const actionOf = (command: string, policies = set): string =>
  evaluate(policies, imagineRequest({ command }), world).action;
const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

describe('what is printed', () => {
  it('is read as the words that it was printed from, and decided alike', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0')),
      fc.constantFrom(
        'rm',
        '-rf',
        '../x',
        'git',
        'push',
        '--force',
        'a b',
        "it's",
        '$HOME',
        '`x`',
        '*',
        '~',
        '\n',
        '&&',
      ),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('rm', 'git', 'ls', 'cat'),
        fc.array(word, { maxLength: 6 }),
        (program, rest) => {
          const argv = [program, ...rest];
          const command = argv.map(quote).join(' ');
          const asText = new Call(imagineRequest({ command }), world, () => false).reading;
          if (asText.isFallback) return;
          assert.deepEqual(
            asText.components[0]?.words.map(({ text }) => text),
            argv,
          );
          const asWords = evaluate(set, imagineRequest({ argv, exe: program, command }), world);
          assert.equal(actionOf(command), asWords.action, command);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the same policy again', () => {
    const printed = setOf(stringify(parse(builtin)));
    const shapeOf = (policies: PolicySet): unknown =>
      JSON.parse(
        JSON.stringify(policies.policies, (key, value: unknown) =>
          key === 'line' || key === 'column' ? undefined : value,
        ),
      );
    assert.deepEqual(shapeOf(printed), shapeOf(set));
    for (const command of dangerous) assert.equal(actionOf(command, printed), actionOf(command), command);
  });
});
