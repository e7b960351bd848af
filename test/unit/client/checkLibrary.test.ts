import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkLibrary } from '../../../src/client/checkLibrary.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('finds a library loaded that the loader takes', async (context) => {
  // Any library will do: what is looked at is what the loader made of it.
  const library = join(temporaryFolder(context), 'librampart.so');
  const [, mapped = ''] = /(\/\S+\/libm[.-]\S+)/.exec(readFileSync('/proc/self/maps', 'utf8')) ?? [];
  copyFileSync(mapped, library);
  assert.deepEqual(await checkLibrary(library, { LD_PRELOAD: library }, 'linux'), { ok: true, value: null });
});

test('tells in the loader’s own words why one cannot be loaded', async (context) => {
  const library = join(temporaryFolder(context), 'librampart.so');
  writeFileSync(library, 'no library at all');
  const checked = await checkLibrary(library, { LD_PRELOAD: library }, 'linux');
  assert.ok(!checked.ok);
  assert.match(checked.error, /^the preload library cannot be loaded here: ERROR: ld\.so: .*librampart\.so/);
});

test('says nothing against a library where nothing can be seen', async () => {
  assert.equal((await checkLibrary('/gone/librampart.dylib', {}, 'darwin')).ok, true);
});
