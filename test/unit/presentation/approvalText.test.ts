import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowChoices } from '../../../src/presentation/allowText.ts';
import {
  formatApproval,
  formatApprovalNotice,
  formatTimeLeft,
  formatWaitingStatus,
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
  created_at: new Date(now).toISOString(),
  expires_at: new Date(now + 598_000).toISOString(),
};

describe('a command that waits for a person', () => {
  it('says what, where, why and until when', () => {
    const shown = formatApproval(approval, 'bash');
    assert.equal(shown.label, 'npm publish');
    assert.match(shown.description, /^bash · publishes a package · until \d\d:\d9:58$/);
    assert.match(shown.spoken, /^waits for you: npm publish/);
    assert.ok(shown.fields.some(({ name, value }) => name === 'Rule' && value === 'packages#1'));
  });

  it('counts down to nothing', () => {
    assert.equal(formatTimeLeft(approval.expires_at, now + 590_000), '0:08');
    assert.equal(formatTimeLeft(approval.expires_at, now + 900_000), '0:00');
  });

  it('is in the status bar as long as one waits', () => {
    assert.equal(formatWaitingStatus([], now), '');
    assert.equal(formatWaitingStatus([approval], now), '$(question) 1 command waits for you 9:58');
    assert.match(formatWaitingStatus([approval, approval], now), /2 commands wait for you/);
  });

  it('is asked about in one sentence', () => {
    assert.equal(formatApprovalNotice(approval), 'Rampart: may codex run `npm publish`? publishes a package');
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
