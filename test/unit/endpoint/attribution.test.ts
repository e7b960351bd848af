import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { dormantTable } from '../../../src/system/stateTables.ts';
import { until } from '../../support/until.ts';
import type { FixtureProcess } from '../../support/fixtureProcesses.ts';
import { askWaiting } from './askWaiting.ts';
import type { Held } from './askWaiting.ts';
import { startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const window = '/v1/events/stream?approvals=answer';

/** A terminal's shell is process 200; what a person starts in it is 300, and what an agent there starts is 410. */
const machine: readonly FixtureProcess[] = [
  { pid: 300, ppid: 200, session: 200 },
  { pid: 400, ppid: 200, session: 200, environment: ['CLAUDECODE=1', 'AI_AGENT=claude-code_2.1_agent'] },
  { pid: 410, ppid: 400, session: 200 },
  { pid: 420, ppid: 1, session: 200 },
  { pid: 500, ppid: 300, session: 500 },
  { pid: 510, ppid: 500, session: 500 },
  { pid: 600, ppid: 400, session: 600 },
  { pid: 700, ppid: 1, session: 700 },
  { pid: 720, ppid: 700, session: 720 },
  { pid: 800, ppid: 200, session: 200, environment: ['RAMPART_AGENT=preload'] },
];

const mine = { kind: 'terminal', name: 'bash', hidden: false, protection: 'scoped', scope: 'agents' };

interface Question extends UnknownRecord {
  readonly pid: number;
  readonly sid: number;
}

const typed: Question = { pid: 300, ppid: 200, sid: 200, session: 'preload-200' };

function start(context: TestContext): Promise<RunningFixture> {
  return startFixture(context, { processes: machine });
}

/** Asks as the kernel would see it: from the process that the question names. */
async function ask(fixture: RunningFixture, command: string, question: Question): Promise<UnknownRecord> {
  fixture.caller.pid = question.pid;
  const answer = await fixture.ask(command, question);
  fixture.caller.pid = 200;
  return answer;
}

async function register(fixture: RunningFixture, pid: number, registration: UnknownRecord): Promise<void> {
  const { status, text } = await fixture.call('PUT', `/v1/sessions/${pid}`, registration);
  assert.equal(status, 200, text);
}

/** The session ids in the table that libraries read. */
function dormantIds(fixture: RunningFixture): readonly number[] {
  const file = readFileSync(fixture.paths.state);
  const ids: number[] = [];
  for (let at = dormantTable.offset; file.readUInt32LE(at + 8) !== 0; at += dormantTable.entryBytes) {
    ids.push(file.readUInt32LE(at + 8));
  }
  return ids;
}

function summary(fixture: RunningFixture): readonly string[] {
  return fixture.records().map((record) => {
    const { command } = record['request'] as UnknownRecord;
    return [command, record['actor'], record['agent']].join(' ');
  });
}

test('leaves a terminal alone that a person uses, until an agent appears in it', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  assert.deepEqual(dormantIds(fixture), [200]);
  assert.equal((await ask(fixture, 'rm -rf x', typed))['allowed'], true);
  assert.deepEqual(summary(fixture), []);

  const agents = { ...typed, pid: 410, ppid: 400, markers: ['CLAUDECODE', 'AI_AGENT'] };
  assert.equal((await ask(fixture, 'rm -rf x', agents))['allowed'], false);
  assert.deepEqual(dormantIds(fixture), [], 'libraries ask about everything there now');
  assert.equal((await ask(fixture, 'rm -rf y', typed))['allowed'], true, 'a person still does as they like');
  assert.deepEqual(summary(fixture), ['rm -rf x agent claude-code']);
});

test('knows what an agent started by its ancestors, and what it left behind', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  const bare = { ...typed, pid: 410, ppid: 400, markers: [] };
  assert.equal((await ask(fixture, 'rm -rf a', bare))['allowed'], false);
  const left = { ...typed, pid: 420, ppid: 1 };
  assert.equal((await ask(fixture, 'rm -rf b', left))['allowed'], false);
  assert.deepEqual(summary(fixture), ['rm -rf a agent claude-code', 'rm -rf b agent agent']);
});

test('calls what an extension started by its agent, where that can be told', async (context) => {
  const host = { environment: ['RAMPART_AGENT=editor-extensions'], session: 900 } as const;
  const fixture = await startFixture(context, {
    processes: [
      { pid: 900, ppid: 1, session: 900 },
      { pid: 910, ppid: 900, executable: '/x/claude', ...host },
      { pid: 911, ppid: 910, ...host },
      { pid: 920, ppid: 900, executable: '/usr/bin/node', ...host },
    ],
  });
  const extensions = { sid: 900, agent: 'editor-extensions' };
  await ask(fixture, 'true a', { ...extensions, pid: 911, ppid: 910 });
  await ask(fixture, 'true b', { ...extensions, pid: 920, ppid: 900 });
  await ask(fixture, 'true c', { ...extensions, pid: 920, ppid: 900, markers: ['CODEX_THREAD_ID'] });
  assert.deepEqual(summary(fixture), [
    'true a agent claude-code',
    'true b agent editor-extensions',
    'true c agent codex',
  ]);
});

test('knows an agent whose own host sets no marker that the library reports', async (context) => {
  const environment = ['CURSOR_EXTENSION_HOST_ROLE=agent-exec'];
  const extensions = [...environment, 'RAMPART_AGENT=editor-extensions'];
  const fixture = await startFixture(context, {
    processes: [
      ...machine,
      { pid: 900, ppid: 200, session: 200, environment },
      { pid: 910, ppid: 900, session: 910, environment },
      { pid: 920, ppid: 900, session: 200, environment: extensions },
      { pid: 930, ppid: 200, session: 200, environment: ['CURSOR_EXTENSION_HOST_ROLE=main'] },
    ],
  });
  await register(fixture, 200, mine);
  assert.equal((await ask(fixture, 'rm -rf own', { ...typed, pid: 930 }))['allowed'], true);
  await ask(fixture, 'rm -rf terminal', { pid: 910, ppid: 900, sid: 910, session: 'preload-910' });
  await ask(fixture, 'rm -rf host', { ...typed, pid: 920, ppid: 900, agent: 'editor-extensions' });
  await ask(fixture, 'rm -rf shared', { ...typed, pid: 900, ppid: 200 });
  assert.deepEqual(summary(fixture), [
    'rm -rf terminal agent preload',
    'rm -rf host agent cursor',
    'rm -rf shared agent cursor',
  ]);
});

test('asks about an agent that a person starts in their own terminal', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  await ask(fixture, 'codex', { ...typed, exe: '/usr/bin/codex' });
  assert.deepEqual(summary(fixture), ['codex agent codex']);
});

test('enforces what a tree of `rampart preload` does in a terminal that is left alone', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  assert.equal((await ask(fixture, 'rm -rf a', { ...typed, door: 'preload' }))['allowed'], false);
  assert.equal((await ask(fixture, 'rm -rf b', { ...typed, pid: 800 }))['allowed'], false);
});

test('goes by what a person said of a terminal, whatever the scope', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, { ...mine, protection: 'protected' });
  assert.deepEqual(dormantIds(fixture), []);
  assert.equal((await ask(fixture, 'rm -rf x', typed))['allowed'], false);
  assert.deepEqual(summary(fixture), ['rm -rf x person preload']);
  await register(fixture, 200, mine);
  assert.deepEqual(dormantIds(fixture), [], 'a window that says nothing takes nothing back');
  await register(fixture, 200, { ...mine, scope: 'all', protection: 'released' });
  assert.deepEqual(dormantIds(fixture), [200]);
});

test('follows the scope in terminals that are open', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  await register(fixture, 200, { ...mine, scope: 'all' });
  assert.deepEqual(dormantIds(fixture), []);
  assert.equal((await ask(fixture, 'rm -rf x', typed))['allowed'], false);
  await register(fixture, 200, mine);
  assert.deepEqual(dormantIds(fixture), [200]);
});

for (const [what, told] of Object.entries({
  'a task': { kind: 'task' },
  'a hidden terminal': { hidden: true },
  'a terminal that an agent opened': { agent: 'cline' },
})) {
  test(`leaves ${what} never alone, also when a window forgot what it is`, async (context) => {
    const fixture = await start(context);
    await register(fixture, 200, { ...mine, ...told });
    await register(fixture, 200, { ...mine, name: '' });
    assert.deepEqual(dormantIds(fixture), []);
    assert.equal((await ask(fixture, 'rm -rf x', typed))['allowed'], false);
  });
}

test('protects a terminal that was opened as a protected one', async (context) => {
  const marked = { pid: 900, ppid: 1, session: 900, environment: ['RAMPART_TERMINAL=protected'] };
  const fixture = await startFixture(context, { processes: [marked] });
  await register(fixture, 900, mine);
  assert.deepEqual(dormantIds(fixture), []);
});

test('takes a session that nobody registers for one of those it was started from', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  const inner = { pid: 510, ppid: 500, sid: 500, session: 'preload-200' };
  assert.equal((await ask(fixture, 'rm -rf x', inner))['allowed'], true);
  assert.deepEqual(dormantIds(fixture), [200, 500]);
  await register(fixture, 200, { ...mine, protection: 'protected' });
  assert.deepEqual(dormantIds(fixture), []);
  assert.equal((await ask(fixture, 'rm -rf x', inner))['allowed'], false);
});

test('takes a session whose ancestors are gone for one of those that named it', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  const pane = { pid: 700, ppid: 1, sid: 700, session: 'preload-200' };
  assert.equal((await ask(fixture, 'rm -rf x', pane))['allowed'], true);
});

test('takes a session for the one that those go by from whom it was started', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  await register(fixture, 200, { ...mine, protection: 'protected' });
  const server = { pid: 700, ppid: 1, sid: 700, session: 'preload-200' };
  await ask(fixture, 'ls', server);
  const pane = { pid: 720, ppid: 700, sid: 720, session: 'preload-200' };
  assert.equal((await ask(fixture, 'rm -rf x', pane))['allowed'], false);
  assert.deepEqual(summary(fixture), ['ls person preload', 'rm -rf x person preload']);
  assert.deepEqual(
    fixture.records().map(({ terminal }) => terminal),
    ['bash', 'bash'],
    'it is called as that one is',
  );
});

test('tells by which session a pane goes before anything is asked in it', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  const said = { ...tableFrame, kind: 'hello', door: 'load', exe: '/bin/sh', argv: [] } as const;
  append(fixture, { ...said, pid: 720, ppid: 700, sid: 720 });
  await until('it is told', async () => {
    const { sessions } = (await fixture.call('GET', '/v1/sessions')).body as { sessions: UnknownRecord[] };
    return sessions.some(({ pid, parent, name }) => pid === 720 && parent === 200 && name === 'bash');
  });
  assert.deepEqual(dormantIds(fixture), [200, 720], 'a person is left alone in it, too');
});

test('takes a session that an agent started for an agent’s', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  const inner = { pid: 600, ppid: 400, sid: 600, session: 'preload-200' };
  assert.equal((await ask(fixture, 'rm -rf x', inner))['allowed'], false);
  assert.deepEqual(summary(fixture), ['rm -rf x agent preload']);
});

test('lets nobody go by the number of a session that counts its processes anew', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  // The kernel names another process than the question does.
  assert.equal((await fixture.ask('rm -rf x', typed))['allowed'], false);
});

test('has the record of a session of which nobody told yet wait, and puts it in the log then', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  assert.equal((await ask(fixture, 'rm -rf x', typed))['allowed'], false, 'it is enforced already');
  await ask(fixture, 'ls', { ...typed, id: 'ab'.repeat(16) });
  assert.deepEqual(summary(fixture), []);
  assert.match(readFileSync(fixture.paths.held, 'utf8'), /"id":"abab/);
  await register(fixture, 200, { ...mine, kind: 'task' });
  assert.deepEqual(summary(fixture), ['rm -rf x automation preload', 'ls automation preload']);
  assert.equal(readFileSync(fixture.paths.held, 'utf8'), '');
});

test('knows whose the record of a short task is, though the task has ended and others looked meanwhile', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  await ask(fixture, 'ls', { pid: 710, ppid: 700, sid: 700, session: 'preload-700' });
  rmSync(join(fixture.folder, 'proc', '700'), { recursive: true });
  await fixture.call('GET', '/v1/sessions');
  await register(fixture, 700, { ...mine, kind: 'task', name: 'short' });
  await until('it is recorded', () => summary(fixture).length > 0);
  assert.deepEqual(summary(fixture), ['ls automation preload']);
});

test('drops the records of a terminal that turns out to be left alone, but no refusal', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  await ask(fixture, 'ls', typed);
  await ask(fixture, 'rm -rf x', typed);
  await register(fixture, 200, mine);
  assert.deepEqual(summary(fixture), ['rm -rf x person preload']);
});

test('asks no person about a session of which nobody told yet', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  const early = await ask(fixture, 'npm publish', typed);
  assert.match(String(early['notice']), /It was not known yet whose terminal this is; run it again\./);
  assert.deepEqual((await fixture.call('GET', '/v1/approvals')).body['approvals'], []);
  await register(fixture, 200, { ...mine, protection: 'protected' });
  const later = await ask(fixture, 'npm publish', { ...typed, pid: 410, ppid: 400 });
  assert.match(String(later['notice']), /Approval pending/);
});

/** Asks as a library that can wait, and is back when it was told to wait. */
async function askHeld(fixture: RunningFixture, command: string): Promise<Held> {
  fixture.caller.pid = typed.pid;
  const held = askWaiting(fixture, command, typed);
  await until('it is told to wait', () => held.interims() > 0);
  fixture.caller.pid = 200;
  return held;
}

test('holds what a person would be asked until a window told whose the terminal is', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  const held = await askHeld(fixture, 'npm publish');
  const list = async (): Promise<unknown> => (await fixture.call('GET', '/v1/approvals')).body['approvals'];
  assert.deepEqual(await list(), []);
  await register(fixture, 200, { ...mine, protection: 'protected' });
  const [approval] = await until('a person is asked', async () => {
    const approvals = (await list()) as readonly UnknownRecord[];
    return approvals.length > 0 && approvals;
  });
  await fixture.call('POST', `/v1/approvals/${String(approval?.['id'])}/resolve`, { approved: true });
  assert.equal((await held.answer)['allowed'], true);
});

for (const command of ['npm publish', 'rm -rf x']) {
  test(`lets ${command}, held meanwhile, run in a terminal that turns out to be left alone`, async (context) => {
    const fixture = await start(context);
    await fixture.openStream(window);
    const held = await askHeld(fixture, command);
    await register(fixture, 200, mine);
    assert.equal((await held.answer)['allowed'], true);
    assert.deepEqual(summary(fixture), []);
  });
}

test('refuses what it held in a terminal that turns out to be an agent’s, once', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  const held = await askHeld(fixture, 'rm -rf x');
  await register(fixture, 200, { ...mine, hidden: true });
  const { allowed, notice } = await held.answer;
  assert.equal(allowed, false);
  assert.doesNotMatch(String(notice), /not known yet/);
  assert.deepEqual(summary(fixture), ['rm -rf x agent preload']);
});

test('answers at once what it held when it ends', async (context) => {
  const fixture = await start(context);
  await fixture.openStream(window);
  const held = await askHeld(fixture, 'npm publish');
  fixture.endpoint.stop('the test is over');
  assert.equal((await held.answer)['allowed'], false);
});

test('takes a session for automation that no window could tell of', async (context) => {
  const fixture = await start(context);
  await ask(fixture, 'ls', typed);
  assert.deepEqual(summary(fixture), ['ls automation preload']);
});

test('finds records that waited when it was killed, and records none twice', async (context) => {
  const first = await start(context);
  await first.openStream(window);
  await ask(first, 'ls', { ...typed, id: 'cd'.repeat(16) });
  const held = readFileSync(first.paths.held);
  first.endpoint.stop('as good as killed');
  await first.endpoint.ended;
  assert.deepEqual(summary(first), ['ls automation preload']);
  writeFileSync(first.paths.held, Buffer.concat([held, Buffer.from('{"cut')]));
  const again = await startFixture(context, { folder: first.folder });
  context.after(() => again.endpoint.stop('the test is over'));
  assert.equal(summary(again).length, 1);
});

const tableFrame: JournalFrame = {
  kind: 'table',
  argvCut: false,
  guardable: true,
  errno: 0,
  id: '11'.repeat(16),
  time: 1_772_600_767_123_000_000n,
  ...{ pid: 300, ppid: 200, sid: 200, markers: [], started: 0, library: 'ab'.repeat(20) },
  ...{ door: 'execve', agent: 'preload', session: 'preload-200', exe: '/bin/ls', cwd: '/w', argv: ['ls'] },
};

/** Writes to the journal as a library does. */
function append({ paths }: RunningFixture, frame: JournalFrame): void {
  const bytes = formatJournalFrame(frame);
  assert.ok(bytes.ok);
  appendFileSync(paths.journal, bytes.value);
}

test('drops what the verdict table allowed a person', async (context) => {
  const fixture = await start(context);
  await register(fixture, 200, mine);
  append(fixture, tableFrame);
  append(fixture, { ...tableFrame, id: '22'.repeat(16), markers: ['CLAUDECODE'] });
  await until('both are read', () => fixture.records().length === 1);
  assert.deepEqual(summary(fixture), ['ls agent claude-code']);
});

for (const [whose, asker] of [
  ['an agent’s while one is there', 'agent agent'],
  ['the person’s once the agent is gone', 'person preload'],
] as const) {
  test(`takes what ended before it was looked at for ${whose}`, async (context) => {
    const fixture = await start(context);
    await register(fixture, 200, { ...mine, protection: 'protected' });
    await ask(fixture, 'ls', { ...typed, pid: 410, ppid: 400, markers: ['CLAUDECODE'] });
    if (asker === 'person preload') rmSync(join(fixture.folder, 'proc', '400'), { recursive: true });
    append(fixture, { ...tableFrame, pid: 998, ppid: 997 });
    await until('it is read', () => fixture.records().length === 2);
    assert.deepEqual(summary(fixture), ['ls agent claude-code', `ls ${asker}`]);
  });
}
