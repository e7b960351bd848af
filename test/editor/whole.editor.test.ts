import assert from 'node:assert/strict';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import { drivenByHand } from './drivenByHand.ts';
import { readExercised } from './exercised.ts';

/** Comes last, by the name of its file, and not at all when only one file is run. */
describe('the suites of this window', () => {
  const missing = (ids: Readonly<Record<string, string>>, done: ReadonlySet<string>): readonly string[] =>
    Object.values(ids).filter((id) => !done.has(id));

  it('have run every command that no test drives by hand', () => {
    assert.deepEqual(missing(commandIds, readExercised().commands), Object.keys(drivenByHand.commands));
  });

  it('have changed every setting that no test drives by hand', () => {
    assert.deepEqual(missing(settingIds, readExercised().settings), Object.keys(drivenByHand.settings));
  });
});
