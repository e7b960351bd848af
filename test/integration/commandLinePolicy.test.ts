import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';
import { parseObject, Rampart } from '../support/rampart.ts';

function policiesOf(rampart: Rampart): string {
  return join(rampart.home, '.rampart', 'policies');
}

/** Writes a policy file of the user. */
function writeUserPolicy(rampart: Rampart, name: string, text: string): string {
  mkdirSync(policiesOf(rampart), { recursive: true });
  const file = join(policiesOf(rampart), name);
  writeFileSync(file, text);
  return file;
}

async function decide(rampart: Rampart, ...words: readonly string[]): Promise<unknown> {
  return parseObject((await rampart.run(['test', '--json', ...words])).stdout)['action'];
}

function parseRecords(text: string): readonly UnknownRecord[] {
  const value: unknown = JSON.parse(text);
  assert.ok(Array.isArray(value));
  return value.filter(isRecord);
}

test('`test` takes one word as shell text, several as the words of one program', async (context) => {
  const rampart = new Rampart(context);
  assert.equal(await decide(rampart, 'true && rm -rf ~/'), 'deny');
  assert.equal(await decide(rampart, '--text', 'true && rm -rf ~/'), 'deny');
  assert.equal(await decide(rampart, '--', 'echo', '&&', 'rm', '-rf', '/'), 'allow');
  assert.equal(await decide(rampart, '--', 'rm', '-rf', '/'), 'deny');
  for (const words of [[''], [' '], ['--text', '']]) {
    const { status, stdout, stderr } = await rampart.run(['test', ...words]);
    assert.deepEqual([status, stdout, /no command given/.test(stderr)], [2, '', true]);
  }
});

test('`test --explain` shows what would run, which rules were tried, what matched, and what to do', async (context) => {
  const rampart = new Rampart(context);
  const { stdout } = await rampart.run(['test', '--explain', 'cd .. && sudo rm -rf precious']);
  assert.match(stdout, /^ {2}3\. rm -rf precious\n {7}in .*\n {7}deletes precious: outside_workspace$/m);
  assert.match(stdout, /^ {2}default-deletion: deny by rule 2 of \d+, .*default\.yaml:\d+$/m);
  assert.match(stdout, /^ {7}deletes: outside_workspace {2}matches {2}precious$/m);
  assert.match(stdout, /^ {2}default-privilege: ask by rule/m);
  assert.match(stdout, /^ {2}default-git: none of \d+ rules matches$/m);
  assert.match(stdout, /^To allow it:\n {2}switch off default-deletion, of which rule 2 decided/m);
  const json = parseObject((await rampart.run(['test', '--explain', '--json', 'ls'])).stdout);
  assert.ok(isRecord(json['explanation']) && Array.isArray(json['explanation']['policies']));
});

test('`explain` reads a recorded decision again, by the beginning of its id or as the last refusal', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  for (const name of ['forbidden', 'fine']) await rampart.guard(['touch', name]);
  const [denied] = await rampart.log('--denied');
  const words = ['--no-default-policy', '--policy', rampart.policy];
  for (const id of ['last', String(denied?.['id']).slice(0, 12), String(denied?.['id'])]) {
    const { status, stdout, stderr } = await rampart.run(['explain', ...words, id]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(
      stdout,
      /^deny {2}touch forbidden\n {2}nobody touches this\n {2}by rule touching#1 \(.*:6\)$/m,
    );
    assert.match(stdout, /^ {7}command_matches: touch \*forbidden\* {2}matches {2}touch forbidden$/m);
    assert.match(stdout, /^To allow it:\n {2}change rule 1 of touching, /m);
    assert.doesNotMatch(stdout, /in force now say/);
  }
  const changed = await rampart.run(['explain', '--no-default-policy', 'last']);
  assert.match(changed.stdout, /^The policies in force now say deny by default\.$/m);
  const json = parseObject((await rampart.run(['explain', ...words, '--json', 'last'])).stdout);
  assert.ok(isRecord(json['record']) && isRecord(json['now']));
  assert.deepEqual([json['record']['id'], json['now']['action']], [denied?.['id'], 'deny']);
  const none = await rampart.run(['explain', 'nothing']);
  assert.deepEqual([none.status, none.stdout], [1, '']);
  assert.match(none.stderr, /no record in .* has an id that begins with `nothing`$/m);
  const command = await rampart.run(['explain', 'rm -rf ~']);
  assert.deepEqual([command.status, command.stdout], [1, '']);
  assert.match(command.stderr, /begins with `rm -rf ~`; of a command, ask `rampart test --explain`$/m);
});

test('`allow` lets through what is asked about, exactly that or what a pattern matches', async (context) => {
  const rampart = new Rampart(context);
  assert.equal(await decide(rampart, 'sudo make install'), 'ask');
  const allowed = await rampart.run(['allow', '--', 'sudo', 'make', 'install']);
  assert.deepEqual([allowed.status, allowed.stderr], [0, '']);
  assert.equal(await decide(rampart, 'sudo make install'), 'allow');
  assert.equal(await decide(rampart, 'sudo make install x'), 'ask');
  await rampart.run(['allow', '--pattern', 'sudo make *']);
  assert.equal(await decide(rampart, 'sudo make install x'), 'allow');
  const literal = await rampart.run(['allow', 'sudo rm *.o']);
  assert.match(literal.stdout, /taken as they stand/);
  assert.equal(await decide(rampart, '--', 'sudo', 'rm', 'x.o'), 'ask');
});

test('`allow` and `block` say with --json what they wrote and where', async (context) => {
  const rampart = new Rampart(context);
  const run = async (...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> =>
    parseObject((await rampart.run(words)).stdout);
  const allowed = await run('allow', '--json', '--once', '--', 'sudo', 'ls');
  const { policy, ...rest } = allowed;
  assert.equal(typeof policy, 'string');
  assert.deepEqual(rest, {
    action: 'allow',
    tool: 'exec',
    pattern: 'sudo ls',
    file: join(policiesOf(rampart), 'by-hand.yaml'),
    expires_at: null,
    once: true,
  });
  const blocked = await run('block', '--json', '--for', '1h', '--pattern', 'terraform destroy*');
  assert.deepEqual([blocked['action'], blocked['once']], ['deny', false]);
  assert.ok(Date.parse(String(blocked['expires_at'])) > Date.now());
});

test('`allow` writes nothing that a denial would win over, and names the rule', async (context) => {
  const rampart = new Rampart(context);
  const { status, stdout, stderr } = await rampart.run(['allow', 'rm -rf /']);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(
    stderr,
    /nothing was written: rule default-deletion#1 \(.*:\d+\) says deny.*switch off default-deletion, of which rule 1/,
  );
  assert.throws(() => readFileSync(join(policiesOf(rampart), 'by-hand.yaml')));
});

test('an allowance ends when its time is over, and is written anew instead of twice', async (context) => {
  const rampart = new Rampart(context);
  await rampart.run(['allow', '--for', '1h', 'sudo ls']);
  const file = join(policiesOf(rampart), 'by-hand.yaml');
  assert.equal(await decide(rampart, 'sudo ls'), 'allow');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/expires_at: .*/, 'expires_at: 2020-01-01T00:00:00Z'),
  );
  assert.equal(await decide(rampart, 'sudo ls'), 'ask');
  await rampart.run(['allow', '--once', 'sudo ls']);
  const text = readFileSync(file, 'utf8');
  assert.equal(text.match(/action: allow/g)?.length, 1);
  assert.match(text, /once: true/);
  assert.doesNotMatch(text, /expires_at/);
});

test('`block` denies everywhere or in one workspace, with the keys of the peer alone', async (context) => {
  const rampart = new Rampart(context);
  mkdirSync(join(rampart.folder, '.git'));
  await rampart.run(['block', '--pattern', 'git push*', '--message', 'not now', '--for', '2h']);
  await rampart.run(['block', '--project', 'make release']);
  assert.equal(await decide(rampart, 'git push'), 'deny');
  assert.equal(await decide(rampart, 'make release'), 'deny');
  assert.equal(await decide(rampart, '--cwd', rampart.home, 'make release'), 'allow');
  assert.equal(await decide(rampart, '--cwd', rampart.home, 'git push'), 'deny');
  for (const file of [
    join(policiesOf(rampart), 'by-hand.yaml'),
    join(rampart.folder, '.rampart', 'policy.yaml'),
  ]) {
    const keys = new Set(
      Array.from(readFileSync(file, 'utf8').matchAll(/^[\s-]*([a-z_]+):/gm), ([, key]) => key),
    );
    const known =
      'version policies name match tool rules action when command_matches message expires_at once added';
    for (const key of keys) assert.ok(known.split(' ').includes(String(key)), key);
  }
});

test('`rules` lists what was added by hand first, and `rules remove` takes it out again', async (context) => {
  const rampart = new Rampart(context);
  const file = writeUserPolicy(
    rampart,
    'user-overrides.yaml',
    '# mine\npolicies:\n  - name: kept # why\n    rules:\n      - action: allow\n        when: { command_matches: [kept] }\n      - action: allow\n        when: { command_matches: [more] }\n',
  );
  for (const words of [
    ['allow', 'sudo a'],
    ['block', 'b'],
    ['block', 'c'],
  ])
    await rampart.run(words);
  const list = parseRecords((await rampart.run(['rules', '--json'])).stdout);
  assert.deepEqual(
    list
      .slice(0, 5)
      .map(({ index, action, pattern }) => `${String(index)} ${String(action)} ${String(pattern)}`),
    [
      '1 allow command_matches: sudo a',
      '2 deny command_matches: b',
      '3 deny command_matches: c',
      '4 allow command_matches: kept',
      '5 allow command_matches: more',
    ],
  );
  for (const { pattern } of list) assert.doesNotMatch(String(pattern), /object Object/);
  const forced = list.find(({ policy, rule }) => policy === 'default-git' && rule === 0);
  assert.match(String(forced?.['pattern']), /runs: .*git push/);
  for (const { source, line, action } of list.slice(0, 5))
    assert.match(
      readFileSync(String(source), 'utf8').split('\n')[Number(line) - 1] ?? '',
      new RegExp(String(action)),
    );
  assert.equal((await rampart.run(['rules', 'remove', String(list[2]?.['policy'])])).status, 0);
  const ambiguous = await rampart.run(['rules', 'remove', 'kept']);
  assert.deepEqual([ambiguous.status, ambiguous.stdout], [1, '']);
  assert.match(ambiguous.stderr, /kept has 2 rules: say which, such as kept#1/);
  const removed = await rampart.run(['rules', 'remove', '--json', 'kept#2']);
  assert.equal(removed.status, 0, removed.stderr);
  const { removed: isRemoved, policy, rule } = parseObject(removed.stdout);
  assert.deepEqual([isRemoved, policy, rule], [true, 'kept', 1]);
  assert.deepEqual(
    [await decide(rampart, 'sudo a'), await decide(rampart, 'b'), await decide(rampart, 'c')],
    ['allow', 'deny', 'allow'],
  );
  assert.match(readFileSync(file, 'utf8'), /^# mine\n[^]*name: kept # why\n/);
  const foreign = await rampart.run(['rules', 'remove', 'default-git#1']);
  assert.deepEqual([foreign.status, /was not added by hand/.test(foreign.stderr)], [1, true]);
});

test('an endpoint that runs follows `allow`, `block`, `rules remove` and `policy packs` at once', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const status = async (name: string): Promise<number | null> =>
    (await rampart.guard(['touch', name])).status;
  assert.equal(await status('fine'), 0);
  assert.equal((await rampart.run(['block', 'touch fine'])).status, 0);
  assert.equal(await status('fine'), 126);
  assert.equal((await rampart.run(['rules', 'remove', '1'])).status, 0);
  assert.equal(await status('fine'), 0);
  assert.equal(await status('asked'), 126);
  assert.equal((await rampart.run(['allow', 'touch asked'])).status, 0);
  assert.equal(await status('asked'), 0);
});

test('a guarded program changes no rule', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  for (const words of [
    ['allow', 'x'],
    ['block', 'x'],
    ['rules', 'remove', '1'],
    ['policy', 'packs', 'disable', 'git'],
  ]) {
    const { status, stderr } = await rampart.guard([
      process.execPath,
      join(process.cwd(), 'dist', 'cli.js'),
      ...words,
    ]);
    assert.equal(status, 4, stderr);
    assert.match(stderr, /a guarded program cannot change the rules: do it in a terminal of your own/);
  }
  assert.throws(() => readFileSync(policiesOf(rampart)), { code: 'ENOENT' });
});

test('a file that is a link stays one, and one that is broken is left alone', async (context) => {
  const rampart = new Rampart(context);
  const target = rampart.write('dotfile.yaml', '# kept\npolicies: []\n');
  mkdirSync(policiesOf(rampart), { recursive: true });
  symlinkSync(target, join(policiesOf(rampart), 'by-hand.yaml'));
  await rampart.run(['block', 'x']);
  assert.match(readFileSync(target, 'utf8'), /^# kept\n[^]*command_matches:/);
  writeFileSync(target, 'policies: [\n');
  const broken = await rampart.run(['block', 'y']);
  assert.deepEqual([broken.status, readFileSync(target, 'utf8')], [1, 'policies: [\n']);
  assert.match(broken.stderr, /by-hand\.yaml: line \d+: /);
});

test('`policy lint` says file, line, column and severity, and fails on errors', async (context) => {
  const rampart = new Rampart(context);
  const lint = async (
    text: string,
    ...words: readonly string[]
  ): Promise<readonly [number | null, string]> => {
    const file = rampart.write('lint.yaml', text);
    const { status, stdout, stderr } = await rampart.run(['policy', 'lint', ...words, file]);
    assert.equal(stderr, '');
    return [status, stdout.replaceAll(file, 'F')];
  };
  const misspelt = await lint(
    'policies:\n  - name: a\n    rules:\n      - action: deny\n        mesage: x\n',
  );
  assert.deepEqual(misspelt, [
    1,
    'F:5:9: error: unknown key "mesage" in rule, did you mean message?\n1 file: 1 error, 0 warnings\n',
  ]);
  const shadowed =
    'policies:\n  - name: a\n    rules:\n      - { action: deny, message: x, when: { default: true } }\n      - { action: ask, message: x, when: { command_matches: [y] } }\n';
  assert.deepEqual(await lint(shadowed), [
    0,
    'F:5:9: warning: rule is never reached: rule 1 matches all that it does\n1 file: 0 errors, 1 warning\n',
  ]);
  assert.equal((await lint(shadowed, '--strict'))[0], 1);
  const json = parseRecords(
    (await rampart.run(['policy', 'lint', '--json', join(rampart.folder, 'lint.yaml')])).stdout,
  );
  assert.deepEqual(
    json.map(({ severity, line }) => [severity, line]),
    [['warning', 5]],
  );
  const missing = await rampart.run(['policy', 'lint', 'nowhere.yaml']);
  assert.deepEqual(
    [missing.status, /nowhere\.yaml:1:1: error: the file does not exist/.test(missing.stdout)],
    [1, true],
  );
  writeUserPolicy(rampart, 'mine.yaml', 'polices: []\n');
  const inForce = await rampart.run(['policy', 'lint']);
  assert.deepEqual(
    [inForce.status, /mine\.yaml:1:1: error: .*did you mean policies/.test(inForce.stdout)],
    [1, true],
  );
});

const testedPolicy = `default_action: allow
policies:
  - name: mine
    rules:
      - action: deny
        when: { command_matches: [x] }
        message: not x
tests:
  - { name: x is denied, tool: exec, params: { command: x }, expect: deny, expect_message: 'not *' }
  - { name: y is denied, tool: exec, params: { command: y }, expect: deny }
`;

test('`policy test` says ok or not ok for every case, with totals', async (context) => {
  const rampart = new Rampart(context);
  const file = rampart.write('tested.yaml', testedPolicy);
  const { status, stdout } = await rampart.run(['policy', 'test', file]);
  assert.deepEqual(
    [status, stdout.replaceAll(file, 'F')],
    [
      1,
      'ok 1 - x is denied\nnot ok 2 - y is denied\n  F:10: expected deny, got allow by default: \n1 passed, 1 failed\n',
    ],
  );
  const json = parseObject((await rampart.run(['policy', 'test', '--json', file])).stdout);
  assert.deepEqual(json, {
    passed: 1,
    failed: 1,
    errors: 0,
    total: 2,
    tests: [
      { name: 'x is denied', passed: true },
      { name: 'y is denied', passed: false, expected: 'deny', got: 'allow', message: '' },
    ],
  });
  for (const words of [[file], ['--json', file], ['nowhere.yaml']]) {
    const asTest = await rampart.run(['test', ...words]);
    const asPolicyTest = await rampart.run(['policy', 'test', ...words]);
    assert.deepEqual([asTest.status, asTest.stdout], [1, asPolicyTest.stdout], 'as the peer spells it');
  }
  assert.equal((await rampart.run(['test', '--text', file])).status, 0);
  mkdirSync(join(rampart.folder, 'suites'));
  const suite = rampart.write(
    'suites/suite.yaml',
    'policy: ../tested.yaml\ntests:\n  - { tool: exec, params: { command: z }, expect: allow }\n',
  );
  assert.deepEqual(
    (await rampart.run(['policy', 'test', suite])).stdout,
    'ok 1 - line 3\n1 passed, 0 failed\n',
  );
  const bad = await rampart.run([
    'policy',
    'test',
    rampart.write('bad.yaml', 'policy: nowhere.yaml\ntests: []\n'),
  ]);
  assert.deepEqual(
    [bad.status, /error: .*nowhere\.yaml: the file does not exist/.test(bad.stdout)],
    [1, true],
  );
  writeUserPolicy(rampart, 'mine.yaml', testedPolicy);
  assert.match((await rampart.run(['policy', 'test'])).stdout, /1 passed, 1 failed\n$/);
});

test('`policy packs` lists what is on, and switches packs off and on', async (context) => {
  const rampart = new Rampart(context);
  const isOn = async (name: string): Promise<unknown> =>
    parseRecords((await rampart.run(['policy', 'packs', '--json'])).stdout).find(
      (pack) => pack['name'] === name,
    )?.['on'];
  assert.equal(await isOn('default-privilege'), true);
  assert.equal((await rampart.run(['policy', 'packs', 'disable', 'privilege'])).status, 0);
  assert.deepEqual([await isOn('default-privilege'), await decide(rampart, 'sudo ls')], [false, 'allow']);
  assert.match(
    (await rampart.run(['policy', 'packs'])).stdout,
    /^off {2}default-privilege +\S.*packs\.yaml\)$/m,
  );
  assert.equal((await rampart.run(['policy', 'packs', 'enable', 'default-privilege'])).status, 0);
  assert.deepEqual([await isOn('default-privilege'), await decide(rampart, 'sudo ls')], [true, 'ask']);
  const unknown = await rampart.run(['policy', 'packs', 'disable', 'nothing']);
  assert.deepEqual(
    [unknown.status, /there is no pack `nothing`; there are default-/.test(unknown.stderr)],
    [1, true],
  );
  const own = writeUserPolicy(rampart, 'own.yaml', 'policies:\n  - name: default-git\n    rules: []\n');
  const replaced = await rampart.run(['policy', 'packs', 'disable', 'git']);
  assert.deepEqual([replaced.status, replaced.stderr.includes(own)], [1, true]);
});

test('an endpoint that runs stops asking for what a pack says once that is switched off, and no other', async (context) => {
  const rampart = new Rampart(context);
  const commands = {
    git: ['git', 'push', '--force'],
    cloud: ['aws', 's3', 'rb', 's3://x', '--force'],
    databases: ['psql', '-c', 'drop table x'],
    containers: ['docker', 'volume', 'rm', 'x'],
  } as const;
  for (const [program] of Object.values(commands)) {
    writeFileSync(join(rampart.folder, program), '#!/bin/sh\n');
    chmodSync(join(rampart.folder, program), 0o755);
  }
  const isRefused = async ([program, ...rest]: readonly [string, ...string[]]): Promise<boolean> =>
    (await rampart.guard([join(rampart.folder, program), ...rest])).status === 126;
  for (const [pack, command] of Object.entries(commands)) {
    assert.equal(await isRefused(command), true, pack);
    assert.equal((await rampart.run(['policy', 'packs', 'disable', pack])).status, 0);
    assert.equal(await isRefused(command), false, pack);
  }
  const enabled = await rampart.run(['policy', 'packs', 'enable', '--json', 'git']);
  assert.deepEqual([enabled.status, parseObject(enabled.stdout)], [0, { name: 'default-git', on: true }]);
  assert.equal(await isRefused(commands.git), true);
  assert.equal(await isRefused(commands.cloud), false);
});

test('a guarded program cannot end the endpoint by its number', async (context) => {
  const rampart = new Rampart(context);
  assert.equal((await rampart.guard(['true'])).status, 0);
  const pid = rampart.endpointPid;
  assert.ok(pid !== null);
  for (const command of [`kill ${pid}`, `kill -9 -- -${pid}`, `echo ${pid} | xargs kill`]) {
    const { status, stderr } = await rampart.guard(['sh', '-c', command]);
    assert.equal(status, 126, command);
    assert.match(stderr, /this ends Rampart/);
  }
  assert.equal(rampart.endpointPid, pid);
});

test('`bench` measures the policies in force, with commands of its own or those of a file', async (context) => {
  const rampart = new Rampart(context);
  const file = rampart.write('commands', '# two\nls -l\nmake && make test\n');
  const json = parseObject((await rampart.run(['bench', '--json', file])).stdout);
  const text = json['text'];
  assert.ok(isRecord(text));
  assert.deepEqual([json['words'], text['commands']], [null, 2]);
  assert.ok(Number(text['median_us']) > 0 && Number(text['p99_us']) >= Number(text['median_us']));
  const missing = await rampart.run(['bench', 'nowhere']);
  assert.deepEqual([missing.status, /nowhere cannot be read/.test(missing.stderr)], [1, true]);
});
