import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { explain } from '../../../src/policy/explain.ts';
import { lintPolicies } from '../../../src/policy/lintPolicies.ts';
import { conditionKeys } from '../../../src/policy/parseCondition.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../../src/policy/policySet.ts';
import { scanShellText } from '../../../src/policy/scanShellText.ts';
import type { ShellReader } from '../../../src/policy/shellReader.ts';
import type { ExecRequest } from '../../../src/protocol/execRequest.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';

/** How much processor time one decision may take before it counts as one that hangs. */
const maxDecisionUs = 5_000_000;

const grammar = await openShellReader();
const fallback: ShellReader = { read: (text, variables) => scanShellText(text, variables) };
const builtin = readFileSync('policies/default.yaml', 'utf8');
const { set } = parsePolicySet([{ file: 'default.yaml', text: builtin, origin: 'builtin' }]);

/** What stands in texts that others attack with, besides arbitrary characters. */
const shellPieces = [
  ...[
    'rm -rf ',
    '../x',
    '~',
    'sudo ',
    "sh -c '",
    'eval ',
    '"',
    "'",
    '\\',
    '$(',
    '`',
    ')',
    '(',
    '{',
    '}',
    '${',
    '#',
  ],
  ...[
    '|',
    '||',
    '&&',
    ';',
    '&',
    '\n',
    ' ',
    '<<EOF\n',
    'EOF\n',
    '<<<',
    '>',
    '<(',
    '[[ ',
    ' ]]',
    '$x',
    '$@',
    '=',
    '\0',
  ],
  ...[
    'if ',
    'then ',
    'fi',
    'for x in ',
    'do ',
    'done',
    'case x in ',
    'esac',
    'f() ',
    'while ',
    'read ',
    'trap ',
    'cd ',
  ],
  ...[
    'base64 -d',
    'curl x',
    '\u{1f600}',
    '\ud800',
    '{a,b}',
    '{1..9}',
    '*',
    '?',
    '[a-z]',
    '!',
    'make -f - ',
    'xargs ',
  ],
  ...[
    'git -c core.pager=',
    'PAGER=',
    "$'\\x72'",
    'python3 -c ',
    "sed 's/a/b/e'",
    'find . -exec ',
    'docker run -v ',
    '\r',
  ],
];
const shellText = fc
  .array(fc.oneof(fc.constantFrom(...shellPieces), fc.string({ unit: 'binary', maxLength: 6 })), {
    maxLength: 60,
  })
  .map((pieces) => pieces.join(''));

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const word = fc.oneof(
  bytes.map((each) => each.toString('latin1')),
  bytes.map((each) => each.toString('utf8')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    ...shellPieces,
    'rm',
    'env',
    '-S',
    '-c',
    'find',
    '-exec',
    ';',
    '{}',
    '--',
    'xargs',
    'docker',
    'exec',
    '',
  ),
);

const optionalWord: fc.Arbitrary<string | null> = fc.option(word, { nil: null });

const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '*',
    '**/.env',
    'git push -f|--force',
    '~/.ssh/**',
    'deny',
    'ask',
    'exec',
    '10m',
    '[',
    '(a',
    'x'.repeat(9000),
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fc.string(), scalar),
);
const rule = fc.record(
  {
    action: fc.constantFrom('deny', 'ask', 'allow', 'watch', 'log', 'x'),
    when: fc.dictionary(fc.constantFrom(...conditionKeys), value),
    message: scalar,
  },
  { requiredKeys: ['action'] },
);
const policyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .record({
      default_action: scalar,
      policies: fc.array(fc.record({ name: scalar, rules: fc.array(rule) })),
    })
    .map((each) => JSON.stringify(each)),
  // A piece cut out of a policy that is right.
  fc
    .tuple(fc.nat(builtin.length), fc.nat(1500), fc.string())
    .map(([from, length, more]) => builtin.slice(from, from + length) + more),
);

/** Decides with the grammar and without it: no defect, no hang, and the explanation is of the same decision. */
function assertDecided(policies: PolicySet, request: ExecRequest): void {
  for (const reader of [grammar, fallback]) {
    const world = imagineWorld(reader, { elapsed: () => performance.now() });
    const before = process.cpuUsage();
    const { action, message } = evaluate(policies, request, world);
    const { user, system } = process.cpuUsage(before);
    assert.ok(['allow', 'deny', 'ask', 'watch', 'webhook'].includes(action));
    assert.doesNotMatch(message, /could not be evaluated/);
    assert.ok(user + system < maxDecisionUs, `${user + system} us`);
  }
}

const request = fc.oneof(
  shellText.map((command) => imagineRequest({ command })),
  fc
    .tuple(fc.array(word, { maxLength: 12 }), optionalWord, optionalWord)
    .map(([argv, exe, cwd]) => imagineRequest({ argv, exe, cwd, command: argv.join(' ') })),
);

/** What is fuzzed, by name. */
export const fuzzTargets: Readonly<Record<string, fc.IProperty<readonly unknown[]>>> = {
  'shell text': fc.property(shellText, (command) => assertDecided(set, imagineRequest({ command }))),
  'arguments of any bytes': fc.property(
    fc.array(word, { maxLength: 12 }),
    optionalWord,
    optionalWord,
    (argv, exe, cwd) => assertDecided(set, imagineRequest({ argv, exe, cwd, command: argv.join(' ') })),
  ),
  policies: fc.property(policyText, request, (text, asked) => {
    const source = { file: 'a.yaml', text, origin: 'user' } as const;
    lintPolicies([source], 0);
    const parsed = parsePolicySet([source]);
    for (const { line, column } of parsed.problems) assert.ok(line >= 1 && column >= 1);
    assertDecided(parsed.set, asked);
  }),
  explanations: fc.property(request, (asked) => {
    const world = imagineWorld(grammar);
    const { decision, remedies } = explain(set, asked, world);
    assert.deepEqual(decision, evaluate(set, asked, world));
    assert.equal(remedies.length === 0, decision.action === 'allow' || decision.action === 'watch');
  }),
};
