import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findProgram } from '../../../src/system/findProgram.ts';
import { isGuardable } from '../../../src/system/isGuardable.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test('finds what execvp would start', (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['first', 'second']) mkdirSync(join(folder, name));
  mkdirSync(join(folder, 'first', 'tool'));
  writeFileSync(join(folder, 'second', 'tool'), '', { mode: 0o755 });
  writeFileSync(join(folder, 'first', 'plain'), '', { mode: 0o644 });
  writeFileSync(join(folder, 'here'), '', { mode: 0o755 });
  const path = `${folder}/first:second:`;
  const find = (name: string): unknown => {
    const found = findProgram(name, path, folder);
    return found.ok ? found.value : found.error;
  };
  assert.equal(find('tool'), 'second/tool');
  assert.equal(find('here'), 'here');
  assert.equal(find('./here'), './here');
  assert.equal(find(`${folder}/second/tool`), `${folder}/second/tool`);
  assert.equal(find('first/tool'), 'not-executable');
  assert.equal(find('none'), 'not-found');
  assert.equal(find('./none'), 'not-found');
  assert.equal(find(''), 'not-found');
  assert.deepEqual(findProgram('sh', undefined, folder), { ok: true, value: '/bin/sh' });
});

test('remembers a file that may not be executed', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'plain'), '', { mode: 0o644 });
  assert.deepEqual(findProgram('plain', folder, '/'), { ok: false, error: 'not-executable' });
});

test('passes over a folder that cannot be searched, and refuses a path through it', (context) => {
  const folder = temporaryFolder(context);
  symlinkSync('loop', join(folder, 'loop'));
  writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
  const path = `${folder}/loop:${folder}`;
  assert.deepEqual(findProgram('tool', path, '/'), { ok: true, value: `${folder}/tool` });
  assert.deepEqual(findProgram('none', path, '/'), { ok: false, error: 'not-found' });
  assert.deepEqual(findProgram(`${folder}/loop/tool`, path, '/'), { ok: false, error: 'not-executable' });
});

/** A 64-bit little-endian ELF file with these program headers. */
function elfFile(headerTypes: readonly number[], wordSize = 2): Buffer {
  const file = Buffer.alloc(64 + 56 * headerTypes.length);
  file.write('\x7fELF', 'latin1');
  file[4] = wordSize;
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(headerTypes.length, 56);
  headerTypes.forEach((type, index) => file.writeUInt32LE(type, 64 + 56 * index));
  return file;
}

test('knows which programs a library can be loaded into', (context) => {
  const folder = temporaryFolder(context);
  const make = (name: string, content: Buffer | string): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o755 });
    return file;
  };
  const dynamic = make('dynamic', elfFile([6, 3, 1]));
  const fixed = make('static', elfFile([6, 1]));
  assert.equal(isGuardable(dynamic), true);
  assert.equal(isGuardable(process.execPath), true);
  assert.equal(isGuardable(fixed), false);
  assert.equal(isGuardable(make('narrow', elfFile([3], 1))), false);
  assert.equal(isGuardable(make('script', `#! ${dynamic} -x\n`)), true);
  assert.equal(isGuardable(make('fixedScript', `#!${fixed}\n`)), false);
  assert.equal(isGuardable(make('text', 'echo hello\n')), true);
  assert.equal(isGuardable(join(folder, 'gone')), true);
  symlinkSync(fixed, join(folder, 'link'));
  assert.equal(isGuardable(join(folder, 'link')), false);
  const circle = join(folder, 'circle');
  assert.equal(isGuardable(make('circle', `#!${circle}\n`)), true);
});
