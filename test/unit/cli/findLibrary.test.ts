import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findLibrary } from '../../../src/cli/findLibrary.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

function write(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, file);
  return file;
}

test('takes the library beside the command, else the installed one, else the machine’s', (context) => {
  const folder = temporaryFolder(context);
  const home = join(folder, 'home');
  const place = { home, platform: 'linux', arch: 'x64', uid: 7, sharedFolder: join(folder, 'shared') };
  const bundle = join(folder, 'dist');
  const none = findLibrary(bundle, place);
  assert.ok(!none.ok && none.error.includes('/usr/local/lib/librampart.so'), JSON.stringify(none));
  const expect = (file: string): void => {
    write(file);
    assert.deepEqual(findLibrary(bundle, place), { ok: true, value: file });
  };
  expect(join(home, '.rampart', 'lib', 'librampart.so'));
  expect(join(home, '.rampart', 'lib', 'linux-x64', 'librampart.so'));
  expect(join(bundle, 'native', 'linux-x64', 'librampart.so'));
});

test('prefers the stable path to that of an installed version, which goes some day', (context) => {
  const home = temporaryFolder(context);
  const place = { home, platform: 'linux', arch: 'x64', uid: 7, sharedFolder: home };
  const bundle = join(home, '.rampart', 'versions', '0123');
  const beside = write(join(bundle, 'native', 'linux-x64', 'librampart.so'));
  assert.deepEqual(findLibrary(bundle, place), { ok: true, value: beside });
  const stable = write(join(home, '.rampart', 'lib', 'linux-x64', 'librampart.so'));
  assert.deepEqual(findLibrary(bundle, place), { ok: true, value: stable });
});

test('copies a library whose path the loader would not take', (context) => {
  const folder = temporaryFolder(context);
  const place = { home: join(folder, 'home'), platform: 'linux', arch: 'x64', uid: 7, sharedFolder: folder };
  mkdirSync(place.home);
  const file = write(join(folder, 'with space', 'native', 'linux-x64', 'librampart.so'));
  const found = findLibrary(join(folder, 'with space'), place);
  assert.ok(found.ok, JSON.stringify(found));
  assert.equal(found.value, join(place.home, '.rampart', 'lib', 'linux-x64', 'librampart.so'));
  assert.equal(readFileSync(found.value, 'utf8'), file);
});
