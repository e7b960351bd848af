import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  describePolicies,
  formatPolicy,
  formatPolicyPath,
  formatProblem,
} from '../../../src/presentation/policyRows.ts';
import { createDenial, createRecord } from './recordFixture.ts';

it('puts policies under their files, with how often each decided and where it starts to', () => {
  const files = describePolicies(
    [
      { name: 'files', sourceFile: '/a.yaml', ruleCount: 3 },
      { name: 'other', sourceFile: '/a.yaml', ruleCount: 1 },
    ],
    [createDenial({ id: 'a' }), createDenial({ id: 'b' }), createRecord({ id: 'c' })],
  );
  const shown = files.get('/a.yaml')?.map(formatPolicy);
  assert.deepEqual(shown, [
    { label: 'files', description: '3 rules · 2 hits' },
    { label: 'other', description: '1 rule' },
  ]);
  assert.equal(files.get('/a.yaml')?.[0]?.line, 31);
});

it('says which file is built in, and shortens the home directory', () => {
  assert.deepEqual(formatPolicyPath('/h/.rampart/versions/1/policies/default.yaml', '/h'), {
    label: 'default.yaml',
    description: 'built-in',
  });
  assert.deepEqual(formatPolicyPath('/h/.rampart/policies/a.yaml', '/h'), {
    label: 'a.yaml',
    description: '~/.rampart/policies',
  });
});

it('says where a problem stands', () => {
  const { label, description } = formatProblem({
    file: '/x/a.yaml',
    line: 4,
    column: 2,
    message: 'unknown key',
  });
  assert.deepEqual([label, description], ['unknown key', 'a.yaml:4']);
});
