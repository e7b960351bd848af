import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import { GuardedShell } from '../support/guardedShell.ts';
import type { LineOutcome } from '../support/guardedShell.ts';
import { cli, parseObject, Rampart, summaryOf } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** A shell of a person whose state directory is a small disk of its own; both are gone with the test. */
class ShellOnSmallDisk {
  readonly #shell: GuardedShell;

  private constructor(shell: GuardedShell) {
    this.#shell = shell;
  }

  /** Processes of its own, so that an endpoint that nobody outside can see ends with the shell. */
  static async open(context: TestContext): Promise<ShellOnSmallDisk> {
    const rampart = new Rampart(context);
    mkdirSync(rampart.stateDirectory);
    const apart = ['unshare', '-rmpf', '--mount-proc', '--kill-child'] as const;
    const library = `${process.cwd()}/dist/native/${process.platform}-${process.arch}/librampart.so`;
    const running = rampart.startProgram([...apart, 'sh', '-c', 'setsid bash --norc; :'], {
      environment: {
        D: rampart.stateDirectory,
        GUARD: `LD_PRELOAD=${library} RAMPART_URL=unix://${rampart.stateDirectory}/endpoint.sock`,
        POLICY: rampart.policy,
      },
    });
    const shell = new ShellOnSmallDisk(new GuardedShell(rampart, [], {}, running));
    await shell.run(`rampart() { '${process.execPath}' '${cli}' "$@"; }`);
    await shell.run('mount -t tmpfs -o size=1m,mode=700 none "$D"');
    return shell;
  }

  /** Runs a line that must succeed. */
  async run(line: string): Promise<string> {
    const outcome = await this.try(line);
    assert.equal(outcome.status, 0, `${line}: ${outcome.stdout}${outcome.stderr}`);
    return outcome.stdout;
  }

  try(line: string): Promise<LineOutcome> {
    return this.#shell.run(line);
  }

  async serve(): Promise<void> {
    await this.run(
      'rampart serve --no-default-policy --policy "$POLICY" </dev/null >ready 2>errors & endpoint=$!',
    );
    await until('the endpoint listens', async () => (await this.try('test -s ready')).status === 0);
  }

  async killEndpoint(): Promise<void> {
    await this.try('kill -KILL "$(cat "$D/lock")"; wait $endpoint; rm ready');
  }

  async fill(): Promise<void> {
    const { stderr } = await this.try('cat /dev/zero >"$D/filler"');
    assert.match(stderr, /No space left/);
  }

  async empty(): Promise<void> {
    await this.run('rm "$D/filler"');
  }

  /** What the doctor does not like. */
  async complaints(): Promise<readonly string[]> {
    const { stdout } = await this.try('rampart doctor --json');
    const { checks } = parseObject(stdout);
    assert.ok(Array.isArray(checks), stdout);
    return checks
      .filter(isRecord)
      .filter(({ status }) => status !== 'ok' && status !== 'note')
      .map(({ name, message }) => `${String(name)}: ${String(message)}`);
  }

  /** Waits until the log has a record in which these words stand. */
  async untilRecorded(words: string): Promise<void> {
    const line = `cat "$D"/audit/*.jsonl | grep -qF '${words}'`;
    await until(`${words} is in the log`, async () => (await this.try(line)).status === 0);
  }

  /** What was decided by the log, and how often each, sorted. */
  async recorded(): Promise<readonly string[]> {
    const lines = (await this.run('cat "$D"/audit/*.jsonl')).split('\n');
    const records = lines.filter(Boolean).map(parseObject);
    assert.equal(new Set(records.map(({ id }) => id)).size, records.length);
    const counts = new Map<string, number>();
    for (const record of records) {
      const summary = summaryOf(record);
      counts.set(summary, (counts.get(summary) ?? 0) + 1);
    }
    return [...counts].map(([summary, count]) => `${count} ${summary}`).sort();
  }
}

test('a full disk changes no decision, is told, and when there is room again everything is in the log once', async (context) => {
  const shell = await ShellOnSmallDisk.open(context);
  await shell.serve();
  await shell.fill();
  // What is asked twice comes from the table of verdicts, if the library can say so in the journal.
  const line = 'for i in 1 2 3 4 5 6; do /bin/true many; /bin/true $i; touch forbidden; done; /bin/true end';
  const { status, stderr } = await shell.try(`env $GUARD sh -c '${line}'`);
  assert.equal(status, 0, stderr);
  assert.equal(stderr.split('rampart: denied `touch forbidden`').length - 1, 6, stderr);
  const reason =
    'the audit log cannot be written: ENOSPC: no space left on device, write; 19 records wait, 0 are lost';
  assert.match(await shell.run('rampart status'), new RegExp(`^problem +${reason}$`, 'm'));
  assert.deepEqual(await shell.complaints(), [`log: ${reason}`]);
  await shell.empty();
  await shell.untilRecorded('/bin/true end');
  assert.deepEqual(await shell.recorded(), [
    ...[1, 2, 3, 4, 5, 6].map((each) => `1 /bin/true ${each} allow true`),
    '1 /bin/true end allow true',
    '6 /bin/true many allow true',
    '6 touch forbidden deny true',
  ]);
  assert.deepEqual(await shell.complaints(), []);
  assert.match(await shell.run('rampart log --verify'), /: the chain is whole$/m);
});

test('what ran without an endpoint outlives one that is killed before the disk had room for it', async (context) => {
  const shell = await ShellOnSmallDisk.open(context);
  await shell.serve();
  await shell.killEndpoint();
  await shell.run(`env $GUARD sh -c 'for i in $(seq 40); do /bin/true unasked; done; :'`);
  await shell.fill();
  await shell.serve();
  await until('records wait', async () => /records wait/.test(await shell.run('cat errors; rampart status')));
  await shell.killEndpoint();
  await shell.empty();
  await shell.serve();
  await shell.run(`env $GUARD sh -c '/bin/true end; :'`);
  await shell.untilRecorded('/bin/true end');
  await shell.untilRecorded('/bin/true unasked');
  await until('the journal is read', async () => (await shell.try('ls "$D"/journal*')).status !== 0);
  assert.deepEqual(await shell.recorded(), [
    '1 /bin/true end allow true',
    '1 seq 40 allow false',
    '40 /bin/true unasked allow false',
  ]);
});

test('what was answered while the disk was full is counted when the endpoint is killed before it had room', async (context) => {
  const shell = await ShellOnSmallDisk.open(context);
  await shell.serve();
  await shell.fill();
  await shell.run(`env $GUARD sh -c 'for i in 1 2 3; do /bin/true $i; touch forbidden; done; :'`);
  assert.match(await shell.run('rampart status'), /; 6 records wait, 0 are lost$/m);
  await shell.killEndpoint();
  await shell.serve();
  await shell.killEndpoint();
  await shell.empty();
  await shell.serve();
  await shell.untilRecorded('6 records are lost');
  assert.deepEqual(await shell.recorded(), ['1 journal watch false']);
  assert.match(await shell.run('rampart status'), /^lost +6 records/m);
  await shell.run(`env $GUARD sh -c '/bin/true end; :'`);
  await shell.killEndpoint();
  await shell.serve();
  await shell.untilRecorded('/bin/true end');
  assert.deepEqual(await shell.recorded(), ['1 /bin/true end allow true', '1 journal watch false']);
});

test('what a full journal does not take is counted, and the log, the status and the doctor have the number', async (context) => {
  const shell = await ShellOnSmallDisk.open(context);
  await shell.serve();
  await shell.killEndpoint();
  await shell.run(`env $GUARD sh -c '/bin/true first; :'`);
  await shell.run('truncate -s 64M "$D/journal"');
  await shell.run(`env $GUARD sh -c '/bin/true second; /bin/true third; touch forbidden'`);
  await shell.serve();
  const told = '3 records are lost';
  await shell.untilRecorded(told);
  await shell.untilRecorded('/bin/true first');
  assert.deepEqual(await shell.recorded(), ['1 /bin/true first allow false', '2 journal watch false']);
  assert.match(await shell.run('rampart status'), /^lost +3 records/m);
  const [complaint = '', ...others] = await shell.complaints();
  assert.ok(complaint.startsWith(`log: ${told}`) && others.length === 0, complaint);
});
