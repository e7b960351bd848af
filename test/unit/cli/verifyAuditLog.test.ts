import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { maxChainProblems, verifyAuditFiles } from '../../../src/cli/verifyAuditLog.ts';
import { sealRecord } from '../../../src/system/auditChain.ts';
import { auditRecord } from '../../support/records.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Lines of records that follow one another. */
function chain(count: number): string[] {
  let previous = '';
  return Array.from({ length: count }, (_, index) => {
    const sealed = sealRecord(JSON.stringify(auditRecord({ id: String(index) })), previous);
    previous = sealed.hash;
    return sealed.line;
  });
}

/** What is found in files with these lines: the records, and `FILE:LINE message` of each problem. */
async function verified(context: TestContext, ...files: readonly (readonly string[])[]): Promise<unknown> {
  const folder = temporaryFolder(context);
  const paths = files.map((lines, index) => {
    const path = join(folder, `${index}.jsonl`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
    return path;
  });
  const { records, problems } = await verifyAuditFiles(paths);
  return [records, ...problems.map(({ file, line, message }) => `${basename(file)}:${line} ${message}`)];
}

const changed = 'the record was changed';
const gap = 'the record before was taken away or changed';

test('finds a chain whole that goes on from file to file', async (context) => {
  const lines = chain(4);
  assert.deepEqual(await verified(context, lines.slice(0, 2), lines.slice(2)), [4]);
  assert.deepEqual(await verified(context, lines.slice(2)), [2], 'the oldest were taken away');
  assert.deepEqual(await verified(context), [0]);
});

test('passes over a line that was cut short, and over records of before the chain', async (context) => {
  const [first = '', second = ''] = chain(2);
  const old = JSON.stringify(auditRecord({}));
  assert.deepEqual(await verified(context, [old, first, second.slice(0, 50), '', second]), [2]);
});

test('tells where a record was changed, taken away, moved or put in', async (context) => {
  const [a = '', b = '', c = ''] = chain(3);
  const other = b.replace('"/tmp"', '"/etc"');
  assert.notEqual(other, b);
  assert.deepEqual(await verified(context, [a, other, c]), [3, `0.jsonl:2 ${changed}`]);
  assert.deepEqual(await verified(context, [a], [c]), [2, `1.jsonl:1 ${gap}`]);
  assert.deepEqual(await verified(context, [a, c, b]), [3, `0.jsonl:2 ${gap}`, `0.jsonl:3 ${gap}`]);
  const forged = JSON.stringify(auditRecord({ id: 'forged' }));
  assert.deepEqual(await verified(context, [a, forged, b, c]), [3, '0.jsonl:2 the record has no hash']);
});

test('tells a bounded number of problems', async (context) => {
  const lines = chain(maxChainProblems + 50).map((line) => line.replace('"/tmp"', '"/etc"'));
  const report = await verified(context, lines);
  assert.ok(Array.isArray(report));
  assert.equal(report.length, 1 + maxChainProblems);
});
