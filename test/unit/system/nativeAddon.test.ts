import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadNativeAddon, nativeFolder } from '../../../src/system/nativeAddon.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-addon-'));
after(() => rmSync(folder, { recursive: true }));

test('says why the addon cannot be loaded', () => {
  const absent = loadNativeAddon(folder);
  assert.ok(!absent.ok);
  assert.match(absent.error, /^the native addon cannot be loaded: .*rampart\.node/);
  mkdirSync(nativeFolder(folder), { recursive: true });
  writeFileSync(join(nativeFolder(folder), 'rampart.node'), 'no library');
  const foreign = loadNativeAddon(folder);
  assert.ok(!foreign.ok);
  assert.match(foreign.error, /^the native addon cannot be loaded: /);
});
