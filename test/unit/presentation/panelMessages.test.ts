import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noFilter } from '../../../src/presentation/decisionFilter.ts';
import { formatExplanation } from '../../../src/presentation/explanationText.ts';
import type { Explanation } from '../../../src/protocol/explanation.ts';
import { formatExport } from '../../../src/presentation/exportDecisions.ts';
import {
  firstLook,
  panelActions,
  parsePanelRequest,
  parseTableLook,
} from '../../../src/presentation/panelMessages.ts';
import { emptyPanelText, formatTableCount } from '../../../src/presentation/panelText.ts';
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

describe('how somebody looked at the table', () => {
  it('is had again when the page comes back, order and all', () => {
    const look = {
      filter: { outcome: 'allowed', agent: 'codex', text: 'make', ofEditor: false },
      sort: { column: 'command', descending: false },
    } as const;
    assert.deepEqual(parseTableLook(JSON.parse(JSON.stringify(look))), look);
    const { filter } = look;
    assert.deepEqual(parseTableLook({ filter }), { filter, sort: firstLook.sort });
  });

  it('is the first look again where what was kept cannot be read', () => {
    for (const kept of [null, undefined, 'x', {}, { filter: 1 }])
      assert.deepEqual(parseTableLook(kept), firstLook);
    const strange = { filter: { outcome: 'lost', agent: 1 }, sort: { column: 'size', descending: 1 } };
    assert.deepEqual(parseTableLook(strange), {
      filter: noFilter,
      sort: firstLook.sort,
    });
  });
});

it('the table says how many of how many rows it shows', () => {
  assert.equal(formatTableCount(1, 1), '1 decision');
  assert.equal(formatTableCount(1_200, 1_200), '1,200 decisions');
  assert.equal(formatTableCount(3, 1_200), '3 of 1,200 decisions');
});

it('an empty table says why it is empty', () => {
  const texts = [
    emptyPanelText({ guardEnabled: true, isFiltered: true }),
    emptyPanelText({ guardEnabled: true, isFiltered: false }),
    emptyPanelText({ guardEnabled: false, isFiltered: false }),
  ];
  assert.match(texts[0] ?? '', /matches what you look for/);
  assert.match(texts[1] ?? '', /^Nothing was denied\./);
  assert.match(texts[2] ?? '', /^Rampart is off/);
});

describe('exported decisions', () => {
  const nameOf = ({ sid }: { readonly sid: number | null }): string => (sid === null ? '' : `bash ${sid}`);

  it('are whole in JSON', () => {
    const records = [createRecord(), createDenial()];
    assert.deepEqual(JSON.parse(formatExport(records, 'json', nameOf)), records);
    assert.deepEqual(JSON.parse(formatExport([], 'json', nameOf)), []);
  });

  it('are quoted in CSV, and start no formula', () => {
    const command = '=cmd("x"),\n2';
    const [, line] = formatExport([createRecord({ request: { command } })], 'csv', nameOf).split('\r\n');
    assert.ok(line?.includes(`"'=cmd(""x""),\n2"`), line);
  });

  it('say in CSV what the table says: the terminal that only the window can name, and what is no command', () => {
    const note = createRecord({ agent: 'rampart', session: 'endpoint', tool: 'rampart', sid: null });
    const [heading = '', ...lines] = formatExport([createRecord({ sid: 7 }), note], 'csv', nameOf).split(
      '\r\n',
    );
    const cells = (column: string): (string | undefined)[] =>
      lines.slice(0, 2).map((line) => line.split(',')[heading.split(',').indexOf(column)]);
    assert.deepEqual(cells('terminal'), ['bash 7', '']);
    assert.deepEqual(cells('outcome'), ['allowed', 'recorded']);
  });

  it('start no formula in CSV by any character that a spreadsheet takes for one', () => {
    for (const first of ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
      const text = formatExport([createRecord({ request: { command: `${first}1` } })], 'csv', nameOf);
      assert.ok(text.includes(`'${first}1`), JSON.stringify(first));
    }
  });
});

it('an explanation says what runs, what policies say and what can be done', () => {
  const explanation: Explanation = {
    commands: [{ text: 'rm -rf x', directory: '/w', isElsewhere: false, deletes: ['/w/x'] }],
    policies: [
      {
        name: 'files',
        action: 'deny',
        index: 1,
        reasons: [{ field: 'deletes', entry: '**', subject: '/w/x' }],
      },
    ],
    remedies: ['change rule 2 of files, /p.yaml:7'],
  };
  const rule = { policy: 'files', index: 1, file: '/p.yaml', line: 7 };
  const sections = formatExplanation({ action: 'deny', rule, explanation });
  assert.deepEqual(
    sections.filter(({ heading }) => heading !== 'What you can do'),
    [
      { heading: 'What it runs', lines: ['rm -rf x (in /w)', '    deletes /w/x'] },
      { heading: 'What policies say now', lines: ['deny by files#2', '    deletes “**” fits /w/x'] },
      { heading: 'The same in a shell of your own', lines: ['change rule 2 of files, /p.yaml:7'] },
    ],
  );
});
