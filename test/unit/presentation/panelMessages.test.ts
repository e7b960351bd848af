import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatExplanation } from '../../../src/presentation/explanationText.ts';
import { formatExport } from '../../../src/presentation/exportDecisions.ts';
import { panelActions, parsePanelRequest } from '../../../src/presentation/panelMessages.ts';
import { createDenial, createRecord } from './recordFixture.ts';

describe('what the panel says', () => {
  it('is understood', () => {
    const record = createDenial();
    for (const { action } of panelActions) {
      const parsed = parsePanelRequest({ type: 'act', action, record });
      assert.deepEqual(parsed, { ok: true, value: { type: 'act', action, record } });
    }
    assert.ok(parsePanelRequest({ type: 'explain', record }).ok);
    assert.ok(parsePanelRequest({ type: 'export', format: 'csv', text: 'a' }).ok);
    assert.ok(parsePanelRequest({ type: 'ready' }).ok);
  });

  it('is not believed when it is of another kind', () => {
    for (const message of [
      null,
      'ready',
      { type: 'run' },
      { type: 'act', action: 'delete', record: createDenial() },
      { type: 'act', action: 'copy', record: { id: 1 } },
      { type: 'export', format: 'exe', text: '' },
      { type: 'export', format: 'csv' },
    ])
      assert.ok(!parsePanelRequest(message).ok, JSON.stringify(message));
  });
});

describe('exported decisions', () => {
  it('are whole in JSON', () => {
    const records = [createRecord(), createDenial()];
    assert.deepEqual(JSON.parse(formatExport(records, 'json')), records);
    assert.deepEqual(JSON.parse(formatExport([], 'json')), []);
  });

  it('are quoted in CSV, and start no formula', () => {
    const command = '=cmd("x"),\n2';
    const [, line] = formatExport([createRecord({ request: { command } })], 'csv').split('\r\n');
    assert.ok(line?.includes(`"'=cmd(""x""),\n2"`), line);
  });

  it('start no formula in CSV by any character that a spreadsheet takes for one', () => {
    for (const first of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
      const text = formatExport([createRecord({ request: { command: `${first}1` } })], 'csv');
      assert.ok(text.includes(`'${first}1`), JSON.stringify(first));
    }
  });
});

it('an explanation says what runs, what policies say and what can be done', () => {
  const sections = formatExplanation({
    commands: [{ text: 'rm -rf x', directory: '/w', isElsewhere: false, deletes: ['/w/x'] }],
    policies: [
      {
        name: 'files',
        action: 'deny',
        index: 1,
        reasons: [{ field: 'deletes', entry: '**', subject: '/w/x' }],
      },
    ],
    remedies: [],
  });
  assert.deepEqual(sections, [
    { heading: 'What it runs', lines: ['rm -rf x (in /w)', '    deletes /w/x'] },
    { heading: 'What policies say now', lines: ['deny by files#2', '    deletes “**” fits /w/x'] },
  ]);
});
