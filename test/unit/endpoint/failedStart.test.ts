import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { appendFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAuditRecord } from '../../../src/protocol/parseAuditRecord.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { until } from '../../support/until.ts';
import { startFixture } from './runningEndpoint.ts';
import { startFrame } from './startFrame.ts';

const frame = startFrame({
  kind: 'failed',
  errno: constants.errno.ENOEXEC,
  exe: '/w/script',
  argv: ['script'],
});

function bytesOf(its: JournalFrame): Buffer {
  const formatted = formatJournalFrame(its);
  assert.ok(formatted.ok);
  return formatted.value;
}

test('records that an allowed start failed, beside its decision, once and in no count', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('script', { id: frame.id, pid: 300, sid: 200 });
  appendFileSync(fixture.paths.journal, Buffer.concat([bytesOf(frame), bytesOf(frame)]));
  await until('the failure is recorded', () => fixture.records().length > 1);
  const [decision, failed, ...others] = fixture.records();
  assert.deepEqual([decision?.['id'], others], [frame.id, []]);
  const parsed = parseAuditRecord(failed);
  assert.ok(parsed.ok);
  const { id, tool, request, decision: said, exec_failed } = parsed.value;
  assert.deepEqual(
    [id, tool, request, said.action, said.message, exec_failed],
    [
      'fedcba9876543210fedcba9876543210',
      'rampart',
      { command: 'script' },
      'watch',
      'it did not start: ENOEXEC',
      { id: frame.id, errno: 'ENOEXEC' },
    ],
  );
  const { body } = await fixture.call('GET', '/v1/sessions');
  assert.deepEqual(
    (body['sessions'] as { decisions: number }[]).map(({ decisions }) => decisions),
    [1],
  );
});

test('records that an allowed start went without the library', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('script', { id: frame.id, pid: 300, sid: 200 });
  const unguarded = bytesOf({ ...frame, kind: 'unguarded', errno: 0 });
  const failed = bytesOf({ ...frame, errno: constants.errno.E2BIG });
  appendFileSync(fixture.paths.journal, Buffer.concat([unguarded, failed, unguarded]));
  await until('both are recorded', () => fixture.records().length > 2);
  const [, first, second, ...others] = fixture.records();
  assert.deepEqual(
    [first?.['id'], first?.['tool'], first?.['exec_unguarded'], second?.['id'], others],
    ['fedcba98765432100123456789abcdef', 'rampart', { id: frame.id }, 'fedcba9876543210fedcba9876543210', []],
  );
  const parsed = parseAuditRecord(first);
  assert.deepEqual(parsed.ok && parsed.value.exec_unguarded, { id: frame.id });
  assert.match(String((first?.['decision'] as Record<string, unknown>)['message']), /^it starts unguarded/);
});

test('names an error that has no name by its number', async (context) => {
  const fixture = await startFixture(context);
  appendFileSync(fixture.paths.journal, bytesOf({ ...frame, errno: 4_000 }));
  await until('the failure is recorded', () => fixture.records().length > 0);
  const parsed = parseAuditRecord(fixture.records()[0]);
  assert.deepEqual(parsed.ok && parsed.value.exec_failed, { id: frame.id, errno: '4000' });
});

test('records a failure once that an endpoint before it had recorded already', async (context) => {
  const crashed = await startFixture(context);
  appendFileSync(crashed.paths.journal, bytesOf(frame));
  await until('the failure is recorded', () => crashed.records().length > 0);
  crashed.endpoint.stop('crash');
  await crashed.endpoint.ended;
  writeFileSync(
    `${crashed.paths.journal}.1`,
    Buffer.concat([bytesOf(frame), bytesOf({ ...frame, id: 'a'.repeat(32) })]),
  );
  const fixture = await startFixture(context, { folder: crashed.folder });
  await until('the other failure is recorded', () => fixture.records().length > 1);
  assert.deepEqual(
    fixture.records().map((record) => record['id']),
    ['fedcba9876543210fedcba9876543210', '5'.repeat(32)],
  );
});
