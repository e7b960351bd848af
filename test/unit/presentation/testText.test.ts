import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatForAssistant, formatTestReport } from '../../../src/presentation/testText.ts';

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
  assert.match(report, /What you can do\n {2}change rule 2/);
});

it('says that a rule which is not saved does not count yet', () => {
  assert.match(formatTestReport('rm -rf x', denied, true), /\n\nThe file with this rule is not saved/);
});

it('tells an assistant not to try the same another way', () => {
  assert.match(formatForAssistant('rm -rf x', denied), /Do not try it again/);
  const allowed = { action: 'watch', message: '', rule: null, explanation: null } as const;
  assert.match(formatForAssistant('ls', allowed), /It may be run\./);
});
