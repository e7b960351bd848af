import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { freezeYaml } from '../../../src/policy/frozenYaml.ts';
import { parsePolicyFile } from '../../../src/policy/parsePolicyFile.ts';
import { parsePolicySet } from '../../../src/policy/parsePolicySet.ts';

const text = readFileSync('policies/default.yaml', 'utf8');

it('has the default policy read from its frozen form as from its text', () => {
  const root = freezeYaml(text);
  assert.ok(root !== null);
  const kept = JSON.parse(JSON.stringify(root)) as readonly unknown[];
  const source = { file: '/d/default.yaml', text, origin: 'builtin' } as const;
  const [read, again] = [{ ...source, frozen: kept }, source].map((each) => ({
    ...parsePolicyFile(each),
    source: null,
  }));
  assert.equal(read?.problems.length, 0);
  assert.ok(read.policies.length > 10);
  assert.equal(JSON.stringify(read), JSON.stringify(again));
});

it('names problems where they stand in the text', () => {
  const broken = 'policies:\n  - name: a\n    rules:\n      - action: perhaps\n        wenn: {}\n';
  const problemsOf = (frozen: readonly unknown[] | null): readonly unknown[] =>
    parsePolicySet([{ file: '/f.yaml', text: broken, origin: 'user', frozen }]).problems;
  assert.ok(problemsOf(null).length > 0);
  assert.deepEqual(problemsOf(freezeYaml(broken)), problemsOf(null));
});

it('freezes nothing that refers to something else, is several documents, or is broken', () => {
  assert.equal(freezeYaml('a: &x 1\nb: *x\n'), null);
  assert.equal(freezeYaml('a: 1\n---\nb: 2\n'), null);
  assert.equal(freezeYaml('a: [1\n'), null);
});
