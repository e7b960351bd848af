import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findWorkspace, isThere, resolveLinks } from '../../../src/system/workspaceRoot.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rampart-root-')));
after(() => rmSync(folder, { recursive: true }));

function workspaceOf(cwd: string, folders: readonly string[], present: readonly string[]): string | null {
  return findWorkspace(cwd, { folders, home: '/home/u', exists: (path) => present.includes(path) });
}

test('is the innermost open folder that contains the directory', () => {
  const folders = ['/w', '/w/inner', '/w/in'];
  assert.equal(workspaceOf('/w/inner/src', folders, ['/w/inner/src/.git']), '/w/inner');
  assert.equal(workspaceOf('/w/innermost', folders, []), '/w');
  assert.equal(workspaceOf('/w', folders, []), '/w');
});

test('is else the nearest ancestor with .git or .rampart, else the directory itself', () => {
  assert.equal(workspaceOf('/p/a/b', [], ['/p/.git', '/p/a/.rampart']), '/p/a');
  assert.equal(workspaceOf('/p/a/b', ['/other'], ['/p/.git']), '/p');
  assert.equal(workspaceOf('/p/a/b', [], []), '/p/a/b');
});

test('is never the root or the home directory', () => {
  assert.equal(workspaceOf('/', ['/'], ['/.git']), null);
  assert.equal(workspaceOf('/home/u', ['/home/u'], ['/home/u/.git', '/home/u/.rampart']), null);
  assert.equal(
    workspaceOf('/home/u/notes', ['/home/u', '/'], ['/home/u/.rampart', '/.git']),
    '/home/u/notes',
  );
});

test('resolves links through the longest ancestor that exists', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  assert.equal(resolveLinks(join(folder, 'link', 'new', 'file')), join(folder, 'real', 'new', 'file'));
  assert.equal(resolveLinks(join(folder, 'link')), join(folder, 'real'));
  assert.equal(resolveLinks('/nowhere/at/all'), '/nowhere/at/all');
});

test('gives back a path that loops', () => {
  symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
  assert.equal(resolveLinks(join(folder, 'loop', 'x')), join(folder, 'loop', 'x'));
});

test('knows what is there', () => {
  assert.deepEqual([isThere(folder), isThere(join(folder, 'absent'))], [true, false]);
});
