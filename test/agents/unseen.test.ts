import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { kill } from '../support/processes.ts';
import { Rampart, parseObject } from '../support/rampart.ts';
import { until } from '../support/until.ts';

/** An agent into which no library can be loaded: it starts a program with nothing in its environment, and waits. */
const agent = `#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
    char *environment[] = {NULL};
    pid_t child = fork();
    (void)count;
    if (child == 0)
        syscall(SYS_execve, arguments[1], arguments + 1, environment);
    waitpid(child, NULL, 0);
    return 0;
}
`;

function compile(rampart: Rampart): string {
  const source = rampart.write('agent.c', agent);
  const program = join(rampart.folder, 'agent');
  execFileSync('gcc', ['-static', '-o', program, source]);
  return program;
}

interface Unguarded {
  readonly name: string;
  readonly pid: number;
  readonly reason: string;
}

/** What `rampart status` says runs without the library. */
async function findUnguarded(rampart: Rampart): Promise<readonly Unguarded[]> {
  const { stdout } = await rampart.run(['status', '--json']);
  return parseObject(stdout)['unguarded'] as readonly Unguarded[];
}

async function start(context: TestContext): Promise<Rampart> {
  const rampart = new Rampart(context);
  await rampart.serve();
  return rampart;
}

test('a static agent that makes its own system calls is not prevented, and is said to be unseen', async (context) => {
  const rampart = await start(context);
  const program = compile(rampart);
  const { stderr } = await rampart.guard([program, '/usr/bin/touch', 'forbidden']);
  assert.ok(existsSync(join(rampart.folder, 'forbidden')));
  assert.match(stderr, /the library cannot be loaded into .*agent.* what it starts is not guarded/);
  const records = await rampart.log();
  assert.deepEqual(
    records.map(({ guardable }) => guardable),
    [false],
  );
  const { stdout } = await rampart.run(['log']);
  assert.match(stdout, /agent \/usr\/bin\/touch forbidden. \(not guardable: what it starts is not seen\)/);
});

test('what runs without the library in a guarded tree is named with the reason while it runs', async (context) => {
  const rampart = await start(context);
  const program = compile(rampart);
  let found: readonly Unguarded[] = [];
  context.after(() => found.forEach(({ pid }) => kill(pid)));
  rampart.start(['preload', '--', 'sh', '-c', `${program} /bin/sleep 600; true`]);
  await until('both are named', async () => {
    found = await findUnguarded(rampart);
    return found.some(({ name }) => name === 'sleep');
  });
  assert.deepEqual(
    found.map(({ name, reason }) => [name, reason]),
    [
      ['agent sleep', 'notLoaded'],
      ['sleep', 'notTold'],
    ],
  );
  const { stdout } = await rampart.run(['status']);
  assert.match(stdout, /^unguarded +agent sleep \(\d+\): the library cannot be loaded into it$/m);
  assert.match(stdout, /^unguarded +sleep \(\d+\): it was started without the library$/m);
});
