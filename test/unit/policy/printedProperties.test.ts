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
/** Those of which the policy is sure, on one line, and without what would swallow or be swallowed by text beside them. */
const denied = dangerous.filter(
  (command) => actionOf(command) === 'deny' && !/\n|<<|#|\\$|^unset|^export|^set |&$/.test(command),
);

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
          const asText = new Call(imagineRequest({ command }), world).reading;
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

describe('a denied command', () => {
  it('is never allowed because text stands before, behind or around it', () => {
    assert.ok(denied.length > 100);
    const beside = fc.constantFrom(
      'ls',
      'true',
      'make test',
      "echo 'a && b'",
      'echo "$x"',
      'A=b env',
      '[ -f x ]',
      '(ls)',
      '{ ls; }',
      'if true; then ls; fi',
    );
    const joint = fc.constantFrom(' && ', '; ', '\n', ' || ', ' & ');
    const around: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
      (text) => text,
      (text) => `( ${text} )`,
      (text) => `{ ${text}; }`,
      (text) => `if true; then ${text}; fi`,
      (text) => `for i in 1; do ${text}; done`,
      (text) => `! { ${text}; }`,
      (text) => `bash -c ${quote(text)}`,
      (text) => `env A=b timeout 5 sh -ec ${quote(text)}`,
      (text) => `eval ${quote(text)}`,
      (text) => `echo "$(${text})"`,
      (text) => `f() { ${text}; }; f`,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...denied),
        fc.array(fc.tuple(beside, joint), { maxLength: 3 }),
        fc.array(fc.tuple(joint, beside), { maxLength: 3 }),
        around,
        (command, before, after, wrap) => {
          const text = `${before.flat().join('')}${wrap(command)}${after.flat().join('')}`;
          const action = actionOf(text);
          assert.ok(action === 'deny' || action === 'ask', `${text}: ${action}`);
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('a rule that restricts', () => {
  it('never loosens, whoever adds it, whatever it asks', () => {
    const rank = ['allow', 'watch', 'ask', 'deny'];
    const conditions = [
      {},
      { command_matches: ['git *'] },
      { command_contains: ['rm'] },
      { runs: ['git push', 'docker ...'] },
      { deletes: ['outside_workspace', 'unknown'] },
      { operation: ['delete', 'change'] },
      { reads: ['~/**'] },
      { writes: ['**'] },
      { command_not_matches: ['git *'] },
      { runs_code_from: ['network'] },
    ];
    const tightened = conditions.map((when, index) => {
      const [action, origin] = index % 2 === 0 ? (['deny', 'user'] as const) : (['ask', 'project'] as const);
      const text = JSON.stringify({ policies: [{ name: 'more', priority: 1, rules: [{ action, when }] }] });
      return parsePolicySet([
        { file: 'default.yaml', text: builtin, origin: 'builtin' },
        { file: 'more.yaml', text, origin },
      ]).set;
    });
    fc.assert(
      fc.property(fc.constantFrom(...tightened), fc.constantFrom(...dangerous), (stricter, command) => {
        assert.ok(rank.indexOf(actionOf(command, stricter)) >= rank.indexOf(actionOf(command)), command);
      }),
      { numRuns: 600 },
    );
  });
});
