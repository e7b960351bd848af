import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicySet } from '../../../src/policy/policySet.ts';
import { commandsOf } from '../../bench/policyCorpora.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const world = imagineWorld(await openShellReader());
const builtin = {
  file: 'default.yaml',
  text: readFileSync('policies/default.yaml', 'utf8'),
  origin: 'builtin' as const,
};
const { set } = parsePolicySet([builtin]);
const actionOf = (command: string, policies: PolicySet = set): string =>
  evaluate(policies, imagineRequest({ command }), world).action;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

type Addition = (command: string) => string;

/** Text in front of a command or behind it that changes nothing of what the command does. */
const beside: readonly Addition[] = [
  (text) => `true; ${text}`,
  (text) => `ls && ${text}`,
  (text) => `echo 'a && b'; ${text}`,
  (text) => `[ -f x ] || ${text}`,
  (text) => `# a comment\n${text}`,
  (text) => `X=y; ${text}`,
  (text) => `\n\n  ${text}`,
  (text) => `make test &\n${text}`,
  (text) => `cat <<'EOF'\nls "\nEOF\n${text}`,
  (text) => `echo "$x" \\\n  y; ${text}`,
  (text) => `${text}; true`,
  (text) => `${text} && echo done`,
  (text) => `${text} || true`,
  (text) => `${text} | cat`,
  (text) => `${text} 2>&1 | tee log`,
  (text) => `${text} > out.txt`,
  (text) => `${text} 2>/dev/null`,
  (text) => `${text} &`,
  (text) => `${text} # it's fine`,
  (text) => `${text}\ncat <<EOF\n'\nEOF`,
  (text) => `${text}\necho '`,
];

/** Text around a command, in which it runs all the same. */
const around: readonly Addition[] = [
  (text) => `( ${text} )`,
  (text) => `{ ${text}; }`,
  (text) => `! { ${text}; }`,
  (text) => `if true; then ${text}; fi`,
  (text) => `if ${text}; then ls; fi`,
  (text) => `for i in 1; do ${text}; done`,
  (text) => `while ${text}; do sleep 1; done`,
  (text) => `case a in a) ${text};; esac`,
  (text) => `f() { ${text}; }; f`,
  (text) => `echo "$(${text})"`,
  (text) => `diff <(${text}) x`,
  (text) => `eval ${quote(text)}`,
  (text) => `bash -c ${quote(text)}`,
  (text) => `sudo sh -c ${quote(text)}`,
  (text) => `env A=b timeout 5 sh -ec ${quote(text)}`,
  (text) => `nohup nice bash -o pipefail -lc ${quote(text)} &`,
  (text) => `bash <<'END'\n${text}\nEND`,
  (text) => `bash <<< ${quote(text)}`,
  (text) => `trap ${quote(text)} EXIT`,
  (text) => `echo x | xargs -I{} sh -c ${quote(text)}`,
  (text) => `watch -n 5 ${quote(text)}`,
];

/** On one line, and without what would swallow text beside it or be swallowed. */
const isPlain = (command: string): boolean => !/\n|<<|#|\\$|&$|'EOF'/.test(command);
const dangerous = commandsOf('dangerous');
const denied = dangerous.filter((command) => isPlain(command) && actionOf(command) === 'deny');

describe('a denied command', () => {
  it('is never allowed because text stands before, behind or around it', () => {
    assert.ok(denied.length > 2000);
    const addition = fc.constantFrom(...beside, ...around);
    fc.assert(
      fc.property(
        fc.constantFrom(...denied),
        fc.array(addition, { minLength: 1, maxLength: 2 }),
        (command, additions) => {
          const text = additions.reduce((so, add) => add(so), command);
          const action = actionOf(text);
          assert.ok(action === 'deny' || action === 'ask', `${text}: ${action}`);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('a rule that restricts', () => {
  it('never loosens, whoever adds it, whatever it asks; nor does any rule of a project', () => {
    const rank = ['allow', 'watch', 'ask', 'deny'];
    const commands = [...dangerous, ...commandsOf('everyday')];
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
    /** A project may say anything, a user what restricts. */
    const authors = [
      ['user', 'deny'],
      ['project', 'allow'],
      ['project', 'ask'],
      ['project', 'watch'],
      ['user', 'ask'],
      ['project', 'deny'],
    ] as const;
    const tightened = conditions.map((when, index) => {
      const [origin, action] = authors[index % authors.length] ?? authors[0];
      const text = JSON.stringify({
        ...(origin === 'project' ? { default_action: 'allow' } : {}),
        policies: [{ name: 'more', priority: 1, rules: [{ action, when }] }],
      });
      return parsePolicySet([builtin, { file: 'more.yaml', text, origin }]).set;
    });
    fc.assert(
      fc.property(fc.constantFrom(...tightened), fc.constantFrom(...commands), (stricter, command) => {
        assert.ok(rank.indexOf(actionOf(command, stricter)) >= rank.indexOf(actionOf(command)), command);
      }),
      { numRuns: 600 },
    );
  });
});
