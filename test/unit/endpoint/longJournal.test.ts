import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import { until } from '../../support/until.ts';
import { startFixture } from './runningEndpoint.ts';
import { startFrame } from './startFrame.ts';

/** A start that nobody was asked about. */
function frameOf(index: number): Buffer {
  const id = index.toString(16).padStart(32, '0');
  const frame = formatJournalFrame(startFrame({ id, agent: 'claude-code', argv: ['ls', String(index)] }));
  return frame.ok ? frame.value : assert.fail();
}

test('answers while a long journal is read, and reads it to its end', async (context) => {
  const fixture = await startFixture(context);
  const count = 6_000;
  const frames = Array.from({ length: count }, (_none, index) => frameOf(index));
  writeFileSync(fixture.paths.journal, Buffer.concat(frames));
  await until('the journal is taken', () => !existsSync(fixture.paths.journal));
  await fixture.ask('ls between');
  const isAnswer = ({ request }: { readonly request?: unknown }): boolean =>
    JSON.stringify(request) === '{"command":"ls between"}';
  const before = fixture.records().findIndex(isAnswer);
  assert.ok(before >= 0 && before < count / 2, `${before} records stood before the answer`);
  await until('all is read', () => !existsSync(`${fixture.paths.journal}.1`));
  assert.equal(fixture.records().length, count + 1);
});

test('tells whoever asks what libraries have told before', async (context) => {
  const fixture = await startFixture(context);
  for (let index = 0; index < 5; index += 1) {
    writeFileSync(fixture.paths.journal, frameOf(index));
    const { body } = await fixture.call('GET', '/v1/audit/events');
    assert.equal(body['total_in_file'], index + 1);
  }
});
