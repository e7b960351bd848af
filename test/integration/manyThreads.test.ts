import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import type { UnknownRecord } from '../../src/base/record.ts';
import { startProgram } from '../support/processes.ts';
import { Rampart } from '../support/rampart.ts';

const threads = 64;
/** As test/native/snippets/crowd.c has them. */
const doors = [
  ...['execve', 'execv', 'execvp', 'execvpe', 'execl', 'execle', 'execlp', 'execveat', 'fexecve', 'syscall'],
  ...['posix_spawn', 'posix_spawnp', 'system', 'popen', '_IO_popen', 'wordexp'],
];
const shells = ['system', 'popen', '_IO_popen', 'wordexp'];

/** Door, command and action of every start that a thread makes, a shell's own included. */
function startsOf(thread: number): readonly string[] {
  const door = doors[thread % doors.length] ?? '';
  const isShell = shells.includes(door);
  const of = (command: string, action: string): string =>
    `${door} ${door === 'wordexp' ? `$(${command})` : command} ${action}`;
  const allowed = (command: string, text = command): readonly string[] =>
    isShell ? [of(text, 'allow'), `execve ${command} allow`] : [of(command, 'allow')];
  return [
    ...allowed(`touch fine-${thread}`),
    of(`touch forbidden-${thread}`, 'deny'),
    ...allowed('test text', 'exec test text'),
    ...allowed('test text', 'exec test text'),
  ];
}

function describe({ door, request, decision }: UnknownRecord): string {
  assert.ok(isRecord(request) && isRecord(decision));
  return `${String(door)} ${String(request['command'])} ${String(decision['action'])}`;
}

test('64 threads that start programs at once by every door: each start is decided and recorded once', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const source = resolve('test', 'native', 'snippets', 'crowd.c');
  const compile = ['gcc', '-std=c11', '-D_GNU_SOURCE', '-pthread', '-o', 'crowd', source] as const;
  const built = startProgram(context, compile, { cwd: rampart.folder });
  assert.equal((await built.finished).status, 0, built.said.stderr);
  const { status, stderr } = await rampart.guard(['./crowd']);
  assert.equal(status, 0, stderr);
  const all = Array.from({ length: threads }, (_, thread) => thread);
  const isThere = (name: string) => (thread: number) => existsSync(join(rampart.folder, `${name}-${thread}`));
  assert.deepEqual([all.every(isThere('fine')), all.some(isThere('forbidden'))], [true, false]);
  const wanted = all.flatMap(startsOf);
  // It has then read the journal to its end.
  const stopped = await rampart.run(['stop']);
  assert.equal(stopped.status, 0, stopped.stderr);
  const records = await rampart.log();
  const [root, ...others] = records;
  assert.match(root === undefined ? '' : describe(root), /^preload \.\/crowd allow/);
  assert.deepEqual(others.map(describe).sort(), [...wanted].sort());
  assert.equal(new Set(records.map((record) => record['id'])).size, records.length);
  assert.equal(stderr.split('rampart: denied').length - 1, threads, stderr);
});
