import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  formatForAssistant,
  formatTestReport,
  type TestOutcome,
} from '../../../src/presentation/testText.ts';

const denied = {
  action: 'deny',
  message: 'deletes a folder',
  rule: { policy: 'files', index: 1, file: '/p.yaml', line: 7 },
  explanation: { commands: [], policies: [], remedies: ['change rule 2'] },
} as const;

it('says what would be decided in one line', () => {
  assert.match(formatTestReport('rm -rf x', denied), /^rm -rf x\n\nIt would be denied\.\n/);
  const allowed = { action: 'allow', message: '', rule: null, explanation: null } as const;
  assert.equal(
    formatTestReport('ls', allowed),
    'ls\n\nIt would be allowed.\nBy the default action: no rule fits.\n',
  );
});

it('says by which rule and why on the same page, and what can be done', () => {
  const report = formatTestReport('rm -rf x', denied);
  assert.match(report, /\nBy rule files#2 \(\/p\.yaml:7\)\nReason: deletes a folder\n/);
  assert.match(report, /The same in a shell of your own\n {2}change rule 2/);
});

it('says what can be done in the editor, before the ways of the command line', () => {
  const here = (outcome: TestOutcome): string =>
    /\nWhat you can do\n([^]*?)(?:\n\n|$)/.exec(formatTestReport('rm -rf x', outcome))?.[1] ?? '';
  assert.match(here(denied), /^ {2}For once: choose Allow… .*\n {2}For good: open files#2 \(\/p\.yaml:7\)/);
  const builtIn = {
    policy: 'files',
    index: 1,
    file: '/h/.rampart/versions/1/policies/default.yaml',
    line: 7,
  };
  assert.match(here({ ...denied, rule: builtIn }), /For good: clear the box of files in the view Policy/);
  assert.match(here({ ...denied, rule: null }), /For good: choose Allow always…/);
  assert.match(here({ ...denied, action: 'ask' }), /^ {2}Run it, and answer the question/);
  assert.equal(here({ ...denied, action: 'allow' }), '');
});

it('says that a rule which is not saved does not count yet', () => {
  assert.match(formatTestReport('rm -rf x', denied, true), /\n\nThe file with this rule is not saved/);
});

it('tells an assistant not to try the same another way', () => {
  const told = formatForAssistant('rm -rf x', denied);
  // It is not to take what a person may do for advice.
  assert.match(told, /\n\nWhat the person can do, and only the person\n {2}[^]*\n\nDo not try it again/);
  assert.doesNotMatch(told, /What you can do|shell of your own/);
  const allowed = { action: 'watch', message: '', rule: null, explanation: null } as const;
  assert.match(formatForAssistant('ls', allowed), /It may be run\./);
});
