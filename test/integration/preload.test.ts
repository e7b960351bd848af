import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatCommandShim } from '../../src/client/commandShim.ts';
import { cli, parseObject, Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

test('the command’s own are its exit status, its signals, its pid and its streams', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const own = await rampart.guard(['sh', '-c', 'cat; echo err >&2; exit 7'], { input: 'in' });
  assert.deepEqual([own.status, own.stdout, own.stderr], [7, 'in', 'err\n']);
  const killed = await rampart.guard(['sh', '-c', 'kill -TERM $$']);
  assert.deepEqual([killed.status, killed.signal], [null, 'SIGTERM']);
  const running = rampart.start(['preload', '--', 'sh', '-c', 'echo $$; read x'], {});
  await until('the command runs', () => running.said.stdout.includes('\n'));
  assert.equal(Number(running.said.stdout), running.child.pid);
  running.child.kill('SIGINT');
  assert.equal((await running.finished).signal, 'SIGINT');
});

test('whatever way the command ends, it ends as it would without', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const plain = ['sh', '-c'];
  const guarded = [installCommand(rampart), 'preload', '--', ...plain];
  const some = ['exit 9', 'kill -HUP $$', 'test -t 0; echo $?; exit 4'];
  const endings = ['exit 0', 'exit 127', 'exit 255', 'trap "echo trapped; exit 3" HUP; kill -HUP $$'];
  const signals = ['INT', 'QUIT', 'KILL', 'PIPE', 'TERM', 'USR1'].map((name) => `kill -${name} $$`);
  // By itself, as a background job, which ignores what a keyboard ends, in a session without a terminal, with closed streams, and as one that is
  // to outlive its terminal or to ignore more than that.
  const all = [...some, ...endings, ...signals];
  const ways = [
    [['env'], all],
    [
      ['sh', '-c', '"$@" & wait $!', 'sh'],
      [...some, 'kill -INT $$; kill -QUIT $$; exit 6'],
    ],
    [['setsid', '-w'], some],
    [['sh', '-c', '"$@" <&- 2>&-', 'sh'], ['for fd in 0 1 2; do test -e /proc/$$/fd/$fd; echo $?; done']],
    [['nohup'], ['kill -HUP $$; exit 6', 'grep SigIgn /proc/self/status']],
    [
      ['sh', '-c', 'trap "" HUP PIPE TERM USR1; exec "$@"', 'sh'],
      ['grep SigIgn /proc/$$/status', 'kill -HUP $$; kill -PIPE $$; exit 6'],
    ],
  ] as const;
  for (const [way, scripts] of ways) {
    for (const script of scripts) {
      const [without, within] = await Promise.all(
        [plain, guarded].map(
          (words) => rampart.startProgram([...way, ...words, script], { input: '' }).finished,
        ),
      );
      assert.deepEqual(within, without, `${way.join(' ')} ${script}`);
    }
  }
});

/** The command as it is installed, which is what people type. */
function installCommand(rampart: Rampart): string {
  return rampart.write('rampart', formatCommandShim(cli, { path: process.execPath, isElectron: false }));
}

test('an endpoint that is to outlive its terminal does, and ends when it is told to', async (context) => {
  const rampart = new Rampart(context);
  const running = rampart.startProgram(['nohup', installCommand(rampart), 'serve', '--no-default-policy'], {
    input: '',
  });
  await until('the endpoint listens', () => running.said.stdout.includes('\n'));
  running.child.kill('SIGHUP');
  assert.equal((await rampart.run(['status'])).status, 0);
  running.child.kill('SIGTERM');
  assert.equal((await running.finished).status, 0);
});

test('signals from outside end, stop and wake the command itself', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGKILL'] as const) {
    const running = rampart.start(['preload', '--', 'sh', '-c', 'echo begun; read x'], {});
    await until('the command runs', () => running.said.stdout === 'begun\n');
    running.child.kill(signal);
    assert.equal((await running.finished).signal, signal);
  }
  const running = rampart.start(['preload', '--', 'sh', '-c', 'echo begun; read x; echo "$x"'], {});
  await until('the command runs', () => running.said.stdout === 'begun\n');
  const state = (): string =>
    readFileSync(`/proc/${running.child.pid}/stat`, 'latin1').split(') ')[1]?.[0] ?? '';
  running.child.kill('SIGSTOP');
  await until('it is stopped', () => state() === 'T');
  running.child.kill('SIGCONT');
  await until('it goes on', () => state() !== 'T');
  running.child.stdin?.end('last\n');
  const { status, stdout } = await running.finished;
  assert.deepEqual([status, stdout], [0, 'begun\nlast\n']);
});

test('the terminal is the command’s own', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const inner = rampart.write(
    'inner.sh',
    'test -t 0 && test -t 1 && tty && ps -o tpgid=,pgid= $$ && stty -a | grep -o -- "-*icanon"\n',
  );
  const outer = rampart.write('outer.sh', `exec ${process.execPath} dist/cli.js preload -- sh ${inner}\n`);
  const { stdout, status } = await rampart.startProgram(['script', '-qec', `sh ${outer}`, '/dev/null'], {
    cwd: process.cwd(),
    input: '',
  }).finished;
  assert.equal(status, 0, stdout);
  const [terminal = '', groups = '', canonical = ''] = stdout.trim().split(/\r?\n/);
  const [foreground, own] = groups.trim().split(/\s+/);
  assert.match(terminal, /^\/dev\/pts\//);
  assert.equal(foreground, own);
  assert.equal(canonical, 'icanon');
});

test('what a fresh program expects of its signals and limits is there', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const limited = 'ulimit -Sn 300; "$0" "$1" preload -- sh -c "ulimit -Sn"; true';
  const limit = await rampart.startProgram(['sh', '-c', limited, process.execPath, cli]).finished;
  assert.equal(limit.stdout, '300\n', limit.stderr);
  const { stdout } = await rampart.guard(['grep', '-E', '^Sig(Ign|Blk)', '/proc/self/status']);
  const ignored = stdout.split('\n').map((line) => BigInt(`0x${line.split(/\s+/)[1] ?? '0'}`) & 0x7fffffffn);
  assert.deepEqual(ignored, [0n, 0n, 0n], stdout);
});

test('arguments and environment arrive as they were, byte for byte', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const script = `NAME=$(printf 'a\\377b') "$@" -- sh -c 'printf %s "$NAME$1" | od -An -tx1' sh "$(printf 'c\\303\\n\\377')"`;
  const { stdout, stderr } = await rampart.startProgram([
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    cli,
    'preload',
  ]).finished;
  assert.equal(stdout.trim(), '61 ff 62 63 c3 0a ff', stderr);
});

test('denied is 126, not found 127, not executable 126', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const denied = await rampart.guard(['touch', 'forbidden']);
  assert.deepEqual(
    [denied.status, denied.stdout, existsSync(join(rampart.folder, 'forbidden'))],
    [126, '', false],
  );
  assert.match(
    denied.stderr,
    /^rampart: denied `touch forbidden` by rule touching#1: nobody touches this.* \[[0-9a-f]{8}\]\n$/,
  );
  const missing = await rampart.guard(['no-such-program']);
  assert.deepEqual([missing.status, missing.stderr], [127, 'rampart: `no-such-program` was not found\n']);
  writeFileSync(join(rampart.folder, 'plain'), '');
  const plain = await rampart.guard(['./plain']);
  assert.deepEqual(
    [plain.status, plain.stderr],
    [126, 'rampart: `./plain` cannot be run: permission denied\n'],
  );
  const interpreter = await rampart.guard([rampart.write('odd', '#!/no/such/interpreter\n')]);
  assert.equal(interpreter.status, 127);
  const text = await rampart.guard([rampart.write('text', 'echo "$0" "$1"\n'), 'word']);
  assert.deepEqual([text.status, text.stdout], [0, `${join(rampart.folder, 'text')} word\n`]);
});

test('a tree is told its endpoint, its names and its modes, and no secret', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const words = ['--agent', 'robot', '--session', 'run-1', '--mode', 'enforce', '--fail-closed', '--', 'env'];
  const { stdout } = await rampart.run(['preload', ...words], { environment: { LD_PRELOAD: '', KEPT: 'x' } });
  const told = stdout.split('\n').filter((line) => /^(RAMPART_|LD_|KEPT)/.test(line));
  const library = join(
    process.cwd(),
    'dist',
    'native',
    `${process.platform}-${process.arch}`,
    'librampart.so',
  );
  assert.deepEqual(told.sort(), [
    'KEPT=x',
    `LD_PRELOAD=${library}`,
    'RAMPART_AGENT=robot',
    'RAMPART_FAIL_OPEN=0',
    'RAMPART_MODE=enforce',
    'RAMPART_SESSION=run-1',
    `RAMPART_STATE_DIR=${rampart.stateDirectory}`,
    `RAMPART_URL=unix://${rampart.stateDirectory}/endpoint.sock`,
  ]);
  const [root] = await rampart.log();
  assert.deepEqual([root?.['agent'], root?.['session'], root?.['door']], ['robot', 'run-1', 'preload']);
});

test('names default to `preload`', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  await rampart.guard(['sh', rampart.write('a.sh', 'ls >/dev/null\n')]);
  const [root, child] = await rampart.log();
  assert.equal(root?.['session'], `preload-${String(root?.['pid'])}`);
  assert.deepEqual(
    [root['agent'], child?.['agent'], child?.['session']],
    ['preload', 'preload', root['session']],
  );
});

test('an agent that is known by its program has its own name, unless it was given another', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  rampart.write('codex', '#!/bin/sh\nls >/dev/null\n');
  await rampart.guard(['./codex']);
  await rampart.guard(['./codex'], { environment: { RAMPART_AGENT: 'robot' } });
  await rampart.run(['preload', '--agent', 'ci', '--', './codex']);
  const agents = (await rampart.log()).map((record) => record['agent']);
  assert.deepEqual(agents, ['codex', 'codex', 'robot', 'robot', 'ci', 'ci']);
});

test('the endpoint is `--url`, else `--state-dir`, else `RAMPART_URL`, else the default directory', async (context) => {
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => new Rampart(context));
  assert.ok(first !== undefined && second !== undefined && third !== undefined && fourth !== undefined);
  const all = [first, second, third, fourth];
  await Promise.all(all.map((each) => each.serve()));
  const urlOf = (each: Rampart): string => `unix://${each.stateDirectory}/endpoint.sock`;
  const environment = { RAMPART_URL: urlOf(third) };
  const ask = (
    name: string,
    words: readonly string[],
    added: Record<string, string> = environment,
  ): Promise<unknown> =>
    fourth.run(['preload', ...words, '--session', name, '--', 'true'], { environment: added });
  await ask('a', ['--url', urlOf(first), '--state-dir', second.stateDirectory]);
  await ask('b', ['--state-dir', second.stateDirectory]);
  await ask('c', []);
  await ask('d', [], {});
  const sessions = await Promise.all(
    all.map(async (each) => (await each.log()).map((record) => record['session'])),
  );
  assert.deepEqual(sessions, [['a'], ['b'], ['c'], ['d']]);
});

test('a remote URL starts nothing: fail-open warns and runs, fail-closed is 125', async (context) => {
  const rampart = new Rampart(context);
  const remote = ['preload', '--url', 'http://127.0.0.1:9'];
  const open = await rampart.run([...remote, '--', 'echo', 'ran']);
  assert.deepEqual([open.status, open.stdout], [0, 'ran\n']);
  assert.match(open.stderr, /^rampart: .*: the command runs unchecked\n$/);
  const closed = await rampart.run([...remote, '--fail-closed', '--', 'echo', 'ran']);
  assert.deepEqual([closed.status, closed.stdout], [125, '']);
  assert.equal(existsSync(rampart.stateDirectory), false);
});

test('of more text than a question carries nothing runs unasked, though failing is open', async (context) => {
  const rampart = new Rampart(context);
  const remote = ['preload', '--url', 'http://127.0.0.1:9', '--fail-open'];
  const words = ['echo', ...Array.from({ length: 11 }, () => 'x'.repeat(100_000))];
  const refused = await rampart.run([...remote, '--', ...words]);
  assert.deepEqual([refused.status, refused.stdout], [126, '']);
  assert.match(
    refused.stderr,
    /^rampart: denied `echo x+…`: nobody answers about more than 1 MiB; start `rampart serve`\n$/,
  );
  const monitored = await rampart.run([...remote, '--mode', 'monitor', '--', ...words]);
  assert.deepEqual([monitored.status, monitored.stdout.length], [0, 1_100_011], monitored.stderr);
});

test('where no endpoint can be started, fail-open warns and runs, fail-closed is 125', async (context) => {
  const rampart = new Rampart(context);
  const blocked = join(rampart.folder, 'file');
  writeFileSync(blocked, '');
  const words = ['preload', '--state-dir', join(blocked, 'd')];
  const open = await rampart.run([...words, '--', 'echo', 'ran']);
  assert.deepEqual([open.status, open.stdout], [0, 'ran\n']);
  assert.match(open.stderr, /^rampart: the state directory cannot be made.*: the command runs unchecked\n$/);
  const closed = await rampart.run([...words, '--', 'echo', 'ran'], {
    environment: { RAMPART_FAIL_OPEN: '0' },
  });
  assert.deepEqual([closed.status, closed.stdout], [125, '']);
});

test('a library that cannot be loaded into the command is said', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const source = rampart.write('static.c', 'int main(void) { return 5; }\n');
  const built = await rampart.startProgram(['gcc', '-static', '-o', 'static', source]).finished;
  assert.equal(built.status, 0, built.stderr);
  const { status, stderr } = await rampart.guard(['./static']);
  assert.equal(status, 5);
  assert.match(
    stderr,
    /^rampart: the library cannot be loaded into `\.\/static`.*: what it starts is not guarded\n$/,
  );
  const [record] = await rampart.log();
  assert.equal(record?.['guardable'], false);
});

test('a nested `preload` may tighten and cannot loosen', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const node = `${process.execPath} ${cli}`;
  const script = rampart.write(
    'a.sh',
    `${node} preload --mode disabled --fail-open -- touch forbidden; echo $?
${node} preload --mode monitor -- sh -c 'true; touch forbidden'; echo $?
${node} preload --fail-closed -- env
`,
  );
  const { stdout, stderr } = await rampart.guard(['sh', script]);
  assert.equal(existsSync(join(rampart.folder, 'forbidden')), false);
  const lines = stdout.split('\n');
  assert.deepEqual(lines.slice(0, 2), ['126', '126'], stderr);
  assert.ok(lines.includes('RAMPART_FAIL_OPEN=0'), stdout);
  assert.equal(lines.filter((line) => line.startsWith('LD_PRELOAD=')).length, 1);
  assert.equal(parseObject((await rampart.run(['status', '--json'])).stdout)['mode'], 'enforce');
});

test('a nested `preload` with another state directory asks there too, and says where the tree asks', async (context) => {
  const outer = new Rampart(context);
  const inner = new Rampart(context);
  await Promise.all([outer.serve(), inner.serve('--mode', 'monitor')]);
  const node = `${process.execPath} ${cli}`;
  const script = outer.write(
    'a.sh',
    `${node} preload --state-dir ${inner.stateDirectory} -- touch forbidden; echo $?\n`,
  );
  const { stdout, stderr } = await outer.guard(['sh', script]);
  assert.equal(stdout, '126\n', stderr);
  assert.match(stderr, /this shell is guarded already: what the command starts is asked about at unix:/);
  const commands = (await inner.log()).map((record) => record['door']);
  assert.deepEqual(commands, ['preload']);
});

test('no terminal: no colour and no prompt', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const words = [['status'], ['log'], ['--help'], ['test', 'ls'], ['preload', '--', 'touch', 'forbidden']];
  for (const each of words) {
    const { stdout, stderr } = await rampart.run(each);
    assert.equal((stdout + stderr).includes('\x1b'), false, each.join(' '));
  }
});
