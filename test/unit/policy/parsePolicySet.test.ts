import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import type { PolicyOrigin } from '../../../src/policy/policySet.ts';
import '../../support/propertySeed.ts';

const source = (text: string, file = 'a.yaml', origin: PolicyOrigin = 'user') => ({ file, text, origin });

/** The problems of one text, each as `line:column message`. */
function problemsOf(text: string, origin: PolicyOrigin = 'user'): readonly string[] {
  const { set, problems } = parsePolicySet([source(text, 'a.yaml', origin)]);
  assert.deepEqual(set.policies, []);
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** A policy with one rule, whose lines are given; the first of them is line 4. */
const withRule = (...lines: readonly string[]): string =>
  [
    'policies:',
    '  - name: p',
    '    rules:',
    ...lines.map((line, index) => (index === 0 ? `      - ${line}` : `        ${line}`)),
  ].join('\n');

const rule = (action: string): string => `policies: [{ name: p-${action}, rules: [{ action: ${action} }] }]`;

describe('a policy file', () => {
  it('is refused with line and column where a key is not known', () => {
    assert.deepEqual(problemsOf('polices: []'), [
      '1:1 unknown key "polices" in the file, did you mean policies?',
    ]);
    assert.deepEqual(problemsOf(withRule('action: deny', 'when:', '  comand_matches: [x]')), [
      '6:11 unknown key "comand_matches" in when, did you mean command_matches?',
    ]);
    assert.deepEqual(problemsOf(withRule('action: deny', 'reason: x')), [
      '5:9 unknown key "reason" in rule, did you mean message?',
    ]);
    assert.deepEqual(problemsOf(withRule('action: deny', 'match: { tool: exec }')), [
      '5:9 unknown key "match" in rule: it belongs to the policy',
    ]);
    assert.deepEqual(problemsOf(withRule('action: deny', 'when: { nothing: x }')), [
      '5:17 unknown key "nothing" in when',
    ]);
    assert.deepEqual(problemsOf('policies: [{name: p, match: {agents: x}}]'), [
      '1:30 unknown key "agents" in match, did you mean agent?',
    ]);
  });

  it('is refused where an action is not known', () => {
    assert.deepEqual(problemsOf(withRule('action: dney')), [
      '4:17 unknown action "dney", did you mean deny?',
    ]);
    assert.deepEqual(problemsOf(withRule('message: x')), ['4:9 rule has no action']);
    assert.deepEqual(problemsOf(withRule('action: require_approval')), [
      '4:17 action require_approval is called ask now',
    ]);
    assert.deepEqual(problemsOf(withRule('action: webhook')), ['4:9 action webhook needs webhook.url']);
    assert.deepEqual(problemsOf('default_action: maybe'), [
      '1:17 unknown default_action maybe, one of allow, deny, ask, watch',
    ]);
  });

  it('is refused where it says wrongly who is told', () => {
    assert.deepEqual(problemsOf('notify: { adress: x }'), ['1:11 unknown key "adress" in notify']);
    assert.deepEqual(problemsOf('notify: { url: x }'), [
      '1:16 notify.url must be an address that begins with https:// or http://',
    ]);
    assert.deepEqual(problemsOf('notify: { platform: irc }'), [
      '1:21 unknown platform irc, one of auto, slack, discord, teams, openclaw, webhook',
    ]);
    assert.deepEqual(problemsOf('notify: { on: [never] }'), [
      '1:16 unknown entry of on never, one of allow, deny, ask, watch, log, webhook',
    ]);
    assert.deepEqual(problemsOf(withRule('action: webhook', 'webhook: { url: x }')), [
      '5:25 webhook.url must be an address that begins with https:// or http://',
    ]);
    assert.deepEqual(problemsOf(withRule('action: webhook', 'webhook: { url: "" }')), [
      '5:18 action webhook needs webhook.url',
    ]);
  });

  it('is refused where a value has the wrong type', () => {
    assert.deepEqual(problemsOf(withRule('action: deny', 'when: { command_matches: rm }')), [
      '5:34 command_matches must be a list',
    ]);
    assert.deepEqual(problemsOf('policies: [{name: p, enabled: perhaps}]'), [
      '1:31 enabled must be true or false',
    ]);
    assert.deepEqual(problemsOf('policies: [{name: p, priority: high}]'), [
      '1:32 priority must be a whole number',
    ]);
    assert.deepEqual(problemsOf('policies: [{name: p, match: {agent: [a, b]}}]'), [
      '1:37 agent must be a text',
    ]);
    assert.deepEqual(problemsOf('policies: x'), ['1:11 policies must be a list']);
    assert.deepEqual(problemsOf('- a'), ['1:1 the file must be a mapping']);
    assert.deepEqual(problemsOf('version: 2'), ['1:10 unknown version 2, this is version 1']);
  });

  it('is refused where a pattern, shape, word, time or window cannot be used', () => {
    const when = (text: string): readonly string[] =>
      problemsOf(withRule('action: deny', `when: { ${text} }`)).map((problem) =>
        problem.replace(/^5:\d+ /, ''),
      );
    assert.deepEqual(when(`command_matches: ['**a**b**']`), [
      'command_matches: pattern has more than 2 times **',
    ]);
    assert.deepEqual(when(`command_matches: ['${'a'.repeat(8193)}']`), [
      'command_matches: pattern is longer than 8192 characters',
    ]);
    assert.deepEqual(when(`path_matches: ['**${'a'.repeat(256)}']`), [
      'path_matches: pattern with ** is longer than 256 characters',
    ]);
    assert.deepEqual(when(`command_contains: [' ']`), ['command_contains: entry is blank']);
    assert.deepEqual(when(`runs: [-f]`), ['runs: a shape begins with the name of a program']);
    assert.deepEqual(when(`runs: ['git !push']`), ['runs: only an option can be absent: !push']);
    assert.deepEqual(when(`deletes: [everything]`)[0]?.slice(0, 33), 'deletes: unknown word everything,');
    assert.deepEqual(
      when(`response_matches: ['(']`)[0]?.slice(0, 43),
      'response_matches: expression is not valid: ',
    );
    assert.deepEqual(when(`response_matches: ['(a+)+']`), [
      'response_matches: expression has a quantifier inside a quantified group',
    ]);
    assert.deepEqual(when(`call_count: { gte: 1001, window: 1h }`), ['gte must be 0 to 1000']);
    assert.deepEqual(when(`call_count: { gte: 1, window: soon }`), [
      'window must be a duration above 0 and up to 720h, such as 10m',
    ]);
    assert.deepEqual(when(`call_count: { gte: 1 }`), ['call_count needs gte and window']);
    assert.deepEqual(problemsOf(withRule('action: deny', 'expires_at: tomorrow')), [
      '5:21 expires_at must be a time such as 2030-01-31T12:00:00Z',
    ]);
  });

  it('is refused as a whole when it is no single YAML document', () => {
    assert.deepEqual(problemsOf(''), ['1:1 file is empty']);
    assert.deepEqual(problemsOf('# only a comment'), ['1:1 file is empty']);
    assert.deepEqual(problemsOf('a: 1\n---\nb: 2'), ['3:1 file has a second document']);
    assert.deepEqual(
      problemsOf('policies: [').map((problem) => problem.slice(0, 5)),
      ['1:12 '],
    );
    assert.deepEqual(problemsOf('a: 1\na: 2'), ['2:1 map keys must be unique']);
    assert.deepEqual(problemsOf(`# ${'x'.repeat(1_048_576)}`), [
      '1:1 file is longer than 1048576 characters',
    ]);
  });

  it('is refused where a name is missing or stands twice', () => {
    assert.deepEqual(problemsOf('policies:\n  - rules: []'), ['2:5 policy has no name']);
    assert.deepEqual(problemsOf('policies: [{name: a}, {name: a}]'), ['1:23 policy a stands here twice']);
  });

  it('is refused where a project wants a webhook', () => {
    const text = withRule('action: webhook', 'webhook: { url: https://x.test }');
    assert.deepEqual(problemsOf(text, 'project'), ['4:9 a project policy cannot use webhook']);
    assert.deepEqual(parsePolicySet([source(text)]).problems, []);
  });

  it('takes every key of the language', () => {
    const text = `
version: "1"
default_action: LOG
notify: { url: https://x.test, platform: auto, on: [deny] }
tests: [{ name: t, tool: exec, params: { command: ls }, expect: allow }]
policies:
  - name: p
    description: text
    priority: 0
    enabled: true
    match: { agent: 'c*', session: s, tool: [exec, read] }
    rules:
      - action: ask
        message: m
        once: true
        added: 2026-01-01T00:00:00Z
        expires_at: 2030-01-01T00:00:00Z
        ask: { audit: true, headless_only: false }
        when:
          command_matches: [a]
          command_contains: [b]
          command_not_matches: [c]
          command_env_assignments: [D]
          path_matches: [e]
          path_not_matches: [f]
          url_matches: [g]
          domain_matches: ['*.h']
          tool_param_matches: { i: 'j*' }
          session_matches: [k]
          session_not_matches: [l]
          agent_depth: { gte: 1, lte: 2, eq: 1 }
          call_count: { tool: exec, gte: 3, window: 1h30m }
          response_matches: ['m+']
          response_not_matches: ['n']
          default: false
`;
    const { set, problems } = parsePolicySet([source(text)]);
    assert.deepEqual(problems, []);
    assert.equal(set.defaultAction, 'watch');
    assert.deepEqual(
      set.policies.map(({ name, priority, rules }) => [
        name,
        priority,
        rules.map(({ reference }) => reference),
      ]),
      [['p', 100, [{ policy: 'p', index: 0, file: 'a.yaml', line: 13 }]]],
    );
  });

  it('takes an empty version and default, and a default in any case', () => {
    const defaultOf = (text: string): readonly unknown[] => {
      const { set, problems } = parsePolicySet([source(text)]);
      return [set.defaultAction, problems];
    };
    assert.deepEqual(defaultOf('version: ""\ndefault_action: ""'), ['deny', []]);
    assert.deepEqual(defaultOf('version: 1\ndefault_action: " Watch "'), ['watch', []]);
  });

  it('never makes the reader throw, whatever is in it', () => {
    const word = fc.constantFrom(
      'policies',
      'name',
      'rules',
      'action',
      'deny',
      'when',
      'runs',
      ':',
      '-',
      '[',
      ']',
      '{',
      '}',
      ',',
      '\n',
      '  ',
      '&a',
      '*a',
      '|',
      '"',
      "'",
      '<<',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 60 }).map((words) => words.join(' ')),
        ),
        (text) => {
          parsePolicySet([source(text)]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('policy files together', () => {
  const names = (...sources: readonly ReturnType<typeof source>[]): readonly string[] =>
    parsePolicySet(sources).set.policies.map(({ name, file }) => `${name} of ${file}`);

  it('leave out a file with a problem and keep the others', () => {
    const { set, problems } = parsePolicySet([source(rule('deny'), 'a.yaml'), source('x: 1', 'b.yaml')]);
    assert.deepEqual(
      set.policies.map(({ name }) => name),
      ['p-deny'],
    );
    assert.deepEqual(
      problems.map(({ file }) => file),
      ['b.yaml'],
    );
  });

  it("let a user's policy take the place of a built-in one of the same name, even switched off", () => {
    const builtin = source('policies: [{name: a}, {name: b}]', 'builtin.yaml', 'builtin');
    assert.deepEqual(names(builtin, source('policies: [{name: b}]', 'user.yaml')), [
      'b of user.yaml',
      'a of builtin.yaml',
    ]);
    assert.deepEqual(names(builtin, source('policies: [{name: b, enabled: false}]')), ['a of builtin.yaml']);
  });

  it("leave out a project's policy whose name is taken", () => {
    const project = source('policies: [{name: a}, {name: c}]', 'project.yaml', 'project');
    assert.deepEqual(names(source('policies: [{name: a}]'), project), ['a of a.yaml', 'c of project.yaml']);
  });

  it('refuse a name that two user files have', () => {
    const { problems } = parsePolicySet([
      source('policies: [{name: a}]'),
      source('policies:\n  - name: a', 'b.yaml'),
    ]);
    assert.deepEqual(problems, [
      { file: 'b.yaml', line: 2, column: 5, message: 'policy a already stands in a.yaml' },
    ]);
  });

  it('are walked by priority, and in the order of loading where that is equal', () => {
    const first = source('policies: [{name: a}, {name: b, priority: 5}]', 'a.yaml');
    assert.deepEqual(names(first, source('policies: [{name: c, priority: 0}]', 'c.yaml')), [
      'b of a.yaml',
      'a of a.yaml',
      'c of c.yaml',
    ]);
  });

  it('take the default of the first user file, then the built-in one, then deny', () => {
    const action = (...sources: readonly ReturnType<typeof source>[]): string =>
      parsePolicySet(sources).set.defaultAction;
    const builtin = source('default_action: allow', 'builtin.yaml', 'builtin');
    assert.equal(action(builtin), 'allow');
    assert.equal(
      action(builtin, source('default_action: ask'), source('default_action: watch', 'b.yaml')),
      'ask',
    );
    assert.equal(action(builtin, source('default_action: deny', '/home/a/auto-allowed.yaml')), 'allow');
    assert.equal(action(source('default_action: watch', 'p.yaml', 'project')), 'deny');
    assert.equal(action(), 'deny');
  });
});
