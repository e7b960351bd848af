import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  formatStatus,
  formatUnenforced,
  isLowering,
  lowerChoices,
  modeChoices,
  protectChoice,
  type GuardStatus,
} from '../../../src/presentation/statusText.ts';

const enforcing: GuardStatus = {
  supported: true,
  guardEnabled: true,
  here: 'follow',
  unprotected: 0,
  endpoint: 'connected',
  cause: null,
  mode: 'enforce',
  until: null,
  unseenDenials: 0,
  problem: null,
};

it('gives every state a text of its own, and warns where nothing is enforced', () => {
  const states: readonly Partial<GuardStatus>[] = [
    {},
    { mode: 'monitor' },
    { mode: 'disabled' },
    { endpoint: 'away' },
    { endpoint: 'starting' },
    { guardEnabled: false, endpoint: 'idle', mode: null },
    { guardEnabled: false },
    { guardEnabled: false, here: 'off' },
    { unprotected: 2 },
    { supported: false },
    { problem: 'the disk is full' },
  ];
  assert.deepEqual(
    states.map((state) => {
      const { text, tone } = formatStatus({ ...enforcing, ...state });
      return [text, tone];
    }),
    [
      ['$(shield) Rampart: enforce', 'normal'],
      ['$(shield) Rampart: monitor', 'normal'],
      ['$(shield) Rampart: disabled', 'warning'],
      ['$(shield) Rampart: endpoint away', 'warning'],
      ['$(shield) Rampart: starting…', 'normal'],
      ['$(shield) Rampart: off', 'warning'],
      ['$(shield) Rampart: off', 'warning'],
      ['$(shield) Rampart: off here', 'warning'],
      ['$(shield) Rampart: enforce $(warning) 2', 'warning'],
      ['$(shield) Rampart: not supported here', 'warning'],
      ['$(shield) Rampart: problem', 'warning'],
    ],
  );
});

it('counts the denials that nobody has looked at', () => {
  const shown = formatStatus({ ...enforcing, unseenDenials: 2 });
  assert.equal(shown.text, '$(shield) Rampart: enforce $(circle-slash) 2');
  assert.match(shown.tooltip, /2 denied commands you have not looked at/);
});

it('says without pictures what it shows, for those who hear it', () => {
  const { spoken } = formatStatus({ ...enforcing, unprotected: 1, unseenDenials: 2 });
  assert.equal(
    spoken,
    'Rampart: enforce. 1 terminal of this window is not guarded, or only partly. 2 denied commands you have not looked at.',
  );
});

it('says when a timed mode ends', () => {
  const until = new Date(2026, 10, 22, 12, 15, 0).toISOString();
  assert.equal(
    formatStatus({ ...enforcing, mode: 'disabled', until }).text,
    '$(shield) Rampart: disabled until 12:15:00',
  );
});

it('says beside the terminals that being guarded stops nothing now', () => {
  assert.equal(formatUnenforced(enforcing), '');
  assert.equal(formatUnenforced({ mode: null }), '');
  assert.equal(formatUnenforced({ mode: 'monitor' }), 'nothing is stopped');
  assert.equal(formatUnenforced({ mode: 'disabled' }), 'nothing is checked');
});

it('says the cause of a problem', () => {
  assert.match(formatStatus({ ...enforcing, problem: 'the disk is full' }).tooltip, /the disk is full/);
});

it('offers every mode with a sentence and marks the current one', () => {
  const choices = modeChoices('monitor');
  const lasting = choices.filter(({ forSeconds }) => forSeconds === null);
  assert.deepEqual(
    lasting.map((choice) => [choice.mode, choice.description]),
    [
      ['enforce', ''],
      ['monitor', 'current'],
      ['disabled', ''],
    ],
  );
  assert.ok(choices.every((choice) => choice.detail.endsWith('.')));
});

it('offers less protection for a time, and only less', () => {
  const timed = (mode: 'enforce' | 'monitor' | 'disabled'): string[] =>
    modeChoices(mode).flatMap((choice) =>
      choice.forSeconds === null ? [] : `${choice.mode} ${choice.forSeconds}`,
    );
  assert.deepEqual(timed('enforce'), ['monitor 900', 'disabled 900']);
  assert.deepEqual(timed('disabled'), []);
});

it('asks once more before protection is lowered, and says for how long', () => {
  assert.ok(isLowering('enforce', 'monitor') && !isLowering('monitor', 'enforce'));
  const [disable, cancel] = lowerChoices({ ...protectChoice, mode: 'disabled', forSeconds: 900 });
  assert.deepEqual([disable?.value, cancel?.value], [true, false]);
  assert.match(disable?.label ?? '', /Disable Rampart for 15 minutes/);
});
