import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AuditRecord } from '../../../src/protocol/auditRecord.ts';
import type { Action } from '../../../src/protocol/decision.ts';
import {
  describeDecision,
  formatDecision,
  formatRulePlace,
  isDenial,
  isNote,
  isRefused,
} from '../../../src/presentation/decisionLabel.ts';
import { createDenial, createNote, createRecord } from './recordFixture.ts';

it('shows an allowed command with nothing but itself', () => {
  const shown = formatDecision(createRecord());
  assert.deepEqual(
    [shown.label, shown.description, shown.outcome, shown.icon.id],
    ['ls -l', '', 'allowed', 'check'],
  );
});

it('says of a denied command that it was denied and why', () => {
  const shown = formatDecision(createDenial());
  assert.deepEqual([shown.description, shown.icon.id], ['denied · deletes a folder', 'circle-slash']);
  assert.equal(shown.spoken, 'rm -rf /precious, denied, deletes a folder');
});

it('counts identical decisions', () => {
  const shown = formatDecision(createDenial(), 3);
  assert.equal(shown.description, '×3 · denied · deletes a folder');
  const fields = describeDecision(createDenial(), { count: 3, chain: [] });
  assert.deepEqual(
    fields.find((field) => field.name === 'Times'),
    { name: 'Times', value: '3' },
  );
});

it('never says denied of a command that ran in monitor', () => {
  const shown = formatDecision(createDenial({ enforced: false, mode: 'monitor' }));
  assert.equal(shown.outcome, 'ran; enforce would deny it');
  assert.equal(shown.brief, 'not enforced');
});

it('tells for every action whether it spoke against the command and whether it was refused', () => {
  const told = (['allow', 'watch', 'ask', 'deny', 'webhook'] as const satisfies readonly Action[]).map(
    (action) => {
      const decision = { ...createRecord().decision, action };
      const enforced = createRecord({ decision });
      const monitored = createRecord({ decision, enforced: false });
      return [action, isDenial(enforced), isRefused(enforced), isDenial(monitored), isRefused(monitored)];
    },
  );
  assert.deepEqual(told, [
    ['allow', false, false, false, false],
    ['watch', false, false, false, false],
    ['ask', true, true, true, false],
    ['deny', true, true, true, false],
    ['webhook', true, true, true, false],
  ]);
});

it('gives a different icon and colour to what ran and what did not', () => {
  const icons = [createDenial(), createDenial({ enforced: false }), createRecord()].map((record) => {
    const { icon } = formatDecision(record);
    return `${icon.id} ${icon.color ?? ''}`;
  });
  assert.equal(new Set(icons).size, 3);
});

it('names rule, file, folder, program, process and time in the details, and leaves out what is not known', () => {
  const read = (record: AuditRecord, chain: readonly string[] = []): ReadonlyMap<string, string> =>
    new Map(describeDecision(record, { count: 1, chain }).map(({ name, value }) => [name, value]));
  const fields = read(createDenial(), ['bash', './clean.sh', 'rm -rf /precious']);
  assert.equal(fields.get('Reason'), 'deletes a folder');
  assert.equal(fields.get('Rule'), 'files#3 (/policies/default.yaml:31)');
  assert.equal(fields.get('Folder'), '/project');
  assert.equal(fields.get('Program'), '/bin/ls');
  assert.equal(fields.get('Started by'), 'bash › ./clean.sh › rm -rf /precious');
  assert.equal(fields.get('Process'), '42, started by 41, in session 41');
  assert.equal(fields.get('Check'), '0.90 ms');
  const unasked = { ...createRecord().decision, evaluation_time_us: 0 };
  assert.equal(read(createRecord({ decision: unasked })).get('Check'), 'none');
  const bare = read(createRecord({ cwd: null, exe: null, pid: null }));
  assert.ok(['Folder', 'Program', 'Process', 'Started by'].every((name) => !bare.has(name)));
});

it('says of what happened to the endpoint that it was recorded, and nothing of a check that was none', () => {
  const note = createNote();
  assert.deepEqual([isNote(note), isNote(createRecord())], [true, false]);
  const { outcome, icon } = formatDecision(note);
  assert.deepEqual([outcome, icon.id], ['recorded', 'info']);
  const names = describeDecision(note, { count: 1, chain: [] }).map(({ name }) => name);
  assert.deepEqual(
    ['Reason', 'Rule', 'Check', 'Time'].filter((name) => names.includes(name)),
    ['Reason', 'Time'],
  );
  const refused = createNote({ decision: { ...note.decision, action: 'deny' } });
  assert.equal(formatDecision(refused).outcome, 'denied');
  assert.equal(formatDecision(refused).brief, 'denied');
});

it('names the place of a rule by what a reader can find', () => {
  const file = '/h/.rampart/versions/ab12/policies/default.yaml';
  assert.equal(
    formatRulePlace({ policy: 'files', index: 2, file, line: 31 }),
    'files#3 (built-in policy, line 31)',
  );
});

it('keeps a hostile command on one line and in its order', () => {
  const command = 'rm -rf /a\n\u001b[2Kls \u202egpj.exe';
  const shown = formatDecision(createDenial({ request: { command } }));
  assert.equal(shown.label, 'rm -rf /a ⏎ ?[2Kls ?gpj.exe');
  assert.equal(shown.command, command);
});

it('cuts a long command in the row and keeps it whole beside it', () => {
  const command = `echo ${'x'.repeat(5000)}`;
  const shown = formatDecision(createRecord({ request: { command } }));
  assert.equal(shown.label.length, 200);
  assert.ok(shown.label.endsWith('…'));
  assert.equal(shown.command, command);
});
