import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { formatJournalFrame } from '../../../src/system/journalFrame.ts';
import type { JournalFrame } from '../../../src/system/journalFrame.ts';
import { bucketOf, hashVerdict, verdictTable } from '../../../src/system/stateTables.ts';
import type { VerdictCondition } from '../../../src/system/stateTables.ts';
import { until } from '../../support/until.ts';
import { fixturePolicy, startFixture } from './runningEndpoint.ts';
import type { RunningFixture } from './runningEndpoint.ts';

const list: UnknownRecord = {
  argv: ['ls', '-la'],
  exe: '/usr/bin/ls',
  cwd: '/w',
  pid: 300,
  ppid: 200,
  sid: 200,
  door: 'execve',
};

/** Whether the library would start this without asking, on this condition. */
function hasVerdict(
  { paths }: RunningFixture,
  fields: UnknownRecord = list,
  condition: VerdictCondition = 'none',
): boolean {
  const { door, exe, cwd, argv } = { ...list, ...fields } as unknown as Parameters<typeof hashVerdict>[1];
  const file = readFileSync(paths.state);
  const hash = hashVerdict(file.subarray(40, 56), { door, exe, cwd, argv }, condition);
  if (hash === null) return false;
  const bucket = 64 + bucketOf(hash, verdictTable) * 64;
  return [0, 1, 2, 3, 4, 5, 6, 7].some((slot) => file.readBigUInt64LE(bucket + slot * 8) === hash);
}

test('puts a question into the table that the policy allows to everybody', async (context) => {
  const fixture = await startFixture(context);
  assert.equal(hasVerdict(fixture), false);
  await fixture.ask('ls -la', list);
  assert.equal(hasVerdict(fixture), true);
  assert.equal(hasVerdict(fixture, { cwd: '/' }), false, 'of this directory only');
  const shell = { door: 'system', exe: '/bin/sh', argv: ['sh', '-c', 'ls | wc -l'] };
  await fixture.ask('ls | wc -l', { ...list, ...shell });
  assert.equal(hasVerdict(fixture, shell), true);
  const script = { exe: '/w/./run', argv: ['./run'] };
  await fixture.ask('./run', { ...list, ...script });
  assert.equal(hasVerdict(fixture, script), true);
});

test('puts one on condition into the table where the decision rests on files that are no links', async (context) => {
  const reading = `${fixturePolicy}      - {action: deny, when: {reads: ["**/secret"]}}\n`;
  const fixture = await startFixture(context, { policy: reading });
  const cwd = fixture.folder;
  writeFileSync(join(cwd, 'secret'), '');
  symlinkSync('secret', join(cwd, 'link'));
  const reader = (name: string): UnknownRecord => ({ ...list, argv: ['cat', name], exe: '/bin/cat', cwd });
  assert.equal((await fixture.ask('cat notes', reader('notes')))['allowed'], true);
  append(fixture, { ...hit, exe: '/bin/cat', argv: ['cat', 'notes'], cwd });
  await until('the hit is recorded', () => fixture.records().length === 2);
  assert.equal((fixture.records()[1]?.['decision'] as UnknownRecord)['message'], '', 'as it was decided');
  const held = [hasVerdict(fixture, reader('notes')), hasVerdict(fixture, reader('notes'), 'unlinked')];
  assert.deepEqual(held, [false, true]);
  assert.equal((await fixture.ask('cat link', reader('link')))['allowed'], false);
  assert.equal(hasVerdict(fixture, reader('link'), 'unlinked'), false);
});

test('puts the files of a compiler into the table by one name, and records each by its own', async (context) => {
  const fixture = await startFixture(context);
  const assembler = (name: string): UnknownRecord => ({
    ...list,
    argv: ['as', '-o', 'x.o', `/tmp/${name}.s`],
    exe: '/usr/bin/as',
  });
  await fixture.ask('as -o x.o /tmp/ccAbc123.s', assembler('ccAbc123'));
  assert.equal(hasVerdict(fixture, assembler('ccZ9y8x7')), true);
  assert.equal(hasVerdict(fixture, assembler('ccZ9y8x')), false);
  append(fixture, { ...hit, exe: '/usr/bin/as', argv: ['as', '-o', 'x.o', '/tmp/ccZ9y8x7.s'] });
  await until('the hit is recorded', () => fixture.records().length === 2);
  const [, record] = fixture.records();
  assert.deepEqual(
    [(record?.['request'] as UnknownRecord)['command'], (record?.['decision'] as UnknownRecord)['message']],
    ['as -o x.o /tmp/ccZ9y8x7.s', ''],
  );
});

const without: Readonly<Record<string, readonly [command: string, fields: UnknownRecord]>> = {
  'that is denied': ['rm -rf x', { argv: ['rm', '-rf', 'x'], exe: '/bin/rm' }],
  'that needs approval': ['npm publish', { argv: ['npm', 'publish'], exe: '/bin/npm' }],
  'that is watched': ['curl x', { argv: ['curl', 'x'], exe: '/bin/curl' }],
  'that was cut': ['ls -la', { truncated: true }],
  'that is not UTF-8': ['ls -la', { argv_b64: ['bHM=', 'LWxh'] }],
  'whose directory is not known': ['ls -la', { cwd: null }],
  'whose program calls itself otherwise': ['ls -la', { exe: '/bin/rm' }],
  'whose program has another path than it says': ['x/ls -la', { argv: ['x/ls', '-la'] }],
  'whose text is another than its arguments': ['ls', {}],
  'of a shell that gets another text': ['ls', { door: 'system', exe: '/bin/sh', argv: ['sh', '-c', 'rm'] }],
  'without arguments': ['ls', { argv: [] }],
};

for (const [what, [command, fields]] of Object.entries(without)) {
  test(`puts no question into the table ${what}`, async (context) => {
    const fixture = await startFixture(context);
    await fixture.ask(command, { ...list, ...fields });
    assert.equal(hasVerdict(fixture, fields), false);
  });
}

test('puts nothing into the table that only a person or the mode allows', async (context) => {
  const fixture = await startFixture(context);
  const publish = { argv: ['npm', 'publish'], exe: '/bin/npm' };
  await fixture.ask('npm publish', { ...list, ...publish });
  const [approval] = (await fixture.call('GET', '/v1/approvals')).body[
    'approvals'
  ] as readonly UnknownRecord[];
  await fixture.call('POST', `/v1/approvals/${String(approval?.['id'])}/resolve`, { approved: true });
  const rerun = await fixture.ask('npm publish', { ...list, ...publish, pid: 301 });
  assert.deepEqual([rerun['allowed'], hasVerdict(fixture, publish)], [true, false]);
  await fixture.call('PUT', '/v1/mode', { mode: 'monitor' });
  const monitored = await fixture.ask('npm publish', { ...list, ...publish, pid: 302 });
  assert.deepEqual([monitored['allowed'], hasVerdict(fixture, publish)], [true, false]);
  const registration = { kind: 'terminal', name: 'x', hidden: false, protection: 'released' };
  await fixture.call('PUT', '/v1/sessions/200', registration);
  fixture.caller.pid = 303;
  await fixture.ask('ls -la', { ...list, pid: 303 });
  assert.equal(hasVerdict(fixture), false, 'a released terminal is one of a person');
});

test('puts nothing into the table while a rule counts calls', async (context) => {
  const counting = `${fixturePolicy}      - {action: deny, when: {command_matches: ["make *"], call_count: {gte: 3, window: 1h}}}\n`;
  const fixture = await startFixture(context, { policy: counting });
  await fixture.ask('ls -la', list);
  assert.equal(hasVerdict(fixture), false);
});

test('empties the table before another policy first answers', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('ls -la', list);
  writeFileSync(fixture.policyFile, fixturePolicy.replace('rm -rf *', 'ls*'));
  await fixture.call('POST', '/v1/policy/reload', {});
  assert.equal(hasVerdict(fixture), false);
  assert.equal((await fixture.ask('ls -la', { ...list, pid: 301 }))['allowed'], false);
});

/** The same commands, one after the other, in a directory. */
async function askInOrder(fixture: RunningFixture, cwd: string, programs: readonly string[]): Promise<void> {
  for (const program of programs) await fixture.ask(program, { ...list, ...called(program), cwd });
}

function called(program: string): UnknownRecord {
  const [name = ''] = program.split(' ');
  return { argv: program.split(' '), exe: `/usr/bin/${name}` };
}

test('gives verdicts to what followed in another directory, as the policy is now', async (context) => {
  const fixture = await startFixture(context);
  const programs = ['uname', 'whoami', 'rm -rf x', 'ls -l', 'date'];
  await askInOrder(fixture, '/w', programs);
  writeFileSync(fixture.policyFile, fixturePolicy.replace('curl *', 'ls*').replace('watch', 'deny'));
  await fixture.call('POST', '/v1/policy/reload', {});
  const elsewhere = (program: string): UnknownRecord => ({ ...called(program), cwd: '/v' });
  await askInOrder(fixture, '/v', programs.slice(0, 2));
  await until('what followed has a verdict', () => hasVerdict(fixture, elsewhere('date')));
  assert.deepEqual(
    ['rm -rf x', 'ls -l'].map((program) => hasVerdict(fixture, elsewhere(program))),
    [false, false],
    'not what is denied now',
  );
  assert.equal(fixture.records().filter(({ tool }) => tool === 'exec').length, programs.length + 2);
});

test('takes the verdicts of a directory back when its workspace gets a policy', async (context) => {
  const fixture = await startFixture(context);
  const workspace = join(fixture.folder, 'w');
  mkdirSync(join(workspace, '.git'), { recursive: true });
  const inside = { ...list, cwd: workspace };
  await fixture.ask('ls -la', inside);
  await fixture.ask('ls -la', list);
  assert.equal(hasVerdict(fixture, inside), true);
  mkdirSync(join(workspace, '.rampart'));
  const project =
    'version: "1"\npolicies:\n  - name: p\n    rules: [{action: deny, when: {command_matches: ["rm*"]}}]\n';
  writeFileSync(join(workspace, '.rampart', 'policy.yaml'), project);
  await until('its verdict is gone', () => !hasVerdict(fixture, inside));
  assert.equal(hasVerdict(fixture), true, 'that of another directory stays');
  await fixture.ask('ls -la', { ...inside, pid: 301 });
  await until('none is left that the old policy gave', () => !hasVerdict(fixture, inside));
});

const hit: JournalFrame = {
  kind: 'table',
  argvCut: false,
  guardable: true,
  errno: 0,
  id: '22'.repeat(16),
  time: 1_772_600_767_123_000_000n,
  pid: 300,
  ppid: 200,
  sid: 200,
  markers: ['CLAUDECODE', 'OZ_RUN_ID'],
  started: 3_000,
  library: null,
  door: 'execve',
  agent: 'claude-code',
  session: 's',
  exe: '/usr/bin/ls',
  cwd: '/w',
  argv: ['ls', '-la'],
};

function append({ paths }: RunningFixture, frame: JournalFrame): void {
  const formatted = formatJournalFrame(frame);
  assert.ok(formatted.ok);
  appendFileSync(paths.journal, formatted.value);
}

const allowing = fixturePolicy.replace(
  'rules:\n',
  'rules:\n      - {action: allow, when: {command_matches: ["ls*"]}, message: looks around}\n',
);

test('records what the table allowed like what it was asked, once', async (context) => {
  const fixture = await startFixture(context, { policy: allowing });
  const asked = await fixture.ask('ls -la', list);
  const stream = await fixture.openStream();
  append(fixture, hit);
  append(fixture, hit);
  append(fixture, { ...hit, id: '33'.repeat(16), argv: ['ls', '/'] });
  await stream.nextOf('audit');
  await stream.nextOf('audit');
  const [first, second, third, ...others] = fixture.records();
  assert.deepEqual(others, []);
  assert.deepEqual(
    [second?.['rule'], second?.['decision'], second?.['markers'], second?.['enforced']],
    [
      asked['rule'],
      { ...(first?.['decision'] as UnknownRecord), evaluation_time_us: 0 },
      ['CLAUDECODE', 'OZ_RUN_ID'],
      true,
    ],
  );
  assert.deepEqual(
    [third?.['rule'], (third?.['decision'] as UnknownRecord)['message']],
    [null, 'allowed by the verdict table'],
    'its verdict is not known any more',
  );
  const [session] = (await fixture.call('GET', '/v1/sessions')).body['sessions'] as readonly UnknownRecord[];
  assert.deepEqual([session?.['agent'], session?.['decisions']], ['claude-code', 3]);
  assert.deepEqual((await fixture.call('GET', '/v1/status')).body['call_counts'], { exec: 3 });
});

test('records nothing of what a person starts in a released terminal', async (context) => {
  const fixture = await startFixture(context);
  const registration = { kind: 'terminal', name: 'x', hidden: false, protection: 'released' };
  await fixture.call('PUT', '/v1/sessions/200', registration);
  // The release itself is noted.
  const released = fixture.records().length;
  const stream = await fixture.openStream();
  append(fixture, { ...hit, agent: 'preload', markers: [] });
  append(fixture, { ...hit, id: '33'.repeat(16) });
  await stream.nextOf('audit');
  assert.deepEqual(
    fixture
      .records()
      .slice(released)
      .map(({ id }) => id),
    ['33'.repeat(16)],
  );
});
