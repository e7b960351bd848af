import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowChoices } from '../../../src/presentation/allowText.ts';
import {
  approvalQuestion,
  formatApproval,
  formatApprovalNotice,
  formatSettled,
  formatTimeLeft,
  formatWaitingStatus,
  formatWaitingTitle,
  formatWaitingRow,
  isHeld,
  speakWaitingStatus,
} from '../../../src/presentation/approvalText.ts';
import type { ApprovalView } from '../../../src/protocol/approval.ts';
import { createDenial } from './recordFixture.ts';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);
const approval: ApprovalView = {
  id: 'a',
  status: 'pending',
  tool: 'exec',
  command: 'npm publish',
  agent: 'codex',
  session: 's',
  message: 'publishes a package; ask first',
  rule: { policy: 'packages', index: 0, file: '/p.yaml', line: 3 },
  cwd: '/w',
  pid: 1,
  sid: 2,
  held: true,
  held_until: new Date(now + 18_000).toISOString(),
  created_at: new Date(now).toISOString(),
  expires_at: new Date(now + 598_000).toISOString(),
};

/** The same once its program was denied and waits no more. */
const { held_until: over, ...rest } = approval;
const released: ApprovalView = { ...rest, held: false };

describe('a command that waits for a person', () => {
  it('says what, where, why and until when', () => {
    const shown = formatApproval(approval, 'bash');
    assert.equal(shown.label, 'npm publish');
    assert.match(shown.description, /^bash · until \d\d:\d0:18 · publishes a package$/);
    assert.match(shown.spoken, /^waits for you: npm publish/);
    assert.ok(shown.fields.some(({ name, value }) => name === 'Rule' && value === 'packages#1'));
    assert.ok(shown.fields.some(({ name, value }) => name === 'Until' && /^\d\d:\d0:18$/.test(value)));
  });

  it('counts down to nothing', () => {
    assert.equal(formatTimeLeft(approval, now), '0:18');
    assert.equal(formatTimeLeft(approval, now + 10_000), '0:08');
    assert.equal(formatTimeLeft(approval, now + 900_000), '0:00');
  });

  it('says of a program that waits no more that it has to be run again, in the time there is for that', () => {
    assert.equal(formatTimeLeft(released, now), '9:58');
    assert.match(
      formatApproval(released, 'bash').description,
      /^bash · to be run again once allowed, until /,
    );
    assert.match(approvalQuestion(released).placeholder, /Once you allow it, run it again/);
    assert.match(approvalQuestion(approval).placeholder, /The program waits/);
  });

  it('holds no program for longer than was said', () => {
    assert.ok(isHeld(approval, now));
    assert.ok(!isHeld(approval, Date.parse(over ?? '')));
    assert.ok(!isHeld(released, now));
  });

  it('says who or what was quicker', () => {
    assert.match(formatSettled(approval, 'approved'), /already answered: `npm publish` is allowed/);
    assert.match(formatSettled(approval, 'denied'), /already answered: `npm publish` is denied/);
    assert.match(formatSettled(approval, 'expired'), /time to answer is over.*Run it again/);
    assert.match(formatSettled(approval, null), /already answered, or its time is over/);
  });

  it('is said in the status bar without a time that would be said every second', () => {
    assert.equal(speakWaitingStatus([]), '');
    assert.equal(speakWaitingStatus([approval]), 'Rampart: 1 command waits for you: npm publish');
    const other = { ...released, command: 'npm unpublish' };
    assert.equal(
      speakWaitingStatus([other, approval]),
      'Rampart: 2 commands wait for you. The least time is left for npm publish',
    );
  });

  it('is in the status bar as long as one waits', () => {
    assert.equal(formatWaitingStatus([], now), '');
    assert.equal(formatWaitingStatus([approval], now), '$(question) 1 command waits for you 0:18');
    assert.equal(
      formatWaitingStatus([released, approval], now),
      '$(question) 2 commands wait for you 0:18',
      'the time of the one that has the least',
    );
    assert.match(formatWaitingTitle([released, approval], now), / · 0:18 left$/);
  });

  it('leaves the row above all that wait the time that there is for the first', () => {
    const { label, description, spoken } = formatWaitingRow([released, approval]);
    assert.equal(label, '2 waiting');
    assert.match(description, /^until \d\d:\d0:18$/);
    assert.match(spoken, /^2 commands wait for you, until /);
  });

  it('is asked about in one sentence', () => {
    assert.equal(
      formatApprovalNotice(approval),
      'Rampart: may codex run `npm publish`? Reason: publishes a package.',
    );
  });
});

describe('a refused command', () => {
  it('may run once or always, or its rule may be changed', () => {
    const values = (record: ReturnType<typeof createDenial>): string[] =>
      allowChoices(record).map(({ value }) => value);
    const { decision } = createDenial();
    const asked = createDenial({ decision: { ...decision, action: 'ask' } });
    assert.deepEqual(values(asked), ['once', 'always', 'openRule']);
    assert.deepEqual(values(createDenial({ rule: null })), ['once', 'always']);
  });

  it('is offered nothing that the denial would win over, but what denies can be changed', () => {
    const values = (record: ReturnType<typeof createDenial>): string[] =>
      allowChoices(record).map(({ value }) => value);
    const file = '/h/.rampart/versions/1/policies/default.yaml';
    const builtIn = createDenial({ rule: { policy: 'default-git', index: 0, file, line: 3 } });
    assert.deepEqual(values(builtIn), ['once', 'packOff', 'openRule']);
    assert.deepEqual(values(createDenial()), ['once', 'openRule']);
  });
});
