import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMeantForAll } from '../../../src/presentation/policyFix.ts';

/** The rules of a file after the quick fix of the one on a line; null when there is none. */
function fix(text: string, line: number): string | null {
  const lines = text.split('\n');
  const change = findMeantForAll(lines, line);
  return change === null ? null : lines.toSpliced(change.line, change.removed, change.text).join('\n');
}

describe('the quick fix of a rule that fits everything', () => {
  it('fills in an empty `when`', () => {
    assert.equal(
      fix('    - action: deny\n      when:\n      message: m\n    - action: ask', 0),
      '    - action: deny\n      when: { default: true }\n      message: m\n    - action: ask',
    );
    assert.equal(
      fix('    - action: deny\n      when: {}', 0),
      '    - action: deny\n      when: { default: true }',
    );
    assert.equal(fix('- when:\n  action: deny', 0), '- when: { default: true }\n  action: deny');
  });

  it('adds one where there is none, to that rule', () => {
    assert.equal(
      fix('    - action: deny\n\n    - action: ask\n      when:', 0),
      '    - action: deny\n      when: { default: true }\n\n    - action: ask\n      when:',
    );
  });

  it('leaves a rule alone that has a condition, or that it cannot read', () => {
    assert.equal(fix('- action: deny\n  when:\n    command_matches: [x]', 0), null);
    assert.equal(fix('- action: deny\n  when: { command_matches: [x] }', 0), null);
    assert.equal(fix('rules: [{ action: deny }]', 0), null);
    assert.equal(fix('- action: deny', 7), null);
  });
});
