import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listAuditFiles, maxReorderedLines, readAuditLines } from '../../../src/cli/auditFiles.ts';
import { auditRecord } from '../../support/records.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

function line(second: number): string {
  return JSON.stringify(
    auditRecord({ id: String(second), timestamp: new Date(second * 1_000).toISOString() }),
  );
}

async function idsIn(folder: string): Promise<readonly string[]> {
  const files = listAuditFiles(folder);
  assert.ok(files.ok);
  const ids: string[] = [];
  for await (const { record } of readAuditLines(files.value)) ids.push(record.id);
  return ids;
}

test('reads the days in order and passes over what is no record', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, '2026-01-02.jsonl'), `${line(30)}\n{"journal":4}\nnonsense\n{"id":"cut`);
  writeFileSync(join(folder, '2026-01-01.jsonl'), `${line(10)}\n${line(20)}\n`);
  writeFileSync(join(folder, 'other.txt'), line(5));
  assert.deepEqual(await idsIn(folder), ['10', '20', '30']);
});

test('puts a record that came late where it belongs', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, '1.jsonl'), [line(10), line(30), line(20), line(40)].join('\n'));
  assert.deepEqual(await idsIn(folder), ['10', '20', '30', '40']);
});

test('does not hold a long log in memory', async (context) => {
  const folder = temporaryFolder(context);
  const seconds = Array.from({ length: maxReorderedLines + 10 }, (_, index) => index + 1);
  writeFileSync(join(folder, '1.jsonl'), seconds.map(line).join('\n'));
  writeFileSync(join(folder, '2.jsonl'), line(0));
  const ids = await idsIn(folder);
  assert.equal(ids.length, maxReorderedLines + 11);
  assert.deepEqual(ids.slice(0, 3), ['1', '2', '3']);
});

test('takes a log that does not exist yet for an empty one', (context) => {
  const folder = temporaryFolder(context);
  assert.deepEqual(listAuditFiles(join(folder, 'none')), { ok: true, value: [] });
  writeFileSync(join(folder, 'file'), '');
  assert.equal(listAuditFiles(join(folder, 'file')).ok, false);
});
