import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { firstChangedLine } from '../../../src/presentation/policyFiles.ts';
import { findRulePlaces } from '../../../src/presentation/policyLens.ts';
import {
  describeKey,
  describeValue,
  findKeyPath,
  findPolicyWords,
  findWordPlace,
} from '../../../src/presentation/policySchema.ts';

const schema: unknown = JSON.parse(readFileSync('schemas/policy.schema.json', 'utf8'));

const lines = `version: "1"
policies:
  - name: mine
    match:
      tool: exec
    rules:
      - action: deny
        when:
          command_matches:
            - "git push --force*"
        message: "no"
      - action: ask
        when:
          command_matches: ["npm publish*"]
`.split('\n');

const wordsAt = (line: number, key: string | null = null): string[] =>
  findPolicyWords(schema, findKeyPath(lines, line), key).map(({ word }) => word);

describe('writing a policy', () => {
  it('knows the keys above a line', () => {
    assert.deepEqual(findKeyPath(lines, 0), []);
    assert.deepEqual(findKeyPath(lines, 3), ['policies']);
    assert.deepEqual(findKeyPath(lines, 4), ['policies', 'match']);
    assert.deepEqual(findKeyPath(lines, 6), ['policies', 'rules']);
    assert.deepEqual(findKeyPath(lines, 8), ['policies', 'rules', 'when']);
  });

  it('offers the keys and the actions of that place, and no others', () => {
    assert.ok(wordsAt(0).includes('policies') && !wordsAt(0).includes('rules'));
    assert.ok(wordsAt(3).includes('rules') && !wordsAt(3).includes('action'));
    assert.ok(wordsAt(6).includes('message'));
    assert.ok(wordsAt(8).includes('command_matches'));
    assert.ok(['allow', 'deny', 'ask', 'watch'].every((action) => wordsAt(6, 'action').includes(action)));
  });

  it('says what a key means', () => {
    assert.notEqual(describeKey(schema, [], 'policies'), '');
    assert.equal(describeKey(schema, [], 'nonsense'), '');
  });

  it('finds each rule, with a command to test it with', () => {
    assert.deepEqual(findRulePlaces(lines), [
      { line: 6, example: 'git push --force' },
      { line: 11, example: 'npm publish' },
    ]);
  });

  it('finds a rule whatever stands first in it, and no item of another list', () => {
    const text = `policies:
- name: mine
  rules:
  # the first
  - when:
      command_matches: # any of these
        - "a *"
        - "b"
    action: deny
  - message: "no"
    action: ask
    when: { command_matches: ["rm *x"] }
- name: other
  rules: []
tests:
  - command: "a b"
    expect: deny
`;
    assert.deepEqual(findRulePlaces(text.split('\n')), [
      { line: 4, example: 'a x' },
      { line: 9, example: 'rm xx' },
    ]);
  });

  it('knows where a word stands, in lists and in one line too', () => {
    const path = ['policies', 'rules', 'when'];
    assert.deepEqual(findWordPlace('        deletes: [', path), { path, key: 'deletes' });
    assert.deepEqual(findWordPlace('        deletes: [home, ro', path), { path, key: 'deletes' });
    assert.deepEqual(findWordPlace('      - action: "de', ['policies', 'rules']), {
      path: ['policies', 'rules'],
      key: 'action',
    });
    assert.deepEqual(findWordPlace('        when: { on_own: true, deletes: [', ['policies', 'rules']), {
      path,
      key: 'deletes',
    });
    assert.deepEqual(findWordPlace('          - ho', [...path, 'deletes']), { path, key: 'deletes' });
    assert.deepEqual(findWordPlace('        delet', path), { path, key: null });
    assert.deepEqual(findWordPlace('        when: { delet', ['policies', 'rules']), { path, key: null });
    const value = { path, key: 'deletes', value: 'home' };
    assert.match(describeValue(schema, value), /The home directory/);
  });

  it('says what an action means', () => {
    const place = { path: ['policies', 'rules'], key: 'action', value: 'ask' };
    assert.match(describeValue(schema, place), /put before a person/);
    assert.equal(describeValue(schema, { ...place, value: 'perhaps' }), '');
  });
});

it('finds where a rule was written into a file', () => {
  assert.equal(firstChangedLine('', 'version: "1"\n'), 0);
  assert.equal(firstChangedLine('a\nb\nd\n', 'a\nb\nc\nd\n'), 2);
  assert.equal(firstChangedLine('a\n', 'a\n'), 0);
});
