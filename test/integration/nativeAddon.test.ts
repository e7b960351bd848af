import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadNativeAddon } from '../../src/system/nativeAddon.ts';
import { resolveLinks } from '../../src/system/workspaceRoot.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const loaded = loadNativeAddon('dist');
assert.ok(loaded.ok);
const realPath = (path: string): string | null => loaded.value.realPath(path);

test('follows links as Node does', (context) => {
  const folder = temporaryFolder(context);
  const at = (...parts: string[]): string => join(folder, ...parts);
  mkdirSync(at('real', 'döner 🥙'), { recursive: true });
  writeFileSync(at('real', 'file'), '');
  symlinkSync('real', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('loop', at('loop'));
  const paths = [
    ...['real', 'link', 'link/file', 'link/döner 🥙', 'link/absent/file', 'dangling', 'dangling/x'].map(
      (path) => at(path),
    ),
    ...['loop', 'loop/x', 'real/file/x', 'link/\0', 'link/\uD800', `link/${'x'.repeat(300)}`].map((path) =>
      at(path),
    ),
    ...[
      '/',
      '',
      'relative/absent',
      '/nowhere/at/all',
      `/${'long/'.repeat(2_000)}`,
      `/${'x/'.repeat(2_047)}x`,
    ],
  ];
  for (const path of paths)
    assert.equal(resolveLinks(path, realPath), resolveLinks(path), JSON.stringify(path).slice(0, 80));
  assert.equal(resolveLinks(at('link', 'absent'), realPath), at('real', 'absent'));
});

test('tells what is not there from what cannot be read', (context) => {
  const folder = temporaryFolder(context);
  symlinkSync('loop', join(folder, 'loop'));
  assert.equal(realPath(join(folder, 'absent')), null);
  assert.throws(() => realPath(join(folder, 'loop')), { code: 'ELOOP' });
  assert.throws(() => realPath('/a\0b'), { code: 'ERR_INVALID_ARG_TYPE' });
});
