import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatDenialNotice } from '../../../src/presentation/denialNotice.ts';
import { logChoices } from '../../../src/presentation/logChoices.ts';
import { ownRulesTemplate } from '../../../src/presentation/policyTemplate.ts';
import { formatPolicyFile } from '../../../src/presentation/policyFiles.ts';
import { formatLogProblem, formatPolicyProblems } from '../../../src/presentation/policyProblem.ts';
import { protectMessages, stopChoices, unguardedChoices } from '../../../src/presentation/protectText.ts';
import { removeMessages } from '../../../src/presentation/removeText.ts';
import { createDenial } from './recordFixture.ts';

it('says in one notification which command was denied, by which rule and why', () => {
  assert.equal(
    formatDenialNotice({ record: createDenial(), isUnanswered: false }, 0),
    'Rampart denied `rm -rf /precious` by rule files#3: deletes a folder.',
  );
});

it('counts the denials that it does not quote', () => {
  const denial = { record: createDenial(), isUnanswered: false };
  assert.match(formatDenialNotice(denial, 1), / deletes a folder\. 1 more was denied\.$/);
  assert.match(formatDenialNotice(denial, 4), / deletes a folder\. 4 more were denied\.$/);
});

it('says that a question was not answered in time, and what helps then', () => {
  assert.equal(
    formatDenialNotice({ record: createDenial(), isUnanswered: true }, 0),
    'Nobody answered in time, so Rampart denied `rm -rf /precious`. Once you allow it, run it again.',
  );
});

it('says where sessions belong that a protected terminal only shows', () => {
  assert.match(
    protectMessages.protectedBeside('looks', 'begins'),
    /“looks” is .* begun in “begins”.* Protect it/,
  );
  assert.match(
    protectMessages.protectedBeside('looks', null),
    /but not the sessions .* where they were begun\.$/,
  );
});

it('offers the harmless choice first where something runs', () => {
  assert.deepEqual(
    unguardedChoices.map((choice) => choice.value),
    ['openGuarded', 'relaunch', 'cancel'],
  );
});

it('offers to release a terminal only where there is a guarded one', () => {
  assert.deepEqual(
    stopChoices('bash').map((choice) => choice.value),
    ['releaseTerminal', 'workspaceOff', 'guardOff'],
  );
  assert.deepEqual(
    stopChoices(null).map((choice) => choice.value),
    ['workspaceOff', 'guardOff'],
  );
});

it('gives a first policy file that says nothing about the default action', () => {
  assert.match(ownRulesTemplate, /^version: "1"$/m);
  assert.doesNotMatch(ownRulesTemplate, /^default_action/m);
});

it('tells own rules, the built-in policy and other files apart', () => {
  const own = '/home/ada/.rampart/policies/my-rules.yaml';
  const context = { own, home: '/home/ada', runtimes: '/home/ada/.rampart/versions' };
  const files = [own, '/home/ada/.rampart/versions/ab/policies/default.yaml', '/srv/team.yaml'];
  assert.deepEqual(
    files.map((file) => formatPolicyFile(file, context)).map(({ label, detail }) => [label, detail]),
    [
      ['$(edit) My rules', '~/.rampart/policies/my-rules.yaml'],
      ['$(law) Built-in policy', 'Comes with Rampart; to be read.'],
      ['$(law) team.yaml', '/srv/team.yaml'],
    ],
  );
});

it('says of a broken policy file where it is broken and what is in force', () => {
  const problem = { file: '/srv/team.yaml', line: 4, column: 2, message: 'unknown key `rulez`' };
  assert.equal(
    formatPolicyProblems([problem, problem]),
    'Rampart cannot use team.yaml as it is, line 4: unknown key `rulez`. There is 1 more problem. Until it is right, the last good policy holds.',
  );
});

it('asks in the end what else was meant, where it can be guessed', () => {
  const problem = {
    file: '/srv/team.yaml',
    line: 4,
    column: 2,
    message: 'unknown key "rulez", did you mean rules?',
  };
  assert.match(formatPolicyProblems([problem]), / did you mean rules\? Until it is right/);
});

it('says of a log that cannot be written that nothing is undecided and nothing forgotten', () => {
  const message = 'the audit log cannot be written: the disk is full; 4 records wait, 0 are lost';
  assert.equal(
    formatLogProblem({ subject: 'log', file: '/d/audit', line: 1, column: 1, message }),
    `Rampart goes on deciding, but ${message}. What waits is written when there is room again.`,
  );
});

it('offers this window’s own messages before the files of the endpoint', () => {
  assert.deepEqual(
    logChoices.map(({ value }) => value),
    ['window', 'audit', 'endpoint'],
  );
});

it('says of a removal what is gone and what is left', () => {
  const gone = '~/.rampart/bin';
  assert.equal(removeMessages.done(gone, ''), `Removed: ${gone}. Nothing is left.`);
  assert.equal(removeMessages.done(gone, '~/.rampart/run'), `Removed: ${gone}. Left: ~/.rampart/run.`);
  assert.match(removeMessages.detail, /Your policies and the record of what ran stay/);
});
