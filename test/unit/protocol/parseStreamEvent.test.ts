import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHealth } from '../../../src/protocol/health.ts';
import { parseAuditRecord } from '../../../src/protocol/parseAuditRecord.ts';
import { parseStreamEvent } from '../../../src/protocol/parseStreamEvent.ts';
import type { StreamEvent } from '../../../src/protocol/streamEvent.ts';
import { auditRecord, sessionView } from '../../support/records.ts';

const events: readonly StreamEvent[] = [
  { type: 'connected', mode: 'enforce', until: null, version: '1.2.3', pid: 12, policy_generation: 3 },
  {
    type: 'connected',
    mode: 'monitor',
    until: '2026-08-25T12:00:00.000Z',
    version: '1.2.3',
    pid: 12,
    policy_generation: 3,
  },
  {
    type: 'audit',
    event: auditRecord({ terminal: 'bash', rule: { policy: 'p', index: 2, file: '/f.yaml', line: 9 } }),
  },
  {
    type: 'audit',
    event: auditRecord({ request: { command: 'read', path: '/x' }, cwd: null, argv: null, sid: null }),
  },
  { type: 'mode', mode: 'disabled', until: '2026-01-01T00:00:00Z' },
  { type: 'mode', mode: 'enforce', until: null },
  {
    type: 'session',
    session: sessionView({ library: 'ab', agent: 'claude', kind: 'task', protection: 'released' }),
  },
  { type: 'session', session: sessionView({}) },
  { type: 'policy', generation: 4, problems: [{ file: '/f.yaml', line: 3, column: 7, message: 'no' }] },
  { type: 'audit_batch', agent: 'hook', session: 's', run_id: 'r' },
  { type: 'rule.learned', rule_name: 'user-allow-1', tool: 'exec', pattern: 'ls', decision: 'allow' },
  { type: 'gap', missed: 5 },
];

test('reads back every event that the protocol names', () => {
  for (const event of events) {
    assert.deepEqual(parseStreamEvent(JSON.parse(JSON.stringify(event))), { ok: true, value: event });
  }
});

test('takes what a peer leaves out as not known', () => {
  const peer = {
    id: 'a',
    timestamp: '2026-01-01T00:00:00Z',
    request: { command: 'ls' },
    decision: { action: 'deny', matched_policies: ['p', 4] },
    rule: { policy: 'p', file: '/f' },
    mode: 'other',
  };
  const read = parseAuditRecord(peer);
  assert.ok(read.ok);
  const { rule, decision, markers, mode, guardable, agent } = read.value;
  assert.deepEqual(
    { rule, decision, markers, mode, guardable, agent },
    {
      rule: { policy: 'p', file: '/f', index: 0, line: 1 },
      decision: { action: 'deny', message: '', matched_policies: ['p'], evaluation_time_us: 0 },
      markers: [],
      mode: 'enforce',
      guardable: true,
      agent: '',
    },
  );
  const bare = [
    { type: 'connected', mode: 'enforce' },
    { type: 'policy' },
    { type: 'audit_batch' },
    { type: 'gap' },
  ].map(parseStreamEvent);
  assert.deepEqual(
    bare.map((event) => event.ok && event.value),
    [
      { type: 'connected', mode: 'enforce', until: null, version: '', pid: 0, policy_generation: 0 },
      { type: 'policy', generation: 0, problems: [] },
      { type: 'audit_batch', agent: '', session: '', run_id: '' },
      { type: 'gap', missed: 0 },
    ],
  );
  const session = parseStreamEvent({ type: 'session', session: { pid: 4, kind: 'odd' } });
  assert.deepEqual(session, {
    ok: true,
    value: { type: 'session', session: sessionView({ pid: 4, kind: 'unknown' }) },
  });
  const problems = parseStreamEvent({ type: 'policy', problems: [4, { file: 'f', message: 'm' }] });
  assert.ok(problems.ok && problems.value.type === 'policy');
  assert.deepEqual(problems.value.problems, [{ file: 'f', line: 1, column: 1, message: 'm' }]);
  const problem = { subject: 'log', file: 'f', line: 1, column: 1, message: 'm' } as const;
  const ofLog = parseStreamEvent({ type: 'policy', problems: [problem, { ...problem, subject: 'other' }] });
  assert.ok(ofLog.ok && ofLog.value.type === 'policy');
  assert.deepEqual(
    ofLog.value.problems.map(({ subject }) => subject),
    ['log', undefined],
  );
});

test('says of anything else why it cannot be read', () => {
  const record = auditRecord({});
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'the event is not an object'],
    [[], 'the event is not an object'],
    [{ type: 'constructor' }, 'the event has an unknown type: constructor'],
    [{}, 'the event has an unknown type: undefined'],
    [{ type: 'connected' }, 'the event has no mode'],
    [{ type: 'mode', mode: 'x' }, 'the event has no mode'],
    [{ type: 'session', session: {} }, 'the session has no pid'],
    [{ type: 'session' }, 'the session has no pid'],
    [{ type: 'audit' }, 'the record is not an object'],
    [{ type: 'rule.learned', rule_name: 'r', tool: 'exec' }, 'the event has no rule'],
    [{ type: 'audit', event: { ...record, id: 4 } }, 'the record has no id or time'],
    [{ type: 'audit', event: { ...record, request: null } }, 'the record has no command'],
    [{ type: 'audit', event: { ...record, decision: { action: 'x' } } }, 'the record has no decision'],
  ];
  for (const [event, error] of cases) assert.deepEqual(parseStreamEvent(event), { ok: false, error });
});

test('takes a health answer by the rules of the peer', () => {
  const health = {
    service: 'rampart',
    status: 'ok',
    mode: 'enforce',
    uptime_seconds: 3,
    version: '1',
    pid: 5,
    url: 'http://x',
  };
  assert.deepEqual(parseHealth(health), {
    ok: true,
    value: {
      mode: 'enforce',
      uptime_seconds: 3,
      version: '1',
      protocol: 1,
      pid: 5,
      url: 'http://x',
      replaceable: false,
    },
  });
  const peer = parseHealth({ status: 'ok', mode: 'enforce', uptime_seconds: 3, version: '1' });
  assert.ok(peer.ok && peer.value.pid === null && peer.value.url === null);
  const foreign = [null, { ...health, service: 'x' }, { ...health, status: 'x' }, { ...health, mode: 'x' }];
  const incomplete = [
    { ...health, version: ' ' },
    { ...health, version: 1 },
    { ...health, uptime_seconds: '3' },
  ];
  for (const value of [...foreign, ...incomplete]) assert.equal(parseHealth(value).ok, false);
});
