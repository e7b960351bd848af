import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findSettingProblems, type SettingValue } from '../../../src/presentation/settingProblems.ts';

const messagesOf = (kind: SettingValue['kind'], value: unknown): string[] =>
  findSettingProblems([{ id: 'rampart.it', kind, value }]).map(({ message }) => message);

it('takes what a setting may be, and what is not set', () => {
  assert.deepEqual(messagesOf('boolean', true), []);
  assert.deepEqual(messagesOf('boolean', undefined), []);
  assert.deepEqual(messagesOf('scope', 'agents'), []);
  assert.deepEqual(messagesOf('policyFiles', ['/srv/team.yaml', '~/own.yml']), []);
  for (const url of ['', 'auto', 'none', 'https://policy.test/rampart'])
    assert.deepEqual(messagesOf('upstream', url), []);
  for (const file of ['', '/run/token', '~/token']) assert.deepEqual(messagesOf('tokenFile', file), []);
});

it('says which setting has which wrong value, and what it has to be', () => {
  assert.deepEqual(messagesOf('boolean', 'yes'), ['rampart.it: it is "yes", and has to be true or false']);
  assert.match(
    messagesOf('scope', 'mine')[0] ?? '',
    /it is "mine", and has to be "agents" or "all"; everything/,
  );
  assert.deepEqual(messagesOf('policyFiles', '/a.yaml'), [
    'rampart.it: it is "/a.yaml", and has to be a list of files',
  ]);
});

it('knows for which settings the form of the editor shows another value than there is', () => {
  const isInForm = (kind: SettingValue['kind']): boolean[] =>
    findSettingProblems([{ id: 'rampart.it', kind, value: 7 }]).map((problem) => problem.isInForm);
  assert.deepEqual((['boolean', 'scope'] as const).flatMap(isInForm), [false, false]);
  assert.deepEqual((['policyFiles', 'upstream', 'tokenFile'] as const).flatMap(isInForm), [true, true, true]);
});

it('says it of an upstream, and of the file with its token', () => {
  for (const url of ['policy.test', 'ftp://x', 'https://me@policy.test', 7])
    assert.match(
      messagesOf('upstream', url)[0] ?? '',
      /has to be an address that starts with http/,
      String(url),
    );
  for (const file of ['token', './token', 7])
    assert.match(messagesOf('tokenFile', file)[0] ?? '', /has to be an absolute path/, String(file));
});

it('names the first entry of a list that is wrong', () => {
  assert.match(messagesOf('policyFiles', ['/a.yaml', 'rules.yaml', 7])[0] ?? '', /entry 2 is "rules\.yaml"/);
  assert.match(messagesOf('policyFiles', [7])[0] ?? '', /entry 1 is 7/);
});
