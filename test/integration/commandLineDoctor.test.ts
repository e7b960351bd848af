import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';
import { cli, parseObject, Rampart } from '../support/rampart.ts';

function checkIn(stdout: string, name: string): UnknownRecord {
  const { checks } = parseObject(stdout);
  const found: unknown = Array.isArray(checks)
    ? checks.find((check) => isRecord(check) && check['name'] === name)
    : null;
  assert.ok(isRecord(found), stdout);
  return found;
}

test('`doctor` finds nothing wrong in a shell of one’s own, and tries the library', async (context) => {
  const rampart = new Rampart(context);
  const { status, stdout, stderr } = await rampart.run(['doctor', '--json']);
  assert.deepEqual([status, stderr, parseObject(stdout)['ok']], [0, '', true], stdout);
  assert.equal(checkIn(stdout, 'loading')['status'], 'ok');
  assert.match(String(checkIn(stdout, 'endpoint')['message']), /nobody listens/);
  await rampart.serve('--mode', 'monitor');
  const text = await rampart.run(['doctor']);
  assert.match(text.stdout, /^ok {7}endpoint: version \S+, mode monitor$/m);
  assert.match(text.stdout, /^warning {2}mode: it is `monitor`: nothing is refused\n {9}switch it with/m);
});

test('`doctor` knows a guarded shell, and says what keeps one from being so', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const guarded = await rampart.guard([process.execPath, cli, 'doctor', '--json']);
  assert.equal(checkIn(guarded.stdout, 'this shell')['message'], 'it is guarded');
  writeFileSync(join(rampart.home, '.bashrc'), 'unset LD_PRELOAD\n');
  chmodSync(rampart.stateDirectory, 0o777);
  const environment = { RAMPART_URL: 'unix:///nowhere/endpoint.sock', SHELL: '/bin/sh' };
  const broken = await rampart.run(['doctor', '--json'], { environment });
  assert.equal(broken.status, 1);
  for (const name of ['this shell', 'RAMPART_URL', 'start files', 'state directory'])
    assert.equal(checkIn(broken.stdout, name)['status'], 'problem', name);
  chmodSync(rampart.stateDirectory, 0o700);
});

test('`doctor` names a rule that was written only halfway, and denies everything', async (context) => {
  const rampart = new Rampart(context);
  const policies = join(rampart.home, '.rampart/policies');
  mkdirSync(policies, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(policies, 'half.yaml'),
    'policies:\n  - name: half\n    rules:\n      - action: deny\n        when:\n',
  );
  const { status, stdout } = await rampart.run(['doctor', '--json', '--machine']);
  assert.equal(status, 0);
  assert.match(String(checkIn(stdout, 'policy')['message']), /\.yaml:4: rule denies everything/);
});

test('`doctor` says what keeps a state directory from being made', async (context) => {
  const rampart = new Rampart(context);
  const file = rampart.write('taken', '');
  const { status, stdout } = await rampart.run([
    'doctor',
    '--json',
    '--state-dir',
    join(file, 'run', 'here'),
  ]);
  assert.equal(status, 1);
  assert.match(
    String(checkIn(stdout, 'state directory')['message']),
    /cannot be made: .*taken is no directory$/,
  );
});
