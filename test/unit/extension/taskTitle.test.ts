import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTitleOfTask } from '../../../src/extension/injection/taskTitle.ts';

test('knows the title of a task, alone and with its folder', () => {
  assert.equal(isTitleOfTask('watch', 'watch'), true);
  assert.equal(isTitleOfTask('watch (alpha)', 'watch'), true);
  assert.equal(isTitleOfTask('watch all', 'watch'), false);
  assert.equal(isTitleOfTask('watch (alpha', 'watch'), false);
  assert.equal(isTitleOfTask('', ''), false, 'a terminal that has no title yet');
});
