import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hideIcons, splitLabel } from '../../../src/presentation/choiceLabel.ts';

it('keeps the picture of a choice apart from what it says', () => {
  assert.deepEqual(splitLabel('$(circle-slash) Deny'), { icon: 'circle-slash', text: 'Deny' });
  assert.deepEqual(splitLabel('git status'), { icon: null, text: 'git status' });
});

it('lets no command be drawn as pictures', () => {
  const command = 'rm -rf /srv/$(date)/x $(trash)';
  const { icon, text } = splitLabel(`$(run) ${command}`);
  assert.equal(icon, 'run');
  // What the editor takes for an icon.
  assert.doesNotMatch(text, /\$\([a-z0-9-]+\)/i);
  assert.equal(text.replaceAll('\u200B', ''), command);
  assert.equal(hideIcons(command), text);
  assert.deepEqual(splitLabel('$(trash)'), { icon: null, text: hideIcons('$(trash)') });
});
