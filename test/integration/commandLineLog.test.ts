import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sealRecord } from '../../src/system/auditChain.ts';
import { parseObject, Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** Writes a log of three days, chained; the last one is today. Gives back the days. */
function writeLog(rampart: Rampart): readonly string[] {
  const folder = join(rampart.stateDirectory, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const days = ['2026-01-01', '2026-01-02', new Date().toISOString().slice(0, 10)];
  let previous = '';
  for (const [index, day] of days.entries()) {
    const lines = ['ada', 'bob'].map((agent) => {
      const record = {
        id: `${day}-${agent}`,
        timestamp: `${day}T00:00:0${index}.000Z`,
        agent,
        session: `s${index}`,
        tool: 'exec',
        request: { command: `touch ${agent}` },
        decision: { action: agent === 'ada' ? 'deny' : 'allow', message: 'why' },
      };
      const sealed = sealRecord(JSON.stringify(record), previous);
      previous = sealed.hash;
      return `${sealed.line}\n`;
    });
    writeFileSync(join(folder, `${day}.jsonl`), lines.join(''));
  }
  return days;
}

async function idsOf(rampart: Rampart, ...words: readonly string[]): Promise<readonly unknown[]> {
  return (await rampart.log(...words)).map(({ id }) => id);
}

test('`log` shows what was asked for: by action, agent, session, text, time and number', async (context) => {
  const rampart = new Rampart(context);
  const [first, second, today] = writeLog(rampart);
  const all = [first, second, today].flatMap((day) => [`${day}-ada`, `${day}-bob`]);
  assert.deepEqual(await idsOf(rampart), all);
  assert.deepEqual(
    await idsOf(rampart, '--action', 'allow', '--since', '2026-01-02', '--until', '2026-01-03'),
    [`${second}-bob`],
  );
  assert.deepEqual(await idsOf(rampart, '--agent', 'ada', '--session', 's0'), [`${first}-ada`]);
  assert.deepEqual(await idsOf(rampart, '--text', 'bob', '--tail', '2'), [`${second}-bob`, `${today}-bob`]);
  assert.deepEqual(await idsOf(rampart, '--since', '2d'), [`${today}-ada`, `${today}-bob`]);
});

test('`log --follow` goes on with what is recorded, and ends when its reader does', async (context) => {
  const rampart = new Rampart(context);
  const [, second] = writeLog(rampart);
  await rampart.serve();
  const following = rampart.start(['log', '--follow', '--json', '--tail', '1', '--text', 'touch']);
  await until('the last record is shown', () => following.said.stdout.includes('-bob"'));
  assert.equal(following.said.stdout.includes('-ada"'), false);
  const file = join(rampart.stateDirectory, 'audit', String(second));
  renameSync(`${file}.jsonl`, `${file}.001.jsonl`);
  await rampart.guard(['touch', 'forbidden']);
  await rampart.guard(['touch', 'fine']);
  await until('both are shown', () => following.said.stdout.includes('touch fine'));
  const lines = following.said.stdout.split('\n').filter(Boolean).map(parseObject);
  assert.equal(lines.length, 3);
  following.child.stdout?.destroy();
  await rampart.guard(['touch', 'more']);
  assert.equal((await following.finished).status, 0);
});

test('`log --delete` deletes whole days, leaves a whole chain, and says what that means', async (context) => {
  const rampart = new Rampart(context);
  const [first, second, today] = writeLog(rampart);
  const left = (): readonly string[] => readdirSync(join(rampart.stateDirectory, 'audit')).sort();
  const unsure = await rampart.run(['log', '--delete', '--before', '2026-01-02'], { input: 'n\n' });
  assert.deepEqual([unsure.status, unsure.stdout, left().length], [1, '', 3]);
  assert.match(
    unsure.stderr,
    /^Delete the records of 2026-01-01, 1 KiB, for good\? \[y\/N\] .*nothing was deleted$/ms,
  );
  const asked = await rampart.run(['log', '--delete', '--before', '2026-01-02'], { input: 'y\n' });
  assert.equal(asked.status, 0);
  assert.match(
    asked.stdout,
    /^deleted .* The chain of what stays is whole, and begins with its first record\.\n$/,
  );
  assert.deepEqual(left(), [`${second}.jsonl`, `${today}.jsonl`]);
  assert.equal((await rampart.run(['verify'])).stdout, '4 records: the chain is whole\n');
  const { child } = await rampart.serve();
  const kept = await rampart.run(['log', '--delete', '--yes']);
  assert.deepEqual([kept.status, left()], [0, [`${today}.jsonl`]]);
  assert.match(kept.stderr, /the records of .* stay, an endpoint writes them: `rampart stop` first/);
  assert.equal((await rampart.run(['stop'])).status, 0);
  assert.notEqual(child.pid, undefined);
  const rest = await rampart.run(['log', '--delete', '--yes']);
  assert.deepEqual([rest.status, left()], [0, []]);
  assert.match(rest.stdout, /The chain begins anew with the next record\.\n$/);
  const nothing = await rampart.run(['log', '--delete', '--yes']);
  assert.deepEqual([nothing.status, /nothing to delete/.test(nothing.stderr)], [1, true]);
  assert.equal(first, '2026-01-01');
});

test('a guarded program deletes no record', async (context) => {
  const rampart = new Rampart(context);
  writeLog(rampart);
  await rampart.serve();
  const words = [process.execPath, join(process.cwd(), 'dist', 'cli.js'), 'log', '--delete', '--yes'];
  const { status, stderr } = await rampart.guard(words);
  assert.deepEqual([status, /a guarded program cannot delete records/.test(stderr)], [4, true]);
  assert.ok(existsSync(join(rampart.stateDirectory, 'audit', '2026-01-01.jsonl')));
});

test('`audit` lists days, prints one, counts and verifies', async (context) => {
  const rampart = new Rampart(context);
  const days = writeLog(rampart);
  assert.deepEqual((await rampart.run(['audit', 'dates'])).stdout.trim().split('\n'), [...days].reverse());
  const day = await rampart.run(['audit', 'export', '2026-01-02']);
  assert.deepEqual([day.status, day.stdout.trim().split('\n').length], [0, 2]);
  const none = await rampart.run(['audit', 'export', '2020-01-01']);
  assert.deepEqual([none.status, none.stdout, /no audit log of 2020-01-01/.test(none.stderr)], [1, '', true]);
  const stats = parseObject((await rampart.run(['audit', 'stats', '--json', '--to', '2026-01-02'])).stdout);
  assert.deepEqual(stats, {
    total_events: 4,
    by_action: { deny: 2, allow: 2 },
    by_tool: { exec: 4 },
    by_agent: { ada: 2, bob: 2 },
    by_session: { s0: 2, s1: 2 },
  });
  assert.deepEqual(parseObject((await rampart.run(['audit', 'verify', '--json'])).stdout), {
    ok: true,
    records: 6,
    files: 3,
    problems: [],
  });
});

test('a record that was changed, or taken out, is named by every command that verifies', async (context) => {
  const rampart = new Rampart(context);
  writeLog(rampart);
  const [first, second] = ['2026-01-01', '2026-01-02'].map((day) =>
    join(rampart.stateDirectory, 'audit', `${day}.jsonl`),
  );
  assert.ok(first !== undefined && second !== undefined);
  writeFileSync(first, readFileSync(first, 'utf8').replace('touch bob', 'touch bib'));
  writeFileSync(second, readFileSync(second, 'utf8').replace(/^.*\n/, ''));
  const problems = [
    { file: first, line: 2, message: 'the record was changed' },
    { file: second, line: 1, message: 'the record before was taken away or changed' },
  ];
  const text = problems.map(({ file, line, message }) => `${file}:${line}: ${message}\n`).join('');
  for (const words of [['log', '--verify'], ['verify'], ['audit', 'verify']]) {
    const told = await rampart.run(words);
    assert.deepEqual(
      [told.status, told.stdout, told.stderr],
      [1, `${text}5 records: the chain is broken\n`, ''],
    );
    const json = await rampart.run([...words, '--json']);
    assert.deepEqual([json.status, json.stderr], [1, '']);
    assert.deepEqual(parseObject(json.stdout), { ok: false, records: 5, files: 3, problems });
  }
});
