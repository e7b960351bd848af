import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { findStarters, starterWords } from '../../../src/cli/findStarter.ts';
import { createProcTable } from '../../../src/system/processTable.ts';
import type { ProcessTable } from '../../../src/system/processTable.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** pid, parent, session, user */
type Row = readonly [number, number, number, number?];

function tableOf(context: TestContext, rows: readonly Row[]): ProcessTable {
  const root = temporaryFolder(context);
  for (const [pid, ppid, session, user = 7] of rows) {
    const folder = join(root, String(pid));
    mkdirSync(folder);
    const fields = ['S', ppid, pid, session, 0, ...Array.from({ length: 14 }, () => 0), pid * 10, 0];
    writeFileSync(join(folder, 'stat'), `${pid} (a b) ${fields.join(' ')}\n`);
    writeFileSync(join(folder, 'status'), `Name:\ta\nUid:\t${user}\t${user}\t${user}\t${user}\n`);
  }
  return createProcTable(root);
}

test('takes every ancestor in the session, so that a wrapper may go, and the topmost one, too', (context) => {
  const table = tableOf(context, [
    [100, 50, 100],
    [110, 100, 100],
    [120, 110, 100],
    [50, 1, 50],
  ]);
  assert.deepEqual(
    findStarters(120, table).map(({ pid }) => pid),
    [110, 100],
  );
  assert.deepEqual(starterWords(120, table), ['--started-by', '110:1100,100:1000']);
});

test('takes the parent of a process that leads its session', (context) => {
  const table = tableOf(context, [
    [120, 110, 120],
    [110, 100, 100],
    [100, 50, 100],
  ]);
  assert.equal(findStarters(120, table).at(-1)?.pid, 110);
});

test('never takes init, another user’s process or one that is gone', (context) => {
  const table = tableOf(context, [
    [1, 0, 1],
    [10, 1, 1],
    [11, 10, 1],
    [21, 20, 20],
    [20, 1, 20, 0],
    [31, 30, 30],
  ]);
  assert.equal(findStarters(11, table).at(-1)?.pid, 10);
  assert.deepEqual(findStarters(10, table), []);
  assert.deepEqual(findStarters(21, table), []);
  assert.deepEqual(findStarters(31, table), []);
  assert.deepEqual(starterWords(99, table), []);
});
