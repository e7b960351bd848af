import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatForAssistant, formatTestReport, formatVerdict } from '../../../src/presentation/testText.ts';

const denied = {
  action: 'deny',
  message: 'deletes a folder',
  rule: { policy: 'files', index: 1, file: '/p.yaml', line: 7 },
  explanation: { commands: [], policies: [], remedies: ['change rule 2'] },
} as const;

it('says what would be decided in one line', () => {
  assert.equal(formatVerdict(denied), 'denied by rule files#2: deletes a folder');
  const allowed = { action: 'allow', message: '', rule: null, explanation: null } as const;
  assert.equal(formatVerdict(allowed), 'allowed by the default action');
});

it('says the rest on a page', () => {
  const report = formatTestReport('rm -rf x', denied);
  assert.match(report, /^rm -rf x\n\nIt would be denied by rule files#2/);
  assert.match(report, /\/p\.yaml:7/);
  assert.match(report, /What you can do\n {2}change rule 2/);
});

it('tells an assistant not to try the same another way', () => {
  assert.match(formatForAssistant('rm -rf x', denied), /Do not try it again/);
  const allowed = { action: 'watch', message: '', rule: null, explanation: null } as const;
  assert.match(formatForAssistant('ls', allowed), /It may be run\./);
});
