import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { lintPolicies } from '../../../src/policy/lintPolicies.ts';
import type { PolicyOrigin } from '../../../src/policy/policySet.ts';

const builtin = {
  file: 'default.yaml',
  text: readFileSync('policies/default.yaml', 'utf8'),
  origin: 'builtin' as const,
};

/** What is found in one file beside the default policy, each as `line severity: message`. */
function lint(text: string, origin: PolicyOrigin = 'user'): readonly string[] {
  const found = lintPolicies([builtin, { file: 'a.yaml', text, origin }], Date.UTC(2026, 0));
  assert.ok(found.every(({ file }) => file === 'a.yaml'));
  return found.map(({ line, severity, message }) => `${line} ${severity}: ${message}`);
}

const rules = (...lines: readonly string[]): string =>
  `policies:\n  - name: p\n    rules:\n${lines.map((line) => `      - ${line}\n`).join('')}`;

describe('lint', () => {
  it('finds nothing in the policy that ships', () => {
    assert.deepEqual(lintPolicies([builtin], 0), []);
  });

  it('reports what keeps a file out', () => {
    assert.deepEqual(lint('polices: []'), [
      '1 error: unknown key "polices" in the file, did you mean policies?',
    ]);
  });

  it('finds rules that are never reached', () => {
    const text = rules(
      "{ action: deny, message: m, when: { command_matches: ['git *', 'rm *'] } }",
      "{ action: ask, message: m, when: { command_matches: ['git push*'] } }",
      "{ action: ask, message: m, when: { command_matches: ['git push*', 'ls'] } }",
      '{ action: allow, when: { default: true } }',
      '{ action: watch, when: { command_matches: [x] } }',
    );
    assert.deepEqual(lint(text), [
      '5 warning: rule is never reached: rule 1 matches all that it does',
      '8 warning: rule is never reached: rule 4 matches all that it does',
    ]);
  });

  it('does not take a granting rule for one that covers a restricting one', () => {
    const text = rules(
      "{ action: allow, when: { command_matches: ['git *'] } }",
      "{ action: deny, message: m, when: { command_matches: ['git *'] } }",
      '{ action: allow, when: { default: true }, expires_at: 2100-01-01T00:00:00Z }',
      "{ action: deny, message: m, when: { command_matches: ['ls'], session_matches: [a] } }",
    );
    assert.deepEqual(lint(text), []);
  });

  it('finds rules that never match', () => {
    const text = `policies:
  - name: p
    match: { tool: exec }
    rules:
      - { action: deny, message: m, when: { command_not_matches: [a] } }
      - { action: deny, message: m, when: { path_matches: ['**/.env'] } }
      - { action: deny, message: m, when: { session_not_matches: [a], command_matches: [b] } }
      - { action: deny, message: m, when: { command_matches: [ '' ] } }
      - { action: deny, message: m, when: { command_matches: [ '', c ] } }
`;
    assert.deepEqual(lint(text), [
      '5 warning: rule never matches: an exclusion alone matches nothing',
      '6 warning: rule never matches: a program has no path; use reads, writes or deletes',
      '7 warning: rule never matches: an exclusion alone matches nothing',
      '8 warning: rule never matches: an entry without a text matches nothing',
    ]);
  });

  it('warns of rules that fit everything because they are written only halfway', () => {
    const text = rules(
      'action: deny\n        message: m',
      'action: deny\n        message: m\n        when:',
      'action: ask\n        message: m\n        when:\n          command_matches:',
      'action: allow\n        when: { command_matches: [] }',
      'action: deny\n        message: m\n        when: { default: true }',
    );
    const warned = lint(text).filter((finding) => finding.includes('everything'));
    const remedy = 'its `when` says nothing; say what it is about, or `default: true` if that is meant';
    assert.deepEqual(warned, [
      `4 warning: rule denies everything: ${remedy}`,
      `6 warning: rule denies everything: ${remedy}`,
      `9 warning: rule asks about everything: ${remedy}`,
      `13 warning: rule allows everything: ${remedy}`,
    ]);
  });

  it('says what a project cannot do', () => {
    assert.deepEqual(
      lint(
        `policies:\n  - name: default-git\n    rules: [{ action: allow, when: { default: true } }]`,
        'project',
      ),
      [
        '2 warning: policy default-git is left out: the name is taken',
        '3 warning: rule says nothing: a project can only tighten',
      ],
    );
  });

  it('mentions what may be meant', () => {
    const text = `policies:
  - name: default-git
    enabled: false
  - name: empty
  - name: p
    rules:
      - { action: deny, when: { default: true }, expires_at: 2020-01-01T00:00:00Z }
`;
    assert.deepEqual(lint(text), [
      '2 info: policy default-git takes the place of the built-in one',
      '4 info: policy empty has no rules',
      '7 info: rule has expired',
      '7 info: deny has no message that says what to do instead',
    ]);
  });
});
