import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseObject, Rampart, summaryOf } from '../support/rampart.ts';

/** Asks over TCP, as a client that has nothing but the address and maybe a token does. */
async function ask(url: unknown, token: string | null, agent: string): Promise<number> {
  const answer = await fetch(`${String(url)}/v1/preflight/exec`, {
    method: 'POST',
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify({ agent, params: { command: 'touch forbidden' }, enforce: true }),
  });
  return answer.status;
}

test('a person makes a token for an agent, sees its use and takes it back', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve('--port', '0');
  const made = await rampart.run(['token', 'create', '--agent', 'ci', '--expires', '1d', '--note', 'build']);
  assert.match(made.stderr, /^rampart: token [0-9a-f]{12} for ci \(eval\); it is shown this once only\n$/);
  const token = made.stdout.trim();
  assert.deepEqual(
    [await ask(ready['url'], token, 'codex'), await ask(ready['url'], null, 'codex')],
    [200, 401],
  );
  const [record] = (await rampart.log()).filter((each) => each['tool'] === 'exec');
  assert.deepEqual([record?.['agent'], record && summaryOf(record)], ['ci', 'touch forbidden deny true']);
  const listed = await rampart.run(['token', 'list']);
  const id = /token ([0-9a-f]{12})/.exec(made.stderr)?.[1] ?? '';
  assert.match(
    listed.stdout,
    new RegExp(`^${id} ci: eval, ${token.slice(0, 16)}…, until .*, used .*\\(build\\)\n$`),
  );
  assert.ok(!listed.stdout.includes(token));
  assert.equal((await rampart.run(['token', 'revoke', ''])).status, 2);
  const revoked = await rampart.run(['token', 'revoke', '--json', id.slice(0, 6)]);
  assert.deepEqual([revoked.status, parseObject(revoked.stdout)], [0, { id, agent: 'ci', revoked: true }]);
  assert.equal((await rampart.run(['token', 'list', '--json'])).stdout.includes('"revoked_at":"20'), true);
  assert.equal((await rampart.run(['token', 'revoke', 'ffff'])).status, 1);
});

test('a wish for a token that cannot be is told of, and a guarded program gets none', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  for (const words of [[], ['--agent', 'a b'], ['--agent', 'a', '--scope', 'root']])
    assert.equal((await rampart.run(['token', 'create', ...words])).status, 2, words.join(' '));
  const guarded = await rampart.guard([process.execPath, 'dist/cli.js', 'token', 'create', '--agent', 'a'], {
    cwd: process.cwd(),
  });
  assert.equal(guarded.status, 4, guarded.stderr);
});

test('the owner’s token stands in nothing that a process of the same user can read', async (context) => {
  const rampart = new Rampart(context);
  const owners = 'a-secret-of-the-owner';
  const running = rampart.start(['serve', '--no-default-policy', '--policy', rampart.policy, '--port', '0'], {
    environment: { RAMPART_TOKEN: owners },
  });
  const line = await new Promise<string>((resolve) => running.child.stdout?.once('data', resolve));
  const { pid, url } = parseObject(line);
  const headers = { authorization: `Bearer ${owners}` };
  assert.equal((await fetch(`${String(url)}/v1/status`, { headers })).status, 200);
  for (const name of ['environ', 'cmdline'])
    assert.ok(!readFileSync(`/proc/${String(pid)}/${name}`, 'latin1').includes(owners), name);
});

test('a refused command can be run once, as a person said', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const script = rampart.write('again.sh', 'touch forbidden; read x; touch forbidden && echo ran\n');
  const shell = rampart.start(['preload', '--', 'bash', script]);
  let said = '';
  shell.child.stderr?.on('data', (piece: string) => (said += piece));
  await new Promise<void>((resolve) => shell.child.stderr?.once('data', () => resolve()));
  const unknown = await rampart.run(['run-anyway', '00000000']);
  assert.deepEqual(
    [unknown.status, unknown.stderr],
    [1, 'rampart: no command was refused lately under 00000000; run it again first\n'],
  );
  const given = await rampart.run(['run-anyway', 'last']);
  assert.equal(given.status, 0, given.stderr);
  shell.child.stdin?.end('\n');
  assert.equal((await shell.finished).stdout, 'ran\n', said);
});
