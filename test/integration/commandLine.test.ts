import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import { commands } from '../../src/cli/commandTable.ts';
import { readMachineId } from '../../src/system/stateDirectory.ts';
import { kill } from '../support/processes.ts';
import { cli, parseObject, Rampart, summaryOf } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const tooLong = `/tmp/${'x'.repeat(90)}`;

test('`rules` shows the beginning of long rules, and all of them with `--full`', async (context) => {
  const rampart = new Rampart(context);
  const longest = async (...words: readonly string[]): Promise<number> => {
    const lines = (await rampart.run(['rules', ...words])).stdout
      .split('\n')
      .filter((line) => /^ {2}\S/.test(line));
    return Math.max(...lines.map((line) => line.length));
  };
  assert.ok((await longest()) < 160);
  assert.ok((await longest('--full')) > 160);
});

test('bad usage says what is wrong and exits 2', async (context) => {
  const rampart = new Rampart(context);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /no command given/],
    [['frobnicate'], /unknown command `frobnicate`/],
    [['--frobnicate'], /unknown option `--frobnicate`/],
    [['status', '--frobnicate'], /unknown option `--frobnicate`/],
    [['status', 'now'], /unexpected argument `now`/],
    [['status', '--state-dir'], /`--state-dir` needs a value/],
    [['mode'], /no mode given/],
    [['mode', 'lenient'], /unknown mode `lenient`/],
    [['mode', 'enforce', 'monitor'], /unexpected argument `monitor`/],
    [['mode', '--for', 'ever', 'monitor'], /`ever` is no duration/],
    [['mode', '--for', '8d', 'monitor'], /`8d` is longer than a week/],
    [['completion'], /name one shell/],
    [['completion', 'tcsh'], /name one shell/],
    [['stop', 'now'], /unexpected argument `now`/],
    [['log', '--json=yes'], /`--json` takes no value/],
    [['log', 'x'], /unexpected argument `x`/],
    [['log', '--verify', '--denied'], /--denied does not go with --verify/],
    [['log', '--delete', '--tail', '1'], /--tail does not go with --delete/],
    [['log', '--yes'], /--yes goes with --delete only/],
    [['log', '--since', 'ever'], /`ever` is no time/],
    [['log', '--action', 'x'], /unknown action `x`, there are allow, deny, /],
    [['log', '--tail', 'all'], /`all` is no count/],
    [['log', '--delete', '--before', 'now'], /`now` is no day/],
    [['audit', 'export'], /give one day/],
    [['audit', 'stats', '--from', 'x'], /`x` is no day/],
    [['test'], /no command given/],
    [['test', 'rm', '-x'], /unknown option `-x` \(put `--` before/],
    [['test', '--text', 'ls', 'ls'], /not both/],
    [['policy'], /policy: no command given/],
    [['audit', '--verify'], /audit: no command given/],
    [['policy', 'lnt'], /unknown command `policy lnt`/],
    [['explain'], /give one id/],
    [['rules', 'x'], /unexpected argument `x`/],
    [['rules', 'remove'], /give one number or name/],
    [['allow'], /no command given/],
    [['block', ' '], /no command given/],
    [['allow', '--once', '0123abcd'], /looks like the id of a record: `rampart run-anyway 0123abcd` lets/],
    [['allow', '--pattern', 'x*', 'x'], /not both/],
    [['allow', '--for', 'ever', 'x'], /`ever` is no duration/],
    [['allow', '--project', 'x'], /unknown option `--project`/],
    [['block', '--project', '--global', 'x'], /exclude each other/],
    [['policy', 'packs', 'x'], /unexpected argument `x`/],
    [['policy', 'packs', 'disable'], /give one name/],
    [['bench', 'x', 'y'], /give one file/],
    [['test', '--policy', '/nowhere.yaml', 'ls'], /nowhere\.yaml.*does not exist/],
    [['serve', '--port', 'http'], /`http` is no port/],
    [['serve', '--port', '65536'], /`65536` is no port/],
    [['serve', '--mode', 'x'], /unknown mode `x`/],
    [['serve', '--policy', '/nowhere.yaml'], /nowhere\.yaml.*does not exist/],
    [['serve', 'x'], /unexpected argument `x`/],
    [['preload'], /no command given/],
    [['preload', '--'], /no command given/],
    [['preload', '--frobnicate', '--', 'ls'], /unknown option `--frobnicate`/],
    [['preload', '--mode', 'x', '--', 'ls'], /unknown mode `x`/],
    [['preload', '--fail-open', '--fail-closed', '--', 'ls'], /exclude each other/],
    [['preload', '--url', 'ftp://x', '--', 'ls'], /a URL is/],
    [['preload', '--policy', '/nowhere.yaml', '--', 'ls'], /nowhere\.yaml.*does not exist/],
    ...['serve', 'status', 'log', 'stop'].map(
      (name) => [[name, '--state-dir', tooLong], /the socket.* bytes/] as const,
    ),
    [['mode', '--state-dir', tooLong, 'enforce'], /the socket.* bytes/],
    [['preload', '--state-dir', tooLong, '--', 'ls'], /the socket.* bytes/],
  ];
  for (const [words, reason] of cases) {
    const { status, stdout, stderr } = await rampart.run(words);
    assert.deepEqual([status, stdout], [2, ''], `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, reason, words.join(' '));
  }
});

test('help and version go to standard output', async (context) => {
  const rampart = new Rampart(context);
  const overview = await rampart.run(['--help']);
  assert.deepEqual([overview.status, overview.stderr], [0, '']);
  for (const { name } of commands) {
    assert.match(overview.stdout, new RegExp(`^ +${name} `, 'm'));
  }
  for (const words of [
    ['mode', '--help'],
    ['mode', '-h'],
    ['help', 'mode'],
  ]) {
    const help = await rampart.run(words);
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^NAME\n {4}rampart mode - [^]*^SYNOPSIS\n {4}rampart mode \[/m);
  }
  const version = await rampart.run(['--version']);
  assert.deepEqual([version.status, version.stderr], [0, '']);
  assert.match(version.stdout, /^rampart \d+\.\d+\.\d+\n$/);
});

test('`serve` says on one line where it listens, and removes its socket at its end', async (context) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const rampart = new Rampart(context);
    const running = await rampart.serve('--mode', 'monitor');
    const socket = join(rampart.stateDirectory, 'endpoint.sock');
    assert.deepEqual(running.ready, {
      ready: true,
      socket,
      url: null,
      pid: running.child.pid,
      state_dir: rampart.stateDirectory,
      mode: 'monitor',
    });
    assert.ok(existsSync(socket));
    running.child.kill(signal);
    const { status, stdout } = await running.finished;
    assert.deepEqual([status, stdout.split('\n').length, existsSync(socket)], [0, 2, false]);
  }
});

test('`serve --port 0` picks a free port and names it', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve('--port', '0');
  assert.match(String(ready['url']), /^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  const response = await fetch(`${String(ready['url'])}/healthz`);
  const health = parseObject(await response.text());
  assert.deepEqual([response.status, health['status'], health['pid']], [200, 'ok', ready['pid']]);
  const status = parseObject((await rampart.run(['status', '--json'])).stdout);
  assert.equal(status['url'], ready['url']);
  const denied = await rampart.run(['preload', '--url', String(ready['url']), '--', 'touch', 'forbidden']);
  assert.equal(denied.status, 126, denied.stderr);
  const script = rampart.write('a.sh', 'touch forbidden; touch fine');
  const tree = await rampart.run(['preload', '--url', String(ready['url']), '--', 'sh', script]);
  assert.match(tree.stderr, /^rampart: denied `touch forbidden` by rule/m);
  assert.deepEqual(
    ['fine', 'forbidden'].map((name) => existsSync(join(rampart.folder, name))),
    [true, false],
  );
});

test('a state directory has one owner: the second `serve` exits 3 and names the first', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const { status, stdout, stderr } = await rampart.run(['serve']);
  assert.deepEqual([status, stdout], [3, '']);
  assert.ok(stderr.includes(String(ready['pid'])), stderr);
});

test('the state directory is the option, the variable, or one below the home', async (context) => {
  const rampart = new Rampart(context);
  const directoryOf = async (
    words: readonly string[],
    environment: Record<string, string | undefined>,
  ): Promise<unknown> =>
    parseObject((await rampart.run(['status', '--json', ...words], { environment })).stdout)['state_dir'];
  const run = join('.rampart', 'run', readMachineId());
  assert.equal(await directoryOf(['--state-dir', 'here'], {}), join(rampart.folder, 'here'));
  assert.equal(await directoryOf([], {}), rampart.stateDirectory);
  assert.equal(await directoryOf([], { RAMPART_STATE_DIR: undefined }), join(rampart.home, run));
  assert.equal(
    await directoryOf([], { RAMPART_STATE_DIR: '', HOME: undefined }),
    join(userInfo().homedir, run),
  );
});

test('`status` tells of the endpoint, and exits 3 when there is none', async (context) => {
  const rampart = new Rampart(context);
  const none = await rampart.run(['status', '--json']);
  assert.deepEqual([none.status, parseObject(none.stdout)['running']], [3, false]);
  assert.match(none.stderr, /no endpoint runs in/);
  const { ready } = await rampart.serve();
  const { status, stdout, stderr } = await rampart.run(['status', '--json']);
  const { uptime_seconds: uptime, version, ...rest } = parseObject(stdout);
  assert.deepEqual([status, stderr, typeof uptime, typeof version], [0, '', 'number', 'string']);
  assert.deepEqual(rest, {
    running: true,
    mode: 'enforce',
    pid: ready['pid'],
    socket: ready['socket'],
    unguarded: [],
    upstream: null,
    problems: [],
    lost_records: 0,
    url: null,
    state_dir: rampart.stateDirectory,
  });
  assert.match((await rampart.run(['status'])).stdout, /^mode +enforce$/m);
  appendFileSync(rampart.policy, 'nonsense\n');
  await until('it tells of the file that is broken', async () =>
    new RegExp(`^problem +${rampart.policy}:\\d+: `, 'm').test((await rampart.run(['status'])).stdout),
  );
});

test('`status` and `doctor` name the upstream, how it stands, and why', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve('--upstream', 'http://127.0.0.1:9');
  await until('the upstream is seen to be away', async () => {
    const { upstream } = parseObject((await rampart.run(['status', '--json'])).stdout);
    return isRecord(upstream) && upstream['state'] === 'away' && typeof upstream['reason'] === 'string';
  });
  const { stdout } = await rampart.run(['status']);
  assert.match(stdout, /^upstream +http:\/\/127\.0\.0\.1:9\/? is away: .+$/m);
  assert.match((await rampart.run(['doctor'])).stdout, /upstream: .*127\.0\.0\.1:9\/? is away: /);
});

test('`mode` and `stop` say as JSON what holds now, and who is gone', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const timed = await rampart.run(['mode', '--json', '--for', '1m', 'monitor']);
  const { mode, until: end } = parseObject(timed.stdout);
  assert.deepEqual([mode, Date.parse(String(end)) > Date.now()], ['monitor', true]);
  const stopped = await rampart.run(['stop', '--json']);
  assert.deepEqual(parseObject(stopped.stdout), { stopped: ready['pid'] });
});

test('`mode` and `stop` exit 3 when there is no endpoint', async (context) => {
  const rampart = new Rampart(context);
  for (const words of [['mode', 'monitor'], ['stop']]) {
    const { status, stdout, stderr } = await rampart.run(words);
    assert.deepEqual([status, stdout], [3, '']);
    assert.match(stderr, /no endpoint runs in/);
  }
});

test('`test` says what the policies decide, without an endpoint', async (context) => {
  const rampart = new Rampart(context);
  const ask = async (command: string, ...words: readonly string[]): Promise<readonly unknown[]> => {
    const run = await rampart.run([
      'test',
      '--no-default-policy',
      '--policy',
      rampart.policy,
      '--json',
      ...words,
      command,
    ]);
    assert.equal(run.stderr, '');
    return [run.status, parseObject(run.stdout)];
  };
  const answer = (action: string, command: string, message: string, index: number | null): object => ({
    decision: action,
    action,
    allowed: ['allow', 'watch'].includes(action),
    command,
    message,
    matched_policies: index === null ? [] : ['touching'],
    rule:
      index === null ? null : { policy: 'touching', index, file: rampart.policy, line: [6, 9, 12][index] },
  });
  const allowed = await ask('ls -l');
  assert.deepEqual(allowed, [
    0,
    { ...answer('allow', 'ls -l', '', null), message: (allowed[1] as { message: string }).message },
  ]);
  assert.deepEqual(await ask('touch forbidden'), [
    1,
    answer('deny', 'touch forbidden', 'nobody touches this', 0),
  ]);
  assert.deepEqual(await ask('touch asked'), [1, answer('ask', 'touch asked', 'ask before touching', 1)]);
  assert.deepEqual(await ask('touch watched'), [0, answer('watch', 'touch watched', '', 2)]);
  assert.equal((await ask('cd /tmp && touch forbidden; ls'))[0], 1);
  assert.equal(existsSync(rampart.stateDirectory), false);
  const text = await rampart.run([
    'test',
    '--no-default-policy',
    '--policy',
    rampart.policy,
    'touch forbidden',
  ]);
  assert.match(text.stdout, /^deny {2}touch forbidden\n {2}nobody touches this\n {2}by rule touching#1 \(/);
});

test('`test` takes the agent, the directory and the policies of the user into account', async (context) => {
  const rampart = new Rampart(context);
  const user = join(rampart.home, '.rampart', 'policies');
  mkdirSync(user, { recursive: true });
  const policy = (name: string, match: string, command: string): string =>
    `policies:\n  - name: ${name}\n    ${match}\n    rules:\n      - action: deny\n        when: { command_matches: ["${command}"] }\n`;
  writeFileSync(join(user, 'mine.yaml'), policy('mine', 'match: { agent: agent }', 'touch mine*'));
  const tighter = join(rampart.folder, 'project');
  mkdirSync(join(tighter, '.rampart'), { recursive: true });
  writeFileSync(join(tighter, '.rampart', 'policy.yaml'), policy('project', 'description: x', 'touch here*'));
  const denies = async (command: string, ...words: readonly string[]): Promise<boolean> =>
    (await rampart.run(['test', '--no-default-policy', '--policy', rampart.policy, ...words, command]))
      .status === 1;
  assert.equal(await denies('touch mine'), true);
  assert.equal(await denies('touch mine', '--agent', 'other'), false);
  assert.equal(await denies('touch here'), false);
  assert.equal(await denies('touch here', '--cwd', tighter), true);
  assert.equal(await denies('touch here', '--cwd', 'project'), true);
});

test('`log` tells what was recorded, the oldest first, with and without an endpoint', async (context) => {
  const rampart = new Rampart(context);
  assert.deepEqual(await rampart.log(), []);
  await rampart.serve();
  for (const name of ['fine', 'forbidden', 'asked', 'watched']) await rampart.guard(['touch', name]);
  await rampart.mode('monitor');
  const monitored = await rampart.guard(['touch', 'forbidden'], { environment: { RAMPART_AGENT: 'robot' } });
  assert.deepEqual([monitored.status, monitored.stderr], [0, '']);
  await rampart.run(['stop']);
  const records = await rampart.log();
  assert.deepEqual(records.map(summaryOf), [
    'touch fine allow true',
    'touch forbidden deny true',
    'touch asked ask true',
    'touch watched watch true',
    'mode monitor watch false',
    'touch forbidden deny false',
  ]);
  const keys = [
    'id',
    'timestamp',
    'agent',
    'session',
    'tool',
    'request',
    'decision',
    'cwd',
    'argv',
    'pid',
    'door',
    'enforced',
    'mode',
  ];
  for (const record of records)
    for (const key of keys) assert.ok(key in record, `${key} in ${JSON.stringify(record)}`);
  const times = records.map(({ timestamp }) => String(timestamp));
  assert.deepEqual(times, [...times].sort());
  const last = records.at(-1) ?? {};
  assert.deepEqual(
    [last['agent'], last['tool'], last['argv'], last['cwd'], last['door'], last['mode']],
    ['robot', 'exec', ['touch', 'forbidden'], rampart.folder, 'preload', 'monitor'],
  );
  assert.deepEqual((await rampart.log('--denied')).map(summaryOf), [
    'touch forbidden deny true',
    'touch asked ask true',
    'touch forbidden deny false',
  ]);
  const verified = await rampart.run(['log', '--verify']);
  assert.deepEqual(
    [verified.stdout, verified.status],
    [`${records.length} records: the chain is whole\n`, 0],
  );
  const text = await rampart.run(['log', '--denied']);
  assert.match(text.stdout, /^\S+Z deny preload `touch forbidden`: nobody touches this\n/);
  assert.match(text.stdout, /deny \(not enforced\) robot `touch forbidden`: nobody touches this\n$/);
});

test('a reader that goes away is no failure', async (context) => {
  const rampart = new Rampart(context);
  const folder = join(rampart.stateDirectory, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = {
    id: 'x',
    timestamp: 't',
    request: { command: 'x'.repeat(1_000) },
    decision: { action: 'allow' },
  };
  writeFileSync(join(folder, '2026-01-01.jsonl'), `${JSON.stringify(record)}\n`.repeat(2_000));
  const script = `"$0" "$1" log --json | head -n 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await rampart.startProgram(['bash', '-c', script, process.execPath, cli])
    .finished;
  assert.deepEqual([stdout, stderr], ['0\n', '']);
});

test('an endpoint that `serve` became is killed and stopped by its own pid', async (context) => {
  const rampart = new Rampart(context);
  const { child, finished } = await rampart.serve();
  assert.equal(rampart.endpointPid, child.pid);
  kill(Number(child.pid));
  assert.equal((await finished).signal, 'SIGKILL');
  await until('nobody owns the directory', () => rampart.endpointPid === null);
  const again = await rampart.serve();
  assert.notEqual(again.child.pid, child.pid);
});
