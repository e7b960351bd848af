import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  escapeMarkdown,
  firstClause,
  formatMoment,
  formatTimeOfDay,
} from '../../../src/presentation/text.ts';

it('leaves no markup, link or tag in what comes from outside', () => {
  assert.equal(escapeMarkdown('a *b* [c](d) <e>'), 'a \\*b\\* \\[c\\]\\(d\\) \\<e\\>');
  assert.equal(escapeMarkdown('https://evil.test'), 'https\\:\\/\\/evil\\.test');
  assert.equal(escapeMarkdown('plain words 12'), 'plain words 12');
});

it('says what was wrong without the advice behind it', () => {
  assert.equal(firstClause('this reads keys; use the tool instead'), 'this reads keys');
  assert.equal(firstClause('It deletes files. Ask first.'), 'It deletes files');
  assert.equal(firstClause('reads ~/.ssh/id_rsa;x'), 'reads ~/.ssh/id_rsa;x');
  assert.equal(firstClause(''), '');
});

it('shows a time that it cannot read as it is', () => {
  assert.equal(formatTimeOfDay('soon'), 'soon');
});

it('puts the date before the time of another day', () => {
  const noon = new Date(2026, 10, 21, 12, 0, 5);
  const now = noon.getTime() + 24 * 3_600_000;
  assert.equal(formatMoment(noon.toISOString(), now), '2026-11-21 12:00:05');
  assert.equal(formatMoment(noon.toISOString(), noon.getTime() + 1), '12:00:05');
  assert.equal(formatMoment('soon', now), 'soon');
});
