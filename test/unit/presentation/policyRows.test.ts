import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describePolicies,
  formatPolicy,
  formatPolicyPath,
  formatProblem,
  formatRuleRow,
  packChoices,
} from '../../../src/presentation/policyRows.ts';
import { createDenial, createRecord } from './recordFixture.ts';

const builtIn = '/h/.rampart/versions/1/policies/default.yaml';
const rule = { policy: 'files', index: 1, file: builtIn, line: 31 };
const files = [
  {
    file: builtIn,
    policies: [
      {
        name: 'files',
        line: 20,
        description: 'About files.',
        rules: [
          { action: 'ask', message: '', line: 22 },
          { action: 'deny', message: 'deletes a folder; leave it alone', line: 31 },
        ],
      },
    ],
  },
  {
    file: '/h/.rampart/policies/mine.yaml',
    policies: [{ name: 'files', line: 3, description: '', rules: [] }],
  },
] as const;
const pack = { name: 'files', description: 'About files.', isOn: true };

describe('policies as rows', () => {
  const records = [
    createDenial({ id: 'a', rule }),
    createDenial({ id: 'b', rule }),
    createRecord({ id: 'c' }),
  ];
  const [own, ofProduct] = describePolicies(files, [pack], records);

  it('come with what a person wrote first', () => {
    assert.deepEqual([own?.file, ofProduct?.file], [files[1].file, builtIn]);
  });

  it('say how often each policy and each rule of it decided, and what it is about', () => {
    const [policy] = ofProduct?.policies ?? [];
    assert.ok(policy);
    const { label, description, tooltip } = formatPolicy(policy);
    assert.deepEqual([label, description, tooltip], ['files', '2 rules · 2 hits', 'About files.']);
    const rows = policy.rules.map(formatRuleRow).map((row) => [row.label, row.description]);
    assert.deepEqual(rows, [
      ['#1 ask', ''],
      ['#2 deny', '2 hits · deletes a folder'],
    ]);
  });

  it('count what the built-in policy decided before an update moved it, and for another file nothing', () => {
    const moved = builtIn.replace('/1/', '/2/');
    const [, after] = describePolicies([{ ...files[0], file: moved }, files[1]], [pack], records);
    assert.equal(after?.policies[0]?.hits, 2);
    assert.equal(own?.policies[0]?.hits, 0);
  });

  it('are packs that can be switched in the built-in file only', () => {
    assert.deepEqual(ofProduct?.policies[0]?.pack, pack);
    assert.equal(own?.policies[0]?.pack, null);
  });

  it('are said with their names, and not by what they are about alone', () => {
    const policy = ofProduct!.policies[0]!;
    assert.equal(formatPolicy(policy).spoken, 'files, 2 rules, 2 hits, About files.');
    assert.deepEqual(
      policy.rules.map((one, index) => formatRuleRow(one, index).spoken),
      ['#1 ask', '#2 deny, 2 hits, deletes a folder; leave it alone'],
    );
  });

  it('say of a pack that it is off', () => {
    const [, off] = describePolicies(files, [{ ...pack, isOn: false }], []);
    assert.match(formatPolicy(off!.policies[0]!).description, /^off · /);
  });
});

it('offers each pack with what it is about, those that are on chosen already', () => {
  assert.deepEqual(packChoices([pack]), [
    { value: 'files', label: 'files', detail: 'About files.', picked: true },
  ]);
});

it('says which file is built in, and shortens the home directory', () => {
  assert.deepEqual(formatPolicyPath(builtIn, '/h'), { label: 'default.yaml', description: 'built-in' });
  assert.deepEqual(formatPolicyPath('/h/.rampart/policies/a.yaml', '/h'), {
    label: 'a.yaml',
    description: '~/.rampart/policies',
  });
});

it('says where a problem stands', () => {
  const { label, description, spoken } = formatProblem({
    file: '/x/a.yaml',
    line: 4,
    column: 2,
    message: 'unknown key',
  });
  assert.deepEqual([label, description], ['unknown key', 'a.yaml:4']);
  assert.equal(spoken, 'problem: unknown key, a.yaml, line 4');
});
