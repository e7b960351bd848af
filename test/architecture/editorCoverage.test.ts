import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { viewIds } from '../../src/extension/ids.ts';
import { drivenByHand } from '../editor/drivenByHand.ts';

const driving = readdirSync('test/e2e')
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(join('test/e2e', name), 'utf8'))
  .join('\n');

const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;

/** What a person reads of a command or view. */
function titleOf(kind: 'command' | 'view', id: string): string {
  return texts[`${kind}.${id.replace(/^rampart\./, '')}`] ?? assert.fail(`${id} has no title`);
}

/** That tests inside the editor run the other commands and change the other settings, they note themselves as they run. */
describe('tests that drive the window', () => {
  it('press every command that the tests inside the editor leave to them', () => {
    const pressed = (title: string): boolean =>
      [
        `runCommand('Rampart: ${title}`,
        `name: '${title}'`,
        `press('Decisions', '${title}'`,
        `aria-label="${title}"`,
        `aria-label*="${title}"`,
      ].some((text) => driving.includes(text));
    const missing = drivenByHand.commands.map((id) => titleOf('command', id));
    assert.deepEqual(
      missing.filter((title) => !pressed(title)),
      [],
    );
  });

  it('have every setting that the tests inside the editor leave to them', () => {
    assert.deepEqual(
      drivenByHand.settings.filter((id) => !driving.includes(`'${id}': `)),
      [],
    );
  });

  it('look at every view, by its name', () => {
    assert.deepEqual(
      Object.values(viewIds).filter((id) => !driving.includes(titleOf('view', id))),
      [],
    );
  });
});
