import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';
import { parsePolicyTests } from '../../../src/policy/parsePolicyTests.ts';
import { runPolicyTest } from '../../../src/policy/runPolicyTest.ts';
import { imagineWorld, openShellReader } from './policyWorld.ts';

const world = imagineWorld(await openShellReader());

const policy = `
default_action: allow
policies:
  - name: p
    rules:
      - action: deny
        when: { command_matches: ['rm *'] }
        message: no removal here
      - action: ask
        when: { path_matches: ['**/.env'] }
      - action: watch
        when: { url_matches: ['http://**'] }
tests:
  - name: removal
    tool: exec
    params: { command: sudo rm x }
    expect: deny
    expect_message: no removal*
  - { tool: read, params: { file_path: a/.env }, expect: ask }
  - { tool: fetch, params: { uri: http://x.test/ }, expect: log }
  - { name: wrong, tool: exec, params: { cmd: ls }, expect: deny }
  - { name: wrong message, tool: exec, params: { command: rm x }, expect: deny, expect_message: yes* }
`;

describe('tests inside a policy file', () => {
  it('pass or fail by decision and message', () => {
    const { tests, problems } = parsePolicyTests({ file: 'a.yaml', text: policy });
    assert.deepEqual(problems, []);
    const { set } = parsePolicySet([{ file: 'a.yaml', text: policy, origin: 'user' }]);
    const outcomes = tests.map((test) => runPolicyTest(set, test, world, '/home/ada/project'));
    assert.deepEqual(
      outcomes.map(({ test, decision, isPassed }) => [test.name, test.line, decision.action, isPassed]),
      [
        ['removal', 14, 'deny', true],
        ['', 19, 'ask', true],
        ['', 20, 'watch', true],
        ['wrong', 21, 'allow', false],
        ['wrong message', 22, 'deny', false],
      ],
    );
  });

  it('may stand in a suite that names its policy', () => {
    const suite = parsePolicyTests({
      file: 's.yaml',
      text: 'policy: ./a.yaml\ntests: [{tool: exec, expect: deny}]',
    });
    assert.deepEqual([suite.policy, suite.tests.length, suite.problems], ['./a.yaml', 1, []]);
  });

  it('have problems with line and column', () => {
    const text = 'tests:\n  - tool: exec\n    expect: perhaps\n  - expect: deny\n    parms: {}\n';
    const expected = [
      '3:13 expect must be one of allow, deny, ask, watch, log, webhook',
      '5:5 unknown key "parms" in test, did you mean params?',
      '4:5 test has no tool',
    ];
    const { problems } = parsePolicyTests({ file: 'a.yaml', text });
    assert.deepEqual(
      problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
      expected,
    );
    assert.deepEqual(parsePolicySet([{ file: 'a.yaml', text, origin: 'user' }]).problems, problems);
  });

  it('may be none', () => {
    for (const text of ['policies: []', '', '[', '- a'])
      assert.deepEqual(parsePolicyTests({ file: 'a.yaml', text }).tests, []);
    assert.deepEqual(
      parsePolicyTests({ file: 'd.yaml', text: readFileSync('policies/default.yaml', 'utf8') }).tests,
      [],
    );
  });
});
