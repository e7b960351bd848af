import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adapterChoice,
  adapterConsents,
  adapterDeeds,
  adapterMessages,
  formatCompared,
  type AdapterFacts,
} from '../../../src/presentation/adapterText.ts';

const facts: AdapterFacts = {
  ...{ title: 'Codex', door: 'library', state: 'absent' },
  ...{ program: '/usr/bin/codex', canBeTried: true },
};

const deedsOf = (changes: Partial<AdapterFacts>): readonly string[] =>
  adapterDeeds({ ...facts, ...changes }).map(({ value }) => value);

describe('what can be done with an agent', () => {
  it('is what makes sense in its state, the harmless first', () => {
    assert.deepEqual(deedsOf({}), ['preview', 'apply', 'verify']);
    assert.deepEqual(deedsOf({ state: 'applied' }), ['verify', 'undo']);
    assert.deepEqual(deedsOf({ state: 'changed' }), ['preview', 'apply', 'verify', 'undo']);
  });

  it('is not to try it where it is not installed, or where it cannot be seen whether it obeys', () => {
    const untried = { canBeTried: false };
    assert.deepEqual(deedsOf(untried), ['preview', 'apply']);
    const [, apply] = adapterDeeds({ ...facts, ...untried });
    assert.doesNotMatch(apply?.detail ?? '', /tries/);
    assert.match(adapterMessages.applied('Codex', null), /its program was not found/);
    assert.match(adapterMessages.applied('Codex', '/usr/bin/codex'), /can be tried on Linux only/);
  });

  it('is never done without being agreed to: both answers are there', () => {
    assert.deepEqual(
      adapterConsents(1).map(({ value }) => value),
      [true, false],
    );
  });
});

it('an agent’s line says whether it is set up, by which door, and where it is', () => {
  const { label, detail } = adapterChoice('any', { ...facts, state: 'applied', program: null });
  assert.equal(label, '$(shield) Codex');
  assert.equal(detail, 'set up · by the preload library · not installed here');
});

it('begins a compared file below lines that say so, where no question covers it', () => {
  const lines = formatCompared('/h/.claude/settings.json', '{\n}\n').split('\n');
  assert.equal(lines[0], 'Settings file: /h/.claude/settings.json');
  assert.match(lines[3] ?? '', /no part of the file/);
  assert.deepEqual(lines.slice(6), ['{', '}', '']);
});
