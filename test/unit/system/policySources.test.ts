import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  maxPolicyFileBytes,
  maxUserPolicyFiles,
  readPolicyTexts,
  readProjectPolicy,
} from '../../../src/system/policySources.ts';

const folder = mkdtempSync(join(tmpdir(), 'rampart-policies-'));
after(() => rmSync(folder, { recursive: true }));

/** A home with these files in its policy directory. */
function createHome(name: string, files: Readonly<Record<string, string>>): string {
  const home = join(folder, name);
  mkdirSync(join(home, '.rampart', 'policies'), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(home, '.rampart', 'policies', file), text);
  }
  return home;
}

test('reads the built-in policy, the user policies by name, then the named files', () => {
  const home = createHome('order', { 'b.yaml': 'b', 'a.yml': 'a', '.hidden.yaml': '', 'notes.txt': '' });
  mkdirSync(join(folder, 'bundle', 'policies'), { recursive: true });
  writeFileSync(join(folder, 'bundle', 'policies', 'default.yaml'), 'built in');
  const extra = join(folder, 'extra.yaml');
  writeFileSync(extra, 'extra');
  const read = readPolicyTexts({ bundleFolder: join(folder, 'bundle'), home, files: [extra] });
  assert.deepEqual(read, {
    texts: [
      { file: join(folder, 'bundle/policies/default.yaml'), text: 'built in', origin: 'builtin' },
      { file: join(home, '.rampart/policies/a.yml'), text: 'a', origin: 'user' },
      { file: join(home, '.rampart/policies/b.yaml'), text: 'b', origin: 'user' },
      { file: extra, text: 'extra', origin: 'user' },
    ],
    problems: [],
  });
});

test('takes what a built-in text was understood as only for that very text', () => {
  const bundle = join(folder, 'frozen');
  mkdirSync(join(bundle, 'policies'), { recursive: true });
  const file = join(bundle, 'policies', 'default.yaml');
  writeFileSync(file, 'a: 1');
  const sha256 = createHash('sha256').update('a: 1').digest('hex');
  const frozenOf = (kept: string): unknown => {
    writeFileSync(join(bundle, 'policies', 'default.frozen.json'), kept);
    return readPolicyTexts({ bundleFolder: bundle, home: null, files: [] }).texts[0]?.frozen;
  };
  assert.deepEqual(frozenOf(JSON.stringify({ sha256, root: [0, 0] })), [0, 0]);
  assert.equal(frozenOf(JSON.stringify({ sha256: 'another', root: [0, 0] })), undefined);
  assert.equal(frozenOf('{'), undefined);
});

test('takes a home without a policy directory as one without policies', () => {
  assert.deepEqual(readPolicyTexts({ bundleFolder: null, home: join(folder, 'nobody'), files: [] }), {
    texts: [],
    problems: [],
  });
});

test('reports what cannot be read and reads the rest', () => {
  const home = createHome('unreadable', { 'good.yaml': 'good' });
  const policies = join(home, '.rampart', 'policies');
  mkdirSync(join(policies, 'folder.yaml'));
  execFileSync('mkfifo', [join(policies, 'fifo.yaml')]);
  writeFileSync(join(policies, 'long.yaml'), '');
  truncateSync(join(policies, 'long.yaml'), maxPolicyFileBytes + 1);
  const read = readPolicyTexts({ bundleFolder: null, home, files: [join(folder, 'absent.yaml')] });
  assert.deepEqual(
    read.texts.map(({ text }) => text),
    ['good'],
  );
  assert.deepEqual(
    read.problems.map(({ file, line, column, message }) => [file, line, column, message]),
    [
      [join(policies, 'fifo.yaml'), 1, 1, 'this is not a regular file'],
      [join(policies, 'folder.yaml'), 1, 1, 'this is not a regular file'],
      [join(policies, 'long.yaml'), 1, 1, 'the file has 1048577 bytes, at most 1048576 are read'],
      [join(folder, 'absent.yaml'), 1, 1, 'the file does not exist'],
    ],
  );
});

test('reads a bounded number of user policies and says so', () => {
  const names = Array.from({ length: maxUserPolicyFiles + 1 }, (_, index) => [`${1000 + index}.yaml`, '']);
  const read = readPolicyTexts({
    bundleFolder: null,
    home: createHome('many', Object.fromEntries(names) as Record<string, string>),
    files: [],
  });
  assert.equal(read.texts.length, maxUserPolicyFiles);
  assert.match(read.problems[0]?.message ?? '', /only the first 256 are read/);
});

test('reads the policy of a workspace, which may have none', () => {
  const workspace = join(folder, 'workspace');
  mkdirSync(join(workspace, '.rampart'), { recursive: true });
  assert.deepEqual(readProjectPolicy(workspace), { text: null, problem: null });
  const file = join(workspace, '.rampart', 'policy.yaml');
  writeFileSync(file, 'project');
  assert.deepEqual(readProjectPolicy(workspace), {
    text: { file, text: 'project', origin: 'project' },
    problem: null,
  });
});
