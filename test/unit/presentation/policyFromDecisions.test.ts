import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePolicyFile } from '../../../src/policy/parsePolicyFile.ts';
import {
  formatPolicyDraft,
  nameDraft,
  policyCommandChoices,
} from '../../../src/presentation/policyFromDecisions.ts';
import { createDenial, createRecord } from './recordFixture.ts';

describe('a policy from recent decisions', () => {
  it('offers every command once, the frequent ones first and what was denied not chosen', () => {
    const choices = policyCommandChoices([
      createDenial({ id: 'a' }),
      createRecord({ id: 'b' }),
      createRecord({ id: 'c' }),
      createRecord({ id: 'd', tool: 'rampart', request: { command: 'state file' } }),
    ]);
    assert.deepEqual(
      choices.map(({ value, detail, picked }) => [value, detail, picked]),
      [
        ['ls -l', '2× · allowed', true],
        ['rm -rf /precious', '1× · denied', false],
      ],
    );
  });

  it('does not choose by itself what was denied before it was allowed once', () => {
    const command = 'rm -rf /precious';
    const [choice] = policyCommandChoices([
      createDenial({ id: 'a' }),
      createRecord({ id: 'b', request: { command } }),
    ]);
    assert.deepEqual([choice?.value, choice?.detail, choice?.picked], [command, '2× · denied 1 time', false]);
  });

  it('has a name of its own among the policies that are there', () => {
    assert.equal(nameDraft([]), 'recent-commands.yaml');
    assert.equal(nameDraft(['mine.yaml', 'recent-commands.yaml']), 'recent-commands-2.yaml');
    assert.equal(nameDraft(['recent-commands.yaml', 'recent-commands-2.yaml']), 'recent-commands-3.yaml');
  });

  it('is a policy that can be used as it is, whatever stands in the commands', () => {
    const text = formatPolicyDraft(['ls *.txt', `echo "a: b" 'c' # [x]`, 'line\nbreak']);
    const file = parsePolicyFile({ file: '/p.yaml', text, origin: 'user' });
    assert.deepEqual(file.problems, []);
    const [policy] = file.policies;
    assert.ok(policy);
    const [rule] = policy.policy.rules;
    assert.equal(rule?.action, 'allow');
    const patterns = rule.when.command?.matches?.map(({ source }) => source);
    assert.deepEqual(patterns, ['ls [*].txt', `echo "a: b" 'c' # [[]x]`, 'line\nbreak']);
  });
});
