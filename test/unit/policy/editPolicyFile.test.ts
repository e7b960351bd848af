import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addRule, allowanceName, exactPattern, removeRule } from '../../../src/policy/editPolicyFile.ts';
import type { WrittenRule } from '../../../src/policy/editPolicyFile.ts';
import { evaluate } from '../../../src/policy/evaluate.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { Result } from '../../../src/base/result.ts';
import { imagineRequest, imagineWorld, openShellReader } from './policyWorld.ts';
import '../../support/propertySeed.ts';

const world = imagineWorld(await openShellReader());

const rule: WrittenRule = {
  action: 'allow',
  tool: 'exec',
  pattern: 'make *',
  message: null,
  expiresAt: null,
  isOnce: false,
  added: '2026-01-02T03:04:05Z',
};

function textOf(result: Result<string, string>): string {
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
}

describe('a rule written into a policy file', () => {
  it('makes the file and the policy when they are not there', () => {
    assert.equal(
      textOf(addRule('', 'user-allow-1', rule)),
      `version: '1'
policies:
  - name: user-allow-1
    match:
      tool:
        - exec
    rules:
      - action: allow
        when:
          command_matches:
            - make *
        added: 2026-01-02T03:04:05Z
`,
    );
  });

  it('keeps what a person wrote around it', () => {
    const text = `# mine
policies:
  # first
  - name: a # here
    rules:
      - { action: deny, when: { command_matches: [x] } } # why
`;
    const edited = textOf(
      addRule(text, 'a', {
        ...rule,
        tool: 'read',
        pattern: '**/x',
        message: 'm',
        expiresAt: '2030-01-01T00:00:00Z',
        isOnce: true,
      }),
    );
    for (const comment of ['# mine', '# first', '# here', '# why'])
      assert.ok(edited.includes(comment), comment);
    const { set, problems } = parsePolicySet([{ file: 'a.yaml', text: edited, origin: 'user' }]);
    assert.deepEqual(problems, []);
    const [, added] = set.policies[0]?.rules ?? [];
    assert.deepEqual(
      [added?.action, added?.message, added?.isOnce, added?.expiresAt],
      ['allow', 'm', true, Date.UTC(2030, 0)],
    );
  });

  it('is refused by a file that could not be used', () => {
    assert.deepEqual(addRule('policies: x', 'a', rule), {
      ok: false,
      error: 'line 1: policies must be a list',
    });
    assert.deepEqual(addRule('', 'a', { ...rule, pattern: '**a**b**' }), {
      ok: false,
      error: 'line 11: command_matches: pattern has more than 2 times **',
    });
  });

  it('is taken away again, with its policy when that is empty then', () => {
    const one = textOf(addRule('', 'a', rule));
    const two = textOf(addRule(one, 'a', { ...rule, pattern: 'ls' }));
    assert.equal(textOf(removeRule(two, 'a', 1)), one);
    assert.deepEqual(
      parsePolicySet([{ file: 'a.yaml', text: textOf(removeRule(one, 'a', 0)), origin: 'user' }]).set
        .policies,
      [],
    );
    assert.deepEqual(removeRule(one, 'a', 1), { ok: false, error: 'there is no rule 2 in a' });
    assert.deepEqual(removeRule(one, 'b', 0), { ok: false, error: 'there is no rule 1 in b' });
  });

  it('with an exact pattern matches that command and no other', () => {
    const name = fc.stringMatching(/^[a-z*?[\]{}~$.]{1,12}$/);
    fc.assert(
      fc.property(name, name, (argument, other) => {
        const pattern = exactPattern(`tool ${argument}`);
        const text = textOf(addRule('', 'a', { ...rule, pattern }));
        const { set } = parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]);
        const decide = (word: string): string =>
          evaluate(
            set,
            imagineRequest({ argv: ['tool', word], exe: 'tool', command: `tool '${word}'` }),
            world,
          ).action;
        assert.equal(decide(argument), 'allow');
        assert.equal(decide(`${argument}x`), 'deny');
        assert.equal(decide(other), other === argument ? 'allow' : 'deny');
      }),
      { numRuns: 200 },
    );
  });

  it('with an exact pattern matches that line, whatever a shell makes of it', () => {
    const lines = [
      "git commit -m 'a b'",
      "git commit -m 'it'\\''s'",
      "git commit -m 'one\ntwo; three'",
      'git commit -m "a  b" > out',
      'NAME=value git commit',
      "git add '*.c' [a-z]?",
      'git commit && npm publish > log',
    ];
    for (const line of lines) {
      const text = textOf(addRule('', 'a', { ...rule, pattern: exactPattern(line) }));
      const { set } = parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]);
      const decide = (command: string): string => evaluate(set, imagineRequest({ command }), world).action;
      assert.equal(decide(line), 'allow', line);
      for (const other of [`${line} x`, `x ${line}`, `${line}; x`, line.replace('git', 'got')])
        assert.equal(decide(other), 'deny', other);
    }
  });

  it('is kept under a name that only its tool and pattern make', () => {
    assert.equal(allowanceName('exec', 'a'), 'user-allow-0002b606');
    assert.notEqual(allowanceName('read', 'a'), allowanceName('exec', 'a'));
    assert.match(allowanceName('exec', 'x'.repeat(10_000)), /^user-allow-[0-9a-f]{8}$/);
  });
});
