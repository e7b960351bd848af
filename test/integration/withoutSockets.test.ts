import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startProgram } from '../support/processes.ts';
import { parseObject, Rampart, summaryOf } from '../support/rampart.ts';

/** Becomes another program, in which making a socket or connecting one is forbidden, as agents' sandboxes do it. */
const sandbox = `#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
    unsigned number = strcmp(argv[1], "socket") == 0 ? SYS_socket : SYS_connect;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return 1;
    execvp(argv[2], argv + 2);
    return 1;
}
`;

/** Says nothing of most commands: everybody else may run them. */
const watching = `version: "1"
default_action: allow
policies:
  - name: watching
    rules:
      - { action: watch, when: { command_matches: ["touch watched", "*dash *"] } }
`;

async function buildSandbox(context: TestContext, rampart: Rampart): Promise<void> {
  const source = rampart.write('sandbox.c', sandbox);
  const built = startProgram(context, ['gcc', '-o', 'sandbox', source], { cwd: rampart.folder });
  assert.equal((await built.finished).status, 0, built.said.stderr);
}

test('allows an agent’s token no more in a sandbox than outside', async (context) => {
  const rampart = new Rampart(context);
  writeFileSync(rampart.policy, watching);
  await rampart.serve();
  await buildSandbox(context, rampart);
  const made = await rampart.run(['token', 'create', '--agent', 'claude', '--json']);
  const environment = { RAMPART_TOKEN: String(parseObject(made.stdout)['token']) };
  const script = rampart.write('a.sh', 'touch watched\ntouch fine\n:\n');
  for (const inside of [[], ['./sandbox', 'socket'], ['./sandbox', 'connect']]) {
    const { stderr } = await rampart.guard([...inside, 'dash', script], { environment });
    assert.match(
      stderr,
      /^rampart: denied `touch fine` by the policy's default: no rule allows/m,
      inside.join(' '),
    );
    assert.doesNotMatch(stderr, /touch watched/);
  }
  const records = (await rampart.log()).filter(({ tool }) => tool === 'exec');
  assert.deepEqual([...new Set(records.map(({ agent }) => agent))], ['claude']);
});

for (const call of ['socket', 'connect'] as const) {
  test(`decides and records in a sandbox that forbids ${call}()`, async (context) => {
    const rampart = new Rampart(context);
    await rampart.serve();
    await buildSandbox(context, rampart);
    const long = 'x'.repeat(20_000);
    const script = rampart.write(
      'a.sh',
      `touch fine\ntouch forbidden\necho "status $?"\ntrue ${long}\n/bin/true ${long}\n`,
    );
    const { status, stdout, stderr } = await rampart.guard(['./sandbox', call, 'dash', script]);
    assert.deepEqual([status, stdout], [0, 'status 126\n'], stderr);
    assert.match(stderr, /^rampart: denied `touch forbidden` by rule touching#1: nobody touches this/);
    assert.equal(stderr.split('rampart: denied').length - 1, 1, stderr);
    assert.deepEqual(
      ['fine', 'forbidden'].map((each) => existsSync(join(rampart.folder, each))),
      [true, false],
    );
    assert.deepEqual((await rampart.log()).map(summaryOf), [
      `./sandbox ${call} dash ${script} allow true`,
      `dash ${script} allow true`,
      'touch fine allow true',
      'touch forbidden deny true',
      `/bin/true ${long} allow true`,
    ]);
  });
}
