import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openOwnFile, readOwnFile, replaceOwnFile } from '../../../src/system/ownFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A folder in which a link to a file, one to nothing, a FIFO and a folder stand where files are expected. */
function trapsIn(context: TestContext): { readonly folder: string; readonly traps: readonly string[] } {
  const folder = temporaryFolder(context);
  const [link, loose, fifo, inner] = ['link', 'loose', 'fifo', 'inner'].map((name) => join(folder, name));
  assert.ok(link !== undefined && loose !== undefined && fifo !== undefined && inner !== undefined);
  writeFileSync(join(folder, 'precious'), 'precious');
  symlinkSync('precious', link);
  symlinkSync('missing', loose);
  execFileSync('mkfifo', [fifo]);
  mkdirSync(inner);
  return { folder, traps: [link, loose, fifo, inner] };
}

test('opens regular files alone, and waits for nobody', (context) => {
  const { folder, traps } = trapsIn(context);
  for (const trap of traps) {
    assert.throws(() => openOwnFile(trap, 'read'), trap);
    assert.throws(() => openOwnFile(trap, 'append'), trap);
    assert.throws(() => readOwnFile(trap), trap);
  }
  closeSync(openOwnFile(join(folder, 'own'), 'append'));
  assert.equal(statSync(join(folder, 'own')).mode & 0o777, 0o600);
  assert.equal(readOwnFile(join(folder, 'own')), '');
  assert.equal(statSync(join(folder, 'missing'), { throwIfNoEntry: false }), undefined);
});

test('replaces a file without following what stands in the place of its draft', (context) => {
  const { folder, traps } = trapsIn(context);
  symlinkSync('precious', join(folder, 'own.new'));
  replaceOwnFile(join(folder, 'own'), 'text');
  for (const trap of traps.slice(0, 3)) replaceOwnFile(trap, 'text');
  assert.throws(() => replaceOwnFile(join(folder, 'inner'), 'text'), { code: 'EISDIR' });
  assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'precious');
  assert.equal(readOwnFile(join(folder, 'own')), 'text');
  assert.equal(readOwnFile(join(folder, 'link')), 'text');
});
