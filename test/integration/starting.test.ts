import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parseObject, Rampart } from '../support/rampart.ts';
import { until } from '../support/until.ts';

function endpointsOf(stateDirectory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes(stateDirectory) && words.some((word) => word.endsWith('endpoint.js'));
      } catch {
        return false;
      }
    });
}

test('two that start an endpoint at once end with one', async (context) => {
  const rampart = new Rampart(context);
  const start = (name: string): ReturnType<Rampart['run']> =>
    rampart.run(['preload', '--policy', rampart.policy, '--session', name, '--', 'true']);
  const outcomes = await Promise.all(['a', 'b', 'c'].map(start));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    [0, 0, 0],
    JSON.stringify(outcomes),
  );
  const pids = await until('the losers are gone', () => {
    const found = endpointsOf(rampart.stateDirectory);
    return found.length === 1 && found;
  });
  assert.deepEqual(pids, [rampart.endpointPid]);
  const sessions = (await rampart.log()).map((record) => record['session']);
  assert.deepEqual(sessions.sort(), ['a', 'b', 'c']);
});

test('an endpoint that `preload` starts decides by the given policy, in the given mode, and outlives it', async (context) => {
  const rampart = new Rampart(context);
  const words = ['preload', '--policy', rampart.policy, '--mode', 'monitor', '--', 'touch', 'forbidden'];
  const first = await rampart.run(words);
  assert.deepEqual([first.status, first.stderr], [0, '']);
  const status = parseObject((await rampart.run(['status', '--json'])).stdout);
  assert.deepEqual(
    [status['running'], status['mode'], status['pid']],
    [true, 'monitor', rampart.endpointPid],
  );
  const second = await rampart.run(words);
  assert.equal(second.status, 0);
  assert.match(
    second.stderr,
    /^rampart: an endpoint was running already \(pid \d+, mode monitor\): `--policy` does not/m,
  );
  assert.match(second.stderr, /`--mode monitor` does not apply to it, only to this command$/m);
});

test('an endpoint on demand is nobody’s child and has none of its starter’s environment', async (context) => {
  const rampart = new Rampart(context);
  const environment = { VSCODE_PID: '1', SECRET_KEY: 'x', XDG_DATA_HOME: '/x' };
  const script = 'ps -o pid= --ppid $$ >children; wc -l <children';
  const { stdout } = await rampart.run(
    ['preload', '--policy', rampart.policy, '--', 'sh', rampart.write('a.sh', script)],
    { environment },
  );
  // `ps` itself is the shell's only child.
  assert.equal(stdout.trim(), '1');
  const pid = rampart.endpointPid;
  assert.ok(pid !== null);
  const given = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  const names = given
    .map((entry) => entry.replace(/=.*$/s, ''))
    .filter((name) => !['', 'PWD', '_', 'SHLVL'].includes(name));
  assert.deepEqual(names.sort(), ['HOME', 'LANG', 'PATH', 'XDG_DATA_HOME']);
  assert.equal(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3] === String(process.pid), false);
});

test('a policy that cannot be read is a wrong argument, and nothing runs without it', async (context) => {
  const rampart = new Rampart(context);
  const broken = rampart.write('broken.yaml', 'policies: [');
  for (const words of [['preload'], ['serve']]) {
    const command = words[0] === 'preload' ? ['--', 'echo', 'ran'] : [];
    const { status, stdout, stderr } = await rampart.run([...words, '--policy', broken, ...command]);
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, /broken\.yaml:1:\d+: /);
  }
  assert.equal(rampart.endpointPid, null);
});
