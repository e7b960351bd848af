import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { UnknownRecord } from '../../../src/base/record.ts';
import { verifyAuditFiles } from '../../../src/cli/verifyAuditLog.ts';
import { recordOfIncident } from '../../../src/endpoint/auditEntry.ts';
import { listLogNames } from '../../../src/endpoint/auditFolder.ts';
import { AuditLog } from '../../../src/endpoint/auditLog.ts';
import type { AuditLogSettings } from '../../../src/endpoint/auditLog.ts';
import { extensionsAgent } from '../../../src/protocol/environment.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { until } from '../../support/until.ts';
import { readRecords, startFixture } from './runningEndpoint.ts';

const day = '2026-03-04';

interface LogFixture {
  readonly folder: string;
  readonly clock: { time: number };
  readonly messages: string[];
  readonly open: (settings?: Partial<AuditLogSettings>) => AuditLog;
  /** Appends one record; gives back whether it is in the log. */
  readonly append: (log: AuditLog) => boolean;
  readonly ids: () => readonly unknown[];
  /** How many records the chain has, and what is wrong with it. */
  readonly verify: () => Promise<readonly [number, readonly string[]]>;
}

function createLog(context: TestContext): LogFixture {
  const folder = join(temporaryFolder(context), 'audit');
  const clock = { time: Date.parse(`${day}T05:06:07Z`) };
  const messages: string[] = [];
  const write = (message: string): void => void messages.push(message);
  const logger = { info: write, warn: write, error: write };
  let serial = 0;
  return {
    folder,
    clock,
    messages,
    open: (settings = {}) => {
      const log = new AuditLog({
        folder,
        clock: { now: () => clock.time },
        logger,
        isOurs: () => true,
        ...settings,
      });
      context.after(() => log.dispose());
      return log;
    },
    append: (log) => {
      serial += 1;
      const id = serial.toString(16).padStart(32, '0');
      const incident = { what: 'test', message: 'x'.repeat(500), refused: false };
      const nobody = { pid: null, exe: null, door: null };
      const record = recordOfIncident(incident, nobody, { id, now: clock.time, mode: 'enforce' });
      return log.append(id, JSON.stringify(record));
    },
    ids: () => readRecords(folder).map(({ id }) => Number(`0x${String(id)}`)),
    verify: async () => {
      const { records, problems } = await verifyAuditFiles(
        listLogNames(folder).map((name) => join(folder, name)),
      );
      return [records, problems.map(({ message }) => message)];
    },
  };
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_none, index) => index + 1);

test('puts a full file aside and goes on, in one chain', async (context) => {
  const fixture = createLog(context);
  const log = fixture.open({ maxFileBytes: 3_000 });
  for (let count = 0; count < 12; count += 1) assert.equal(fixture.append(log), true);
  fixture.clock.time += 86_400_000;
  fixture.append(log);
  const names = readdirSync(fixture.folder).sort();
  assert.deepEqual(names.slice(0, 2), [`${day}.001.jsonl`, `${day}.002.jsonl`]);
  assert.deepEqual(names.slice(-2), [`${day}.jsonl`, '2026-03-05.jsonl']);
  assert.deepEqual(fixture.ids(), upTo(13));
  assert.deepEqual(await fixture.verify(), [13, []]);
});

test('keeps what its bounds allow, and tells what went', async (context) => {
  const fixture = createLog(context);
  const first = fixture.open({ maxFileBytes: 3_000 });
  for (let count = 0; count < 12; count += 1) fixture.append(first);
  writeFileSync(join(fixture.folder, 'notes.txt'), 'not ours');
  fixture.clock.time += 86_400_000;
  const retention = { maxDays: 2, maxBytes: 4_000 };
  const second = fixture.open({ retention });
  fixture.append(second);
  const kept = readdirSync(fixture.folder).sort();
  assert.ok(kept.includes(`${day}.jsonl`) && !kept.includes(`${day}.001.jsonl`), kept.join(' '));
  assert.match(fixture.messages.join('\n'), /no longer kept of the audit log: 2026-03-04\.001\.jsonl/);
  fixture.clock.time += 2 * 86_400_000;
  fixture.append(second);
  assert.deepEqual(readdirSync(fixture.folder).sort(), ['2026-03-07.jsonl', 'notes.txt']);
  assert.deepEqual(await fixture.verify(), [1, []]);
});

test('removes nothing from a folder that is no longer its own', (context) => {
  const fixture = createLog(context);
  mkdirSync(fixture.folder);
  writeFileSync(join(fixture.folder, '2020-01-01.jsonl'), '');
  fixture.append(fixture.open({ isOurs: () => false }));
  assert.deepEqual(readdirSync(fixture.folder).sort(), ['2020-01-01.jsonl', `${day}.jsonl`]);
});

test('stays in the order of its lines when the clock is set back over midnight, or by years', async (context) => {
  const fixture = createLog(context);
  const log = fixture.open();
  fixture.append(log);
  fixture.clock.time -= 6 * 3_600_000;
  fixture.append(log);
  fixture.append(fixture.open());
  for (const days of [20, 300, 20_000]) {
    fixture.clock.time -= days * 86_400_000;
    fixture.append(fixture.open());
  }
  assert.deepEqual(readdirSync(fixture.folder), [`${day}.jsonl`]);
  assert.deepEqual(await fixture.verify(), [6, []]);
});

test('comes back from a clock that was years ahead, in one chain, and loses no day to it', async (context) => {
  const fixture = createLog(context);
  const log = fixture.open({ maxFileBytes: 3_000 });
  const ahead = 20 * 365 * 86_400_000;
  fixture.append(log);
  fixture.clock.time += 86_400_000;
  fixture.append(log);
  fixture.clock.time += ahead;
  for (let count = 0; count < 6; count += 1) fixture.append(log);
  fixture.clock.time -= ahead;
  fixture.append(log);
  fixture.append(fixture.open());
  const days = new Set(readdirSync(fixture.folder).map((name) => name.slice(0, 10)));
  assert.deepEqual([...days].sort(), [day, '2026-03-05']);
  assert.deepEqual(fixture.ids(), upTo(10));
  assert.deepEqual(await fixture.verify(), [10, []]);
  fixture.clock.time += 200 * 86_400_000;
  fixture.append(fixture.open());
  fixture.clock.time += 86_400_000;
  fixture.append(fixture.open());
  assert.deepEqual(readdirSync(fixture.folder).sort(), ['2026-09-21.jsonl', '2026-09-22.jsonl']);
});

test('has everything that came together in the file, in one chain, even where what told of it broke off', async (context) => {
  const fixture = createLog(context);
  const log = fixture.open();
  fixture.append(log);
  const tell = (count: number): void => {
    for (let told = 0; told < count; told += 1) fixture.append(log);
  };
  log.together(() => tell(1_000));
  assert.deepEqual(fixture.ids(), upTo(1_001));
  assert.throws(() =>
    log.together(() => {
      tell(2);
      throw new Error('broken off');
    }),
  );
  assert.equal(fixture.append(log), true);
  assert.deepEqual(fixture.ids(), upTo(1_004));
  assert.deepEqual(await fixture.verify(), [1_004, []]);
});

test('says what waits when the disk takes nothing of what came together', async (context) => {
  const fixture = createLog(context);
  writeFileSync(fixture.folder, 'in the way');
  const log = fixture.open();
  log.together(() => {
    fixture.append(log);
    fixture.append(log);
  });
  assert.match(log.problem ?? '', /; 2 records wait, 0 are lost/);
  rmSync(fixture.folder);
  log.together(() => fixture.append(log));
  assert.equal(log.problem, null);
  assert.deepEqual(fixture.ids(), upTo(3));
  assert.deepEqual(await fixture.verify(), [3, []]);
});

test('loses and doubles nothing while the disk takes nothing', async (context) => {
  const fixture = createLog(context);
  const log = fixture.open();
  const told: (string | null)[] = [];
  log.onDidChangeProblem(() => told.push(log.problem));
  fixture.append(log);
  const file = join(fixture.folder, `${day}.jsonl`);
  const before = readFileSync(file);
  rmSync(file);
  mkdirSync(file);
  log.dispose();
  const full = fixture.open();
  full.onDidChangeProblem(() => told.push(full.problem));
  for (let count = 0; count < 1_500; count += 1) assert.equal(fixture.append(full), false);
  assert.match(full.problem ?? '', /EISDIR.*; 1500 records wait, 0 are lost/);
  rmdirSync(file);
  writeFileSync(file, before);
  await until('everything is in the log', () => fixture.ids().length === 1_501);
  assert.deepEqual(fixture.ids(), upTo(1_501));
  assert.equal(full.problem, null);
  assert.match(told[0] ?? '', /EISDIR/);
  assert.equal(told.at(-1), null);
});

test('tells the windows when the log cannot be written, and when it can again', async (context) => {
  const fixture = await startFixture(context);
  const stream = await fixture.openStream('/v1/events/stream?type=policy');
  await stream.next();
  writeFileSync(fixture.paths.audit, 'in the way');
  await fixture.ask('ls');
  assert.match(JSON.stringify(await stream.nextOf('policy')), /the audit log cannot be written/);
  rmSync(fixture.paths.audit);
  await fixture.ask('ls');
  assert.deepEqual((await stream.nextOf('policy'))['problems'], []);
});

test('counts what had no room any more while it waited for the disk, and says so in the log', async (context) => {
  const fixture = await startFixture(context);
  writeFileSync(fixture.paths.audit, 'in the way');
  const argv = ['x'.repeat(65_000)];
  const asked = 300;
  for (let count = 0; count < asked; count += 1) await fixture.ask('y'.repeat(65_000), { argv });
  const status = async (): Promise<UnknownRecord> => (await fixture.call('GET', '/v1/status')).body;
  const lost = Number((await status())['lost_records']);
  assert.ok(lost > 10 && lost < asked, String(lost));
  assert.match(JSON.stringify((await status())['problems']), new RegExp(` ${lost} are lost`));
  rmSync(fixture.paths.audit);
  const told = await until('it is in the log', () => {
    const records = existsSync(fixture.paths.audit) ? fixture.records() : [];
    return records.length > asked - lost && records;
  });
  assert.equal(told.length, asked - lost + 1);
  assert.match(JSON.stringify(told.at(-1)), new RegExp(`"${lost} records are lost: too many waited`));
  assert.deepEqual((await status())['problems'], []);
  assert.equal((await status())['lost_records'], lost);
});

test('counts for the next endpoint what still waited for the disk at its end', async (context) => {
  const first = await startFixture(context);
  writeFileSync(first.paths.audit, 'in the way');
  for (const command of ['a', 'b', 'c']) await first.ask(command);
  first.endpoint.stop('while the disk is full');
  await first.endpoint.ended;
  rmSync(first.paths.audit);
  const second = await startFixture(context, { folder: first.folder });
  const [told] = await until('it is in the log', () => second.records().length > 0 && second.records());
  assert.match(JSON.stringify(told), /"3 records are lost: /);
});

test('hands out and counts a day that has several files as one', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('ls');
  const line = readFileSync(join(fixture.paths.audit, `${day}.jsonl`));
  writeFileSync(join(fixture.paths.audit, `${day}.001.jsonl`), Buffer.concat([line, line]));
  const exported = await fixture.call('GET', `/v1/audit/export?date=${day}`);
  assert.equal(exported.text, Buffer.concat([line, line, line]).toString());
  assert.deepEqual((await fixture.call('GET', '/v1/audit/dates')).body['dates'], [day]);
  const events = await fixture.call('GET', `/v1/audit/events?date=${day}&limit=2`);
  assert.deepEqual([events.body['total_in_file'], events.body['next_offset']], [3, 2]);
  const stats = await fixture.call('GET', `/v1/audit/stats?from=${day}`);
  assert.equal(stats.body['total_events'], 3);
});

test('cuts a record that is too long, and says so', async (context) => {
  const fixture = await startFixture(context);
  await fixture.ask('x'.repeat(100_000), { argv: ['x', 'y'.repeat(60_000), 'z'.repeat(60_000), 'end'] });
  await fixture.ask('x', { argv: ['x'] });
  const [cut, whole] = fixture.records();
  const argv = cut?.['argv'] as readonly string[];
  assert.deepEqual(
    argv.map((argument) => argument.length),
    [1, 60_000, 5_533],
  );
  assert.equal((cut?.['request'] as { command: string }).command.length, 65_536);
  assert.deepEqual([cut?.['truncated'], whole?.['truncated']], [true, false]);
});

test('keeps the beginning of what an editor runs to find open ports, and all of anything else', async (context) => {
  const fixture = await startFixture(context);
  const files = Array.from({ length: 3_000 }, (_, index) => `/proc/${index + 1}/fd/${index}`);
  const argv = ['ls', '-l', ...files];
  await fixture.ask(argv.join(' '), { argv, agent: extensionsAgent });
  await fixture.ask(argv.join(' '), { argv });
  await fixture.ask([...argv, '/etc/shadow'].join(' '), {
    argv: [...argv, '/etc/shadow'],
    agent: extensionsAgent,
  });
  const commands = fixture.records().map(({ request }) => (request as { command: string }).command);
  assert.deepEqual(
    commands.map(({ length }) => length > 1_000),
    [false, true, true],
  );
  assert.match(commands[0] ?? '', /^ls -l \/proc\/1\/fd\/0 /);
  assert.equal(fixture.records()[0]?.['truncated'], true);
});
