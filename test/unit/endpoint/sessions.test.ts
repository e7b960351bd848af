import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../../src/base/record.ts';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { until } from '../../support/until.ts';
import { readRecords, startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const hello: JournalFrame = {
  kind: 'hello',
  argvCut: false,
  guardable: true,
  errno: 0,
  id: '00'.repeat(16),
  time: 1_772_600_767_123_000_000n,
  pid: 200,
  ppid: 1,
  sid: 200,
  markers: [],
  started: 2_000,
  library: 'ab'.repeat(20),
  door: 'load',
  agent: 'preload',
  session: 'preload-200',
  exe: '/usr/bin/bash',
  cwd: '',
  argv: [],
};

const unanswered: JournalFrame = {
  ...hello,
  kind: 'unanswered',
  id: '11'.repeat(16),
  pid: 300,
  door: 'execve',
  exe: '/bin/rm',
  cwd: '/w',
  argv: ['rm', '-rf', "a 'b'"],
};

function bytesOf(frame: JournalFrame): Buffer {
  const formatted = formatJournalFrame(frame);
  assert.ok(formatted.ok);
  return formatted.value;
}

/** What the endpoint knows of session 200. */
const known = {
  pid: 200,
  started: 2_000,
  kind: 'unknown',
  name: '',
  hidden: false,
  protection: 'scoped',
  actor: null,
  dormant: false,
  parent: null,
  guarded: false,
  library: null,
  agent: null,
  denied: 0,
  unenforced: 0,
  decisions: 0,
};

const registration = { kind: 'terminal', name: 'zsh', hidden: false, protection: 'protected' };

async function sessionsOf(fixture: RunningFixture): Promise<unknown> {
  return (await fixture.call('GET', '/v1/sessions')).body['sessions'];
}

function commandsOf(records: readonly UnknownRecord[]): readonly unknown[] {
  return records.map((record) => (record['request'] as UnknownRecord)['command']);
}

test('learns from a hello that a terminal is guarded, and tells the windows', async (context) => {
  const fixture = await startFixture(context, { processes: [{ pid: 250, ppid: 1, session: 250 }] });
  fixture.caller.pid = 250;
  const stream = await fixture.openStream();
  appendFileSync(fixture.paths.journal, bytesOf(hello));
  const { session } = (await stream.nextOf('session')) as { session: unknown };
  const guarded = { ...known, guarded: true, library: 'ab'.repeat(20) };
  assert.deepEqual(session, guarded);
  assert.deepEqual(await sessionsOf(fixture), [guarded]);
});

test('lets nobody steer from a terminal that said hello', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  appendFileSync(fixture.paths.journal, bytesOf({ ...hello, started: 1_999 }));
  await stream.nextOf('session');
  assert.equal(
    (await fixture.call('GET', '/v1/status')).status,
    200,
    'it was an earlier process with its pid',
  );
  appendFileSync(fixture.paths.journal, bytesOf(hello));
  await stream.nextOf('session');
  assert.equal((await fixture.call('GET', '/v1/status')).status, 403);
});

test('records what ran without an answer, once', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  appendFileSync(fixture.paths.journal, Buffer.concat([bytesOf(unanswered), bytesOf(unanswered)]));
  const { event } = (await stream.nextOf('audit')) as { event: UnknownRecord };
  assert.deepEqual(event, {
    schema_version: 'rampart.audit.v1',
    id: unanswered.id,
    timestamp: '2026-03-04T05:06:07.123Z',
    agent: 'preload',
    actor: 'automation',
    session: 'preload-200',
    tool: 'exec',
    request: { command: "rm -rf 'a '\\''b'\\'''" },
    decision: {
      action: 'allow',
      message: 'run without an answer: the policy endpoint was not there',
      matched_policies: null,
      evaluation_time_us: 0,
    },
    rule: null,
    argv: ['rm', '-rf', "a 'b'"],
    exe: '/bin/rm',
    cwd: '/w',
    pid: 300,
    ppid: 1,
    sid: 200,
    sid_started: 2_000,
    door: 'execve',
    markers: [],
    guardable: true,
    truncated: false,
    enforced: false,
    mode: 'enforce',
  });
  await until(
    'the journal is gone',
    () => !existsSync(fixture.paths.journal) && !existsSync(`${fixture.paths.journal}.1`),
  );
  assert.equal(fixture.records().length, 1);
});

test('records what stands behind a frame that a full disk cut short', async (context) => {
  const long = bytesOf({ ...unanswered, id: '22'.repeat(16), argv: ['x'.repeat(60_000)] });
  const behind = ['33', '44'].map((byte) => bytesOf({ ...unanswered, id: byte.repeat(16) }));
  const fixture = await startFixture(context);
  appendFileSync(fixture.paths.journal, Buffer.concat([long.subarray(0, 4_096), ...behind]));
  await until(
    'the journal is gone',
    () => !existsSync(`${fixture.paths.journal}.1`) && !existsSync(fixture.paths.journal),
  );
  assert.deepEqual(
    fixture.records().map(({ id }) => id),
    ['33', '44'].map((byte) => byte.repeat(16)),
  );
});

test('is not held up by a journal full of what only looks like frames', async (context) => {
  const fixture = await startFixture(context);
  const claim = Buffer.from('RMPJ\x00\xf0\x01\x00', 'latin1');
  appendFileSync(fixture.paths.journal, Buffer.concat([Buffer.alloc(1_048_576, claim), bytesOf(unanswered)]));
  await until('the frame behind it is recorded', () => fixture.records().length > 0);
});

test('finds its way through what is no frame, and reads what nobody read before', async (context) => {
  const shell = {
    ...unanswered,
    id: '22'.repeat(16),
    door: 'system',
    exe: '/bin/sh',
    argv: ['sh', '-c', 'a | b'],
  };
  const fixture = await startFixture(context);
  appendFileSync(
    fixture.paths.journal,
    Buffer.concat([
      Buffer.from('noise'),
      bytesOf(unanswered),
      Buffer.from('RMPJ more noise'),
      bytesOf(shell),
    ]),
  );
  fixture.endpoint.stop('before the next look');
  await fixture.endpoint.ended;
  assert.deepEqual(commandsOf(fixture.records()), ["rm -rf 'a '\\''b'\\'''", 'a | b']);
});

/** Starts over in the folder of an endpoint that a crash ended in the middle of a journal. */
async function startAfterCrash(context: TestContext, recorded: readonly string[]): Promise<RunningFixture> {
  const crashed = await startFixture(context);
  crashed.endpoint.stop('as good as a crash');
  await crashed.endpoint.ended;
  mkdirSync(crashed.paths.audit, { recursive: true });
  const lines = recorded.map(
    (id) =>
      `{"schema_version":"rampart.audit.v1","id":"${id}","request":{"command":"before"},"decision":{"action":"allow","message":"run without an answer: the policy endpoint was not there"}}\n`,
  );
  writeFileSync(`${crashed.paths.audit}/2026-03-04.jsonl`, lines.join(''));
  const second = bytesOf({ ...unanswered, id: '33'.repeat(16) });
  writeFileSync(`${crashed.paths.journal}.1`, Buffer.concat([bytesOf(unanswered), second]));
  return startFixture(context, { folder: crashed.folder });
}

test('after a crash records what was not yet recorded, and nothing twice', async (context) => {
  const fixture = await startAfterCrash(context, [unanswered.id]);
  await until('the journal is gone', () => !existsSync(`${fixture.paths.journal}.1`));
  const ids = readRecords(fixture.paths.audit).map((record) => record['id']);
  assert.deepEqual(ids, [unanswered.id, '33'.repeat(16)]);
});

test('takes a frame once that is written again after the endpoint that took it was killed', async (context) => {
  const first = await startFixture(context);
  appendFileSync(first.paths.journal, bytesOf(unanswered));
  await until('it is recorded', () => first.records().length === 1);
  first.endpoint.stop('as good as killed');
  await first.endpoint.ended;
  const second = await startFixture(context, { folder: first.folder });
  const own = bytesOf({ ...unanswered, id: '33'.repeat(16) });
  appendFileSync(second.paths.journal, Buffer.concat([bytesOf(unanswered), own]));
  await until('the other one is recorded', () => second.records().length > 1);
  assert.deepEqual(
    second.records().map(({ id }) => id),
    [unanswered.id, '33'.repeat(16)],
  );
});

test('tells that a journal was full, so that something may be missing', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(`${fixture.paths.journal}.1`, bytesOf(unanswered));
  truncateSync(`${fixture.paths.journal}.1`, 67_108_864);
  fixture.endpoint.stop('end');
  await fixture.endpoint.ended;
  const [told, run] = fixture.records();
  assert.match(JSON.stringify(told?.['decision']), /it was full/);
  assert.equal(run?.['id'], unanswered.id);
});

test('counts what libraries could not write to the journal, before its start and after', async (context) => {
  const first = await startFixture(context);
  assert.equal((await first.call('GET', '/v1/status')).body['lost_records'], 0);
  assert.equal(readFileSync(first.paths.lost, 'utf8'), '\n', 'a block of the disk for them to count in');
  first.endpoint.stop('end');
  await first.endpoint.ended;
  appendFileSync(first.paths.lost, 'RRR');
  const second = await startFixture(context, { folder: first.folder });
  const lostRecords = async (): Promise<unknown> =>
    (await second.call('GET', '/v1/status')).body['lost_records'];
  await until('they are counted', async () => (await lostRecords()) === 3);
  appendFileSync(second.paths.lost, 'R');
  await until('so is one more', async () => (await lostRecords()) === 4);
  assert.deepEqual(
    second.records().map(({ decision }) => isRecord(decision) && decision['message']),
    ['3 records are', '1 record is'].map(
      (records) => `${records} lost: there was no room for them: the journal was full, or the disk`,
    ),
  );
});

test('tells of a decided start that ran because the answer was cut, and counts it once', async (context) => {
  const first = await startFixture(context);
  await first.ask("rm -rf 'a'", { id: unanswered.id, sid: 200 });
  first.endpoint.stop('as if it were killed');
  await first.endpoint.ended;
  const second = await startFixture(context, { folder: first.folder });
  context.after(() => second.endpoint.stop('the test is over'));
  appendFileSync(second.paths.journal, bytesOf(unanswered));
  await until('it is told', () => second.records().length === 2);
  const [decided, ran] = second.records();
  assert.deepEqual([decided?.['id'], decided?.['tool']], [unanswered.id, 'exec']);
  assert.deepEqual([ran?.['id'], ran?.['tool']], ['ee'.repeat(16), 'rampart']);
  assert.match(JSON.stringify(ran?.['decision']), /run without an answer/);
});

test('tells so, too, when it was killed again while it had the journal put aside', async (context) => {
  const first = await startFixture(context);
  await first.ask("rm -rf 'a'", { id: unanswered.id, sid: 200 });
  first.endpoint.stop('as if it were killed');
  await first.endpoint.ended;
  const own = bytesOf({ ...unanswered, id: '33'.repeat(16) });
  writeFileSync(`${first.paths.journal}.1`, Buffer.concat([bytesOf(unanswered), own]));
  for (const round of ['once', 'twice']) {
    const next = await startFixture(context, { folder: first.folder });
    await until('the journal is gone', () => !existsSync(`${first.paths.journal}.1`));
    next.endpoint.stop(`as if it were killed ${round}`);
    await next.endpoint.ended;
    // What was recorded already may come again.
    writeFileSync(`${first.paths.journal}.1`, Buffer.concat([bytesOf(unanswered), own]));
  }
  const ids = readRecords(first.paths.audit).map(({ id, tool }) => `${String(tool)} ${String(id)}`);
  assert.deepEqual(ids, [`exec ${unanswered.id}`, `rampart ${'ee'.repeat(16)}`, `exec ${'33'.repeat(16)}`]);
});

test('tells of a start that did not wait for its answer', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask("rm -rf 'a'", { id: unanswered.id, sid: 200 });
  appendFileSync(fixture.paths.journal, Buffer.concat([bytesOf(unanswered), bytesOf(unanswered)]));
  await until('it is told', () => fixture.records().length === 2);
  assert.equal(fixture.records()[1]?.['id'], 'ee'.repeat(16));
});

test('puts aside a journal that is no file and takes the next one', async (context) => {
  const fixture = await startFixture(context);
  mkdirSync(fixture.paths.journal);
  await until('it is put aside', () => existsSync(`${fixture.paths.journal}.1.unreadable`));
  appendFileSync(fixture.paths.journal, bytesOf(unanswered));
  await until('the next one is read', () => fixture.records().length === 1);
});

test('remembers what a window says of a terminal, and counts its decisions', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream();
  const answer = await fixture.call('PUT', '/v1/sessions/200', registration);
  const registered = { ...known, ...registration, actor: 'person' };
  assert.deepEqual([answer.status, answer.body], [200, registered]);
  assert.deepEqual(await stream.nextOf('session'), { type: 'session', session: registered });
  await fixture.ask('rm -rf x', { sid: 200, agent: 'claude-code' });
  await fixture.ask('npm publish', { sid: 200 });
  await fixture.ask('ls', { sid: 200 });
  assert.deepEqual(await sessionsOf(fixture), [
    { ...registered, agent: 'claude-code', denied: 2, decisions: 3 },
  ]);
});

test('counts apart what the policy spoke against and nobody enforced', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('rm -rf x', { sid: 200 });
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  await fixture.ask('rm -rf x', { sid: 200 });
  assert.deepEqual(await sessionsOf(fixture), [
    { ...known, actor: 'automation', denied: 1, unenforced: 1, decisions: 2 },
  ]);
});

test('knows a session from its first question, too', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('ls', { sid: 200 });
  assert.deepEqual(await sessionsOf(fixture), [{ ...known, actor: 'automation', decisions: 1 }]);
});

test('forgets a session whose leader is gone', async (context) => {
  const fixture = await startFixture(context, { processes: [{ pid: 250, ppid: 1, session: 250 }] });
  await fixture.call('PUT', '/v1/sessions/250', registration);
  rmSync(join(fixture.folder, 'proc', '250'), { recursive: true });
  assert.deepEqual(await sessionsOf(fixture), []);
});

test('keeps in the log what a terminal was called when it was decided, without a secret in its title', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('ls', { sid: 200 });
  await fixture.call('PUT', '/v1/sessions/200', registration);
  await fixture.ask('ls', { sid: 200 });
  await fixture.call('PUT', '/v1/sessions/200', { ...registration, name: 'curl --token=abcdef' });
  await fixture.ask('ls', { sid: 200 });
  const names = fixture.records().map(({ terminal }) => terminal);
  assert.deepEqual(names, [undefined, 'zsh', 'curl --token=[redacted]']);
});

test('keeps in the log when the leader of a session started, also once it has ended', async (context) => {
  const fixture = await startFixture(context, { processes: [{ pid: 250, ppid: 1, session: 250 }] });
  await fixture.ask('ls', { sid: 250 });
  rmSync(join(fixture.folder, 'proc', '250'), { recursive: true });
  await fixture.ask('ls', { sid: 250 });
  await fixture.ask('ls', { sid: 4_000_000 });
  const starts = fixture.records().map(({ sid_started: started }) => started);
  assert.deepEqual(starts, [2_500, 2_500, undefined]);
});

test('takes the name of a session that has asked and ended, but no release', async (context) => {
  const fixture = await startFixture(context, { processes: [{ pid: 250, ppid: 1, session: 250 }] });
  const stream = await fixture.openStream();
  await fixture.ask('ls', { sid: 250 });
  rmSync(join(fixture.folder, 'proc', '250'), { recursive: true });
  const named = { kind: 'task', name: 'short', hidden: false, protection: 'released' };
  const { status } = await fixture.call('PUT', '/v1/sessions/250', named);
  const ended = { pid: 250, started: 2_500, kind: 'task', name: 'short', decisions: 1 };
  const session = { ...known, ...ended, actor: 'automation' };
  assert.deepEqual([status, await stream.nextOf('session')], [200, { type: 'session', session }]);
  assert.deepEqual(await sessionsOf(fixture), []);
});

test('notes in the log that a terminal was released and taken back, once each', async (context) => {
  const fixture = await startFixture(context);
  for (const protection of ['protected', 'released', 'released', 'protected']) {
    await fixture.call('PUT', '/v1/sessions/200', { ...registration, protection });
  }
  const told = fixture.records().map(({ tool, request, decision, pid }) => {
    const { message } = decision as UnknownRecord;
    return [tool, (request as UnknownRecord)['command'], message, pid];
  });
  const { name } = registration;
  assert.deepEqual(told, [
    ['rampart', 'terminal released', `${name} (200); it was protected`, 200],
    ['rampart', 'terminal protected', `${name} (200); it was released`, 200],
  ]);
});

test('leaves a released terminal alone, but not the agents in it', async (context) => {
  const fixture = await startFixture(context);
  await fixture.call('PUT', '/v1/sessions/200', { ...registration, protection: 'released' });
  const asPerson = await fixture.ask('rm -rf x', { sid: 200, pid: 200 });
  const asAgent = await fixture.ask('rm -rf x', { sid: 200, agent: 'codex' });
  const marked = await fixture.ask('rm -rf x', { sid: 200, markers: ['CLAUDECODE'] });
  const elsewhere = await fixture.ask('rm -rf x', { sid: 201 });
  assert.deepEqual(
    [asPerson, asAgent, marked, elsewhere].map((answer) => answer['allowed']),
    [true, false, false, false],
  );
  assert.equal(fixture.records().filter(({ tool }) => tool === 'exec').length, 3);
  await fixture.call('PUT', '/v1/sessions/200', registration);
  assert.equal((await fixture.ask('rm -rf x', { sid: 200 }))['allowed'], false);
});

test('refuses a registration of nobody and one that says too little', async (context) => {
  const fixture = await startFixture(context);
  assert.equal((await fixture.call('PUT', '/v1/sessions/4444', registration)).status, 404);
  assert.equal((await fixture.call('PUT', '/v1/sessions/-1', registration)).status, 404);
  assert.equal((await fixture.call('PUT', '/v1/sessions/0', registration)).status, 404);
  for (const body of [
    {},
    [],
    { ...registration, kind: 'unknown' },
    { ...registration, name: 1 },
    { ...registration, hidden: 'no' },
    { ...registration, protection: 'off' },
    { ...registration, scope: 'mine' },
    { ...registration, agent: 7 },
  ]) {
    assert.equal((await fixture.call('PUT', '/v1/sessions/200', body)).status, 400, JSON.stringify(body));
  }
});
