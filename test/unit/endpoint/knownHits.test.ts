import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOfFrame } from '../../../src/endpoint/auditEntry.ts';
import { KnownHits } from '../../../src/endpoint/knownHits.ts';
import type { Decision } from '../../../src/protocol/decision.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { startFrame } from './startFrame.ts';

const allowed: Decision = { action: 'allow', message: 'as decided', matchedPolicies: ['own'], rule: null };

/** Verdicts that say the same of everything, and how often they were looked up. */
class SameVerdicts {
  decision: Decision | null = allowed;
  takenBack = 0;
  lookedUp = 0;

  find(): Decision | null {
    this.lookedUp += 1;
    return this.decision;
  }
}

function hit(fields: Partial<JournalFrame> = {}): JournalFrame {
  return { ...startFrame({ argv: ['cc', '-c', 'a.c'] }), kind: 'table', ...fields };
}

test('makes of what was told before the record that it made at first, with what is its own', () => {
  const verdicts = new SameVerdicts();
  const hits = new KnownHits(verdicts);
  const frames = [
    hit(),
    hit({ id: 'ab'.repeat(16), time: 1_700_000_000_123_456_789n, pid: 77, ppid: 76, sid: 75 }),
    hit({ agent: 'claude-code' }),
  ];
  for (const frame of frames)
    assert.deepEqual(hits.recordOf(frame, 'enforce'), recordOfFrame(frame, 'enforce', allowed));
  assert.equal(verdicts.lookedUp, 2, 'the second is known by the first');
});

test('knows nothing by what differs in anything that its record says', () => {
  const others: readonly Partial<JournalFrame>[] = [
    { door: 'execvp' },
    { session: 'another' },
    { exe: '/usr/bin/cc1' },
    { cwd: '/elsewhere' },
    { argv: ['cc', '-c a.c'] },
    { markers: ['AGENT'] },
    { argvCut: true },
    { guardable: false },
    // The same texts one behind another.
    { exe: `${hit().exe}${hit().cwd}`, cwd: '' },
  ];
  for (const other of others) {
    const hits = new KnownHits(new SameVerdicts());
    hits.recordOf(hit(), 'enforce');
    assert.deepEqual(
      hits.recordOf(hit(other), 'enforce'),
      recordOfFrame(hit(other), 'enforce', allowed),
      JSON.stringify(other),
    );
  }
});

test('knows nothing in another mode, and of bytes that are no text', () => {
  const hits = new KnownHits(new SameVerdicts());
  hits.recordOf(hit({ argv: ['a', '\u00ff'], argvBase64: ['YQ==', '/w=='] }), 'enforce');
  const text = hits.recordOf(hit({ argv: ['a', '\u00ff'] }), 'enforce');
  assert.equal(text?.argv_b64, undefined);
  assert.deepEqual([text?.mode, text?.enforced], ['enforce', true]);
  const watched = hits.recordOf(hit({ argv: ['a', '\u00ff'] }), 'monitor');
  assert.deepEqual([watched?.mode, watched?.enforced], ['monitor', false]);
});

test('looks again when verdicts were taken back, and while none is known', () => {
  const verdicts = new SameVerdicts();
  const hits = new KnownHits(verdicts);
  const messages = (count: number): unknown[] =>
    Array.from({ length: count }, () => hits.recordOf(hit(), 'enforce')?.decision.message);
  assert.deepEqual(messages(2), ['as decided', 'as decided']);
  verdicts.decision = null;
  verdicts.takenBack = 1;
  assert.deepEqual(messages(2), ['allowed by the verdict table', 'allowed by the verdict table']);
  verdicts.decision = allowed;
  assert.deepEqual(messages(2), ['as decided', 'as decided']);
  assert.equal(verdicts.lookedUp, 4);
});

test('keeps what is told again, and forgets what is not', () => {
  const verdicts = new SameVerdicts();
  const hits = new KnownHits(verdicts);
  const lookUps = (frame: JournalFrame): number => {
    const before = verdicts.lookedUp;
    hits.recordOf(frame, 'enforce');
    return verdicts.lookedUp - before;
  };
  for (let index = 0; index < 10_000; index += 1) {
    lookUps(hit({ argv: ['cc', String(index)] }));
    assert.equal(lookUps(hit()), index === 0 ? 1 : 0);
  }
  assert.equal(lookUps(hit({ argv: ['cc', '9999'] })), 0);
  assert.equal(lookUps(hit({ argv: ['cc', '0'] })), 1);
});

test('still knows all that a build started when it is made again', () => {
  const verdicts = new SameVerdicts();
  const hits = new KnownHits(verdicts);
  const started = Array.from({ length: 1_200 }, (_, index) => [
    'cc',
    `${'-I/a/directory '.repeat(20)}${String(index)}`,
  ]);
  for (let build = 0; build < 5; build += 1)
    for (const argv of started) hits.recordOf(hit({ argv }), 'enforce');
  assert.equal(verdicts.lookedUp, started.length);
});

test('gives each record away: what is written into one stands in no other', () => {
  const hits = new KnownHits(new SameVerdicts());
  for (let told = 0; told < 3; told += 1) {
    const record = hits.recordOf(hit(), 'enforce');
    assert.ok(record);
    assert.deepEqual([record.actor, record.sid_started], [null, undefined]);
    record.actor = 'agent';
    record.sid_started = 5;
  }
});
