import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import { createCommandShell, neededWords } from '../support/commandShell.ts';
import type { CommandShell } from '../support/commandShell.ts';
import { Rampart } from '../support/rampart.ts';

/** Those that look at a state directory and make none, as they would be typed. */
const lines = commands
  .filter(({ name, options }) => '--state-dir' in options && !['preload', 'serve', 'hook'].includes(name))
  .map(({ name }) => ({ name, line: [...name.split(' '), ...(neededWords[name] ?? [])] }));

/** What keeps these from their work is not where the endpoint is. */
const others = ['doctor', 'adapt apply', 'adapt verify', 'rules remove'];

/** Another program in the place of the endpoint. */
async function listenInItsPlace(
  context: TestContext,
  { stateDirectory }: CommandShell,
  status: number,
): Promise<void> {
  mkdirSync(stateDirectory, { mode: 0o700 });
  const server = createServer((_request, response) => response.writeHead(status).end('<p>hello</p>'));
  context.after(() => server.close());
  await new Promise<void>((listening) => server.listen(join(stateDirectory, 'endpoint.sock'), listening));
}

for (const { name, line } of lines) {
  test(`\`${name}\` says where it looked in vain, and what can be done`, async (context) => {
    const shell = createCommandShell(context);
    const absent = await shell.run(line);
    assert.notEqual(absent.status, 2, absent.err);
    if (absent.status === 3)
      assert.match(absent.err, /^rampart: no endpoint runs in .* `rampart serve` start one\)$/m);
    if (absent.status !== 0 && !others.includes(name))
      assert.ok(absent.err.includes(shell.stateDirectory), absent.err);

    writeFileSync(shell.stateDirectory, 'no directory');
    const blocked = await shell.run(line);
    assert.notEqual(blocked.status, 2, blocked.err);
    if (blocked.status !== 0 && !others.includes(name))
      assert.ok(blocked.err.includes(shell.stateDirectory), blocked.err);
    assert.doesNotMatch(blocked.err, /cannot be read: .*cannot be read/);
  });

  test(`\`${name}\` tells another program in the place of the endpoint from one in trouble`, async (context) => {
    const foreign = createCommandShell(context);
    await listenInItsPlace(context, foreign, 200);
    const misled = await foreign.run(line);
    if (!/no endpoint that this command knows/.test(misled.err))
      assert.doesNotMatch(misled.err, /JSON|token/);
    const busy = createCommandShell(context);
    await listenInItsPlace(context, busy, 503);
    const refused = await busy.run(line);
    assert.equal(/in trouble/.test(refused.err), /endpoint\.log may say why/.test(refused.err), refused.err);
  });
}

test('a log that is looked for in the wrong place is not called whole', async (context) => {
  const { run, stateDirectory } = createCommandShell(context);
  const nowhere = join(stateDirectory, 'none');
  for (const line of [['verify'], ['audit', 'verify'], ['log', '--verify']]) {
    const { status, out, err } = await run([...line, '--state-dir', nowhere]);
    assert.deepEqual([status, out], [1, ''], line.join(' '));
    assert.equal(err, `rampart: there is no state directory ${nowhere}: nothing was recorded there\n`);
  }
});

test('an endpoint of another user is asked by no command', async (context) => {
  const own = process.geteuid?.() ?? 0;
  const owner = own === 0 ? 4_711 : own;
  for (const { name, line } of lines.filter(({ name }) => name !== 'doctor')) {
    const shell = createCommandShell(context, owner + 1);
    mkdirSync(shell.stateDirectory);
    chownSync(shell.stateDirectory, owner, -1);
    const refused = await shell.run(line);
    assert.deepEqual([refused.status, refused.out], [2, ''], name);
    const reason = `another user's endpoint is not asked: ${shell.stateDirectory} (name another one with`;
    assert.ok(refused.err.includes(reason), refused.err);
  }
});

test('`log` says that nothing was recorded yet, and where it looked', async (context) => {
  const { run, stateDirectory } = createCommandShell(context);
  const reason = `rampart: nothing was recorded yet: there is no log in ${join(stateDirectory, 'audit')}\n`;
  assert.deepEqual(await run(['log']), { status: 0, out: '', err: reason });
  assert.deepEqual(await run(['log', '--json']), { status: 0, out: '', err: '' });
});

test('a state directory that others may write is not used, and the remedy is said', async (context) => {
  const rampart = new Rampart(context);
  mkdirSync(rampart.stateDirectory);
  chmodSync(rampart.stateDirectory, 0o777);
  const served = await rampart.run(['serve']);
  const reason = /others may write the state directory: \S+ \(look what is in it, then `chmod go-w` it\)/;
  assert.equal(served.status, 1);
  assert.match(served.stderr, reason);
  const open = await rampart.run(['preload', '--', 'true']);
  assert.equal(open.status, 0);
  assert.match(open.stderr, reason);
  const closed = await rampart.run(['preload', '--fail-closed', '--', 'true']);
  assert.equal(closed.status, 125, closed.stderr);
  assert.match(closed.stderr, reason);
});
