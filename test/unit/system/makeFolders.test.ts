import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolders } from '../../../src/system/makeFolders.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('makes a folder and what is missing above it, and says whether it had to', (context) => {
  const folder = join(temporaryFolder(context), 'a', 'b', 'c');
  assert.equal(makeFolders(folder, 0o700), true);
  assert.equal(statSync(join(folder, '..')).mode & 0o777, 0o700);
  assert.equal(makeFolders(folder, 0o700), false);
});

test('fails where no folder can be made, and comes back', () => {
  assert.throws(() => makeFolders('/proc/none/at/all', 0o700), { code: 'ENOENT' });
});
