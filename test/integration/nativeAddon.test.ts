import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

test('conceals a variable wherever it stands in the environment', (context) => {
  const addon = JSON.stringify(
    resolve('dist', 'native', `${process.platform}-${process.arch}`, 'rampart.node'),
  );
  const shown = temporaryFolder(context);
  // Opened before, as only root may do afterwards.
  const inner = `const fs = require('fs'), addon = require(${addon}), own = fs.openSync('/proc/self/environ');
    addon.concealSecrets(['SECRET']);
    fs.writeFileSync(${JSON.stringify(join(shown, 'environ'))}, fs.readFileSync(own))`;
  const environment = ['SECRETS=kept', 'SECRET=first', 'OTHER=SECRET=kept', 'SECRET=second'];
  const outer = `require(${addon}).execve(process.execPath, ['node', '-e', ${JSON.stringify(inner)}], ${JSON.stringify(environment)})`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', outer], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const left = readFileSync(join(shown, 'environ'), 'latin1').split('\0').filter(Boolean);
  assert.deepEqual(left, ['SECRETS=kept', 'SECRET=', 'OTHER=SECRET=kept', 'SECRET=']);
});
