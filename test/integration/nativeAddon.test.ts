import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { loadNativeAddon } from '../../src/system/nativeAddon.ts';
import { resolveLinks } from '../../src/system/workspaceRoot.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const loaded = loadNativeAddon('dist');
assert.ok(loaded.ok);
const realPath = (path: string): string | null => loaded.value.realPath(path);
const identifyProgram = (path: string, before: number): Buffer | null =>
  loaded.value.identifyProgram(path, before);

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

/** A moment at which nothing that is there now was changed any more. */
const later = Math.floor(Date.now() / 1_000) + 3_600;

test('identifies a program as it is now', (context) => {
  const program = join(temporaryFolder(context), 'program');
  copyFileSync('/bin/true', program);
  const { dev, ino, ctimeNs } = statSync(program, { bigint: true });
  const seconds = ctimeNs / 1_000_000_000n;
  const facts = [dev, ino, seconds, ctimeNs % 1_000_000_000n];
  const identity = identifyProgram(program, later);
  assert.ok(identity !== null);
  assert.deepEqual(
    facts.map((_, index) => identity.readBigUInt64LE(index * 8)),
    facts,
  );
  assert.equal(identifyProgram(program, Number(seconds)), null, 'changed within that second');
  // The clock of files may stand still for some milliseconds.
  do chmodSync(program, 0o711);
  while (statSync(program, { bigint: true }).ctimeNs === ctimeNs);
  assert.notDeepEqual(identifyProgram(program, later), identity, 'changed since');
});

test('identifies nothing that the library has to look into', (context) => {
  const folder = temporaryFolder(context);
  const withBytes = (name: string, bytes: Buffer): string => {
    writeFileSync(join(folder, name), bytes, { mode: 0o755 });
    return join(folder, name);
  };
  const whole = readFileSync('/bin/true');
  const changed = (change: (bytes: Buffer) => unknown): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };
  const odd = [
    withBytes('script', Buffer.from('#!/bin/true\n')),
    withBytes('empty', Buffer.alloc(0)),
    withBytes('short', whole.subarray(0, 100)),
    withBytes(
      'otherMachine',
      changed((bytes) => bytes.writeUInt16LE(0xffff, 18)),
    ),
    withBytes(
      'sanitized',
      changed((bytes) => bytes.write('libasan.1', bytes.indexOf('libc.so.6\0'))),
    ),
    ...[folder, join(folder, 'absent'), '/dev/null', '/a\0b', `/${'long/'.repeat(2_000)}`],
  ];
  const program = withBytes('whole', whole);
  assert.ok(identifyProgram(program, later) !== null);
  for (const mode of [0o754, 0o655, 0o4755, 0o2755]) {
    chmodSync(program, mode);
    assert.equal(identifyProgram(program, later), null, mode.toString(8));
  }
  chmodSync(program, 0o755);
  // A user who may not run it, by its access list: version 2, then kind, rights and id of each entry.
  const entries = [...[1, 7, -1], ...[2, 0, 12_345], ...[4, 5, -1], ...[16, 5, -1], ...[32, 5, -1]];
  const setList = `import os,struct;os.setxattr(${JSON.stringify(program)},'system.posix_acl_access',struct.pack('<I'+'HHi'*5,2,*${JSON.stringify(entries)}))`;
  const { status, stderr } = spawnSync('/usr/bin/python3', ['-c', setList], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(identifyProgram(program, later), null, 'an access list');
  for (const path of odd) assert.equal(identifyProgram(path, later), null, path.slice(0, 80));
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
