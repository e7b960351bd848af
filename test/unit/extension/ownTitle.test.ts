import assert from 'node:assert/strict';
import { it } from 'node:test';
import { OwnTitle } from '../../../src/extension/injection/ownTitle.ts';

/** What a terminal is called after it was looked at; a title in parentheses is shown while something runs in it. */
function lookAt(opened: string, ...shown: readonly string[]): string {
  const own = new OwnTitle(opened);
  for (const title of shown) own.look(title.replace(/[()]/g, ''), !title.startsWith('('));
  return own.text;
}

it('calls a terminal as its own program is called, whatever runs in it', () => {
  assert.equal(lookAt('bash', 'bash', '(sh)', '(sh)', '(sh)', 'bash'), 'bash');
});

it('takes no title that is still shown though its program has ended', () => {
  assert.equal(lookAt('bash', '(sh)', 'sh', 'bash'), 'bash');
});

it('follows a name that a person gives, and a shell that becomes another one', () => {
  assert.equal(lookAt('bash', 'work', 'work'), 'work');
  assert.equal(lookAt('bash', '(work)', 'work', 'work'), 'work');
});

it('takes any name over none, until it knows better', () => {
  assert.equal(lookAt('', '(sh)'), 'sh');
  assert.equal(lookAt('', '(sh)', 'bash', 'bash'), 'bash');
  assert.equal(lookAt('bash', ''), 'bash');
});

it('tells when a terminal is called anew', () => {
  const own = new OwnTitle('bash');
  assert.deepEqual(
    ['zsh', 'zsh', 'zsh'].map((title) => own.look(title, true)),
    [false, true, false],
  );
});
