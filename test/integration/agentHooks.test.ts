import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseObject, Rampart, summaryOf } from '../support/rampart.ts';

function hookInput(command: string, cwd: string): string {
  return JSON.stringify({ toolName: 'bash', toolArgs: { command }, cwd, sessionId: 'talk' });
}

test('a hook refuses what the policy denies, with the reason, and records it under the name of the agent', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const input = hookInput('cd /tmp && touch forbidden', rampart.folder);
  const { stdout, status } = await rampart.run(['hook', 'copilot'], { input });
  const answer = parseObject(stdout);
  assert.deepEqual([status, answer['permissionDecision']], [0, 'deny']);
  assert.match(String(answer['permissionDecisionReason']), /^rampart: denied `cd .*nobody touches this/);
  assert.deepEqual((await rampart.log()).map(summaryOf), ['cd /tmp && touch forbidden deny true']);
  assert.deepEqual(
    (await rampart.log()).map(({ agent, session }) => [agent, session]),
    [['copilot', 'talk']],
  );
});

test('a command that a hook lets through runs with the library, so that what it starts is asked about', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  rampart.write('inner.sh', '#!/bin/sh\ntouch forbidden\n');
  const input = hookInput('./inner.sh', rampart.folder);
  const { stdout } = await rampart.run(['hook', 'copilot'], { input });
  const { command } = parseObject(stdout)['modifiedArgs'] as { command: string };
  const { stderr } = await rampart.startProgram(['/bin/sh', '-c', command]).finished;
  assert.match(stderr, /rampart: denied `touch forbidden`/);
  assert.equal(existsSync(join(rampart.folder, 'forbidden')), false);
  assert.ok(
    (await rampart.log()).some(
      (record) => record['agent'] === 'copilot' && /inner/.test(JSON.stringify(record)),
    ),
  );
});

test('under guard a hook leaves the asking to the library', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  rampart.write('input.json', hookInput('touch forbidden', rampart.folder));
  const shell = '"$NODE" "$CLI" hook copilot < input.json';
  const environment = { NODE: process.execPath, CLI: join(process.cwd(), 'dist', 'cli.js') };
  const { stdout } = await rampart.guard(['sh', '-c', shell], { environment });
  assert.equal(stdout, '{}\n');
});

test('a hook that nobody answers lets the command run and says so, or refuses it where that is wanted', async (context) => {
  const rampart = new Rampart(context);
  const input = hookInput('touch x', rampart.folder);
  const nowhere = { RAMPART_STATE_DIR: '/proc/nowhere' };
  const open = await rampart.run(['hook', 'gemini'], {
    input: '{"tool_name":"run_shell_command","tool_input":{"command":"touch x"}}',
    environment: nowhere,
  });
  assert.match(open.stderr, /the command runs unchecked/);
  const closed = await rampart.run(['hook', 'copilot'], {
    input,
    environment: { ...nowhere, RAMPART_FAIL_OPEN: '0' },
  });
  assert.equal(parseObject(closed.stdout)['permissionDecision'], 'deny');
});

test('what a hook cannot read is said', async (context) => {
  const { status, stderr } = await new Rampart(context).run(['hook', 'gemini'], { input: 'no JSON' });
  assert.equal(status, 1);
  assert.match(stderr, /^rampart: hook: .*JSON/);
});

test('an adapter is shown, written only when a person agrees, tried with the program, and taken out', async (context) => {
  const rampart = new Rampart(context);
  const settings = join(rampart.home, '.codex', 'config.toml');
  const shown = await rampart.run(['adapt', 'preview', 'codex']);
  assert.match(
    shown.stdout,
    /config\.toml, line 1:\n.*\n\+\[shell_environment_policy\.set\]\n\+LD_PRELOAD = /,
  );
  const refused = await rampart.run(['adapt', 'apply', 'codex'], { input: 'n\n' });
  assert.deepEqual([refused.status, existsSync(settings)], [1, false]);
  const applied = await rampart.run(['adapt', 'apply', 'codex'], { input: 'y\n' });
  assert.match(
    applied.stderr,
    /Codex is set up.*\n.*no endpoint answers.*fail mode.*\n.*`codex` is not in PATH/,
  );
  assert.equal(applied.status, 1);
  assert.match(readFileSync(settings, 'utf8'), /RAMPART_AGENT = "codex"/);
  const listed = await rampart.run(['adapt', '--json']);
  const rows = JSON.parse(listed.stdout) as { agent: string; state: string }[];
  assert.equal(rows.find(({ agent }) => agent === 'codex')?.state, 'applied');
  const undone = await rampart.run(['adapt', 'undo', 'codex']);
  assert.deepEqual([undone.status, existsSync(settings)], [0, false]);
});

test('a guarded program cannot take an adapter out', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const applied = await rampart.run(['adapt', 'apply', '--yes', 'codex']);
  assert.match(applied.stderr, /Codex is set up.*\n.*`codex` is not in PATH/);
  const shell = '"$NODE" "$CLI" adapt undo codex';
  const environment = { NODE: process.execPath, CLI: join(process.cwd(), 'dist', 'cli.js') };
  const { status, stderr } = await rampart.guard(['sh', '-c', shell], { environment });
  assert.deepEqual([status, existsSync(join(rampart.home, '.codex', 'config.toml'))], [4, true]);
  assert.match(stderr, /a guarded program cannot change how agents are guarded/);
});
