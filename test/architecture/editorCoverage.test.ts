import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandIds, settingIds, viewIds } from '../../src/extension/ids.ts';

const inEditor = ['editor', 'e2e']
  .flatMap((level) => readdirSync(join('test', level)).map((name) => join('test', level, name)))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;

/** The ids that no test names, by their names in the code or by what a person reads. */
function findUntested(name: string, ids: Readonly<Record<string, string>>, prefix: string): string[] {
  return Object.entries(ids).flatMap(([key, id]) => {
    const title = texts[`${prefix}.${id.replace(/^rampart\./, '')}`];
    const words = [`${name}.${key}`, id, ...(title === undefined ? [] : [title])];
    return words.some((word) => inEditor.includes(word)) ? [] : [key];
  });
}

describe('in a real editor, tests', () => {
  it('run every command', () => {
    assert.deepEqual(findUntested('commandIds', commandIds, 'command'), []);
  });

  it('look at every view', () => {
    assert.deepEqual(findUntested('viewIds', viewIds, 'view'), []);
  });

  it('set every setting', () => {
    assert.deepEqual(findUntested('settingIds', settingIds, 'setting'), []);
  });
});
