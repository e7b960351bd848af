import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRemedies } from '../../../src/presentation/remedyText.ts';
import type { RuleReference } from '../../../src/protocol/decision.ts';

const ownRule: RuleReference = {
  policy: 'mine',
  index: 1,
  file: '/home/me/.rampart/policies/mine.yaml',
  line: 7,
};
const builtInRule: RuleReference = {
  policy: 'default-deletion',
  index: 0,
  file: '/home/me/.rampart/versions/1/policies/default.yaml',
  line: 3,
};

test('has nothing to say of what is allowed', () => {
  assert.deepEqual(formatRemedies('allow', null), []);
  assert.deepEqual(formatRemedies('watch', ownRule), []);
});

test('leads to the question where one is asked, and to the rule that asks', () => {
  const [answer, change, ...more] = formatRemedies('ask', ownRule);
  assert.match(answer ?? '', /^Run it, and answer the question/);
  assert.match(change ?? '', /^For good: open .*mine\.yaml.* from the view Policy/);
  assert.deepEqual(more, []);
  assert.equal(formatRemedies('ask', null).length, 1);
});

test('allows once what a rule denies, and has the rule changed for good, since no other wins over it', () => {
  const [once, forGood] = formatRemedies('deny', ownRule);
  assert.match(once ?? '', /^For once: choose Allow…/);
  assert.match(forGood ?? '', /^For good: open .*mine\.yaml/);
  assert.deepEqual(formatRemedies('webhook', ownRule), formatRemedies('deny', ownRule));
});

test('has a rule written where none denied', () => {
  assert.match(formatRemedies('deny', null)[1] ?? '', /^For good: choose Allow always…/);
});

test('has a built-in policy switched off, which nobody should edit', () => {
  assert.match(
    formatRemedies('deny', builtInRule)[1] ?? '',
    /^For good: clear the box of default-deletion in the view Policy/,
  );
});
