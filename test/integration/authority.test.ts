import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kill, startProgram } from '../support/processes.ts';
import { cli, parseObject, Rampart, summaryOf } from '../support/rampart.ts';
import { until } from '../support/until.ts';

const quote = (word: string): string => `'${word}'`;

/** Speaks to the socket itself, without any library: what a preload cannot see. Leaves its parents, its session and its environment. */
const staticClient = `#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[64] = "";
    int answer[2];
    if (argc != 3 || pipe(answer) != 0)
        return 1;
    if (fork() != 0) {
        close(answer[1]);
        if (read(answer[0], line, sizeof line - 1) < 12)
            return 1;
        printf("%.3s\\n", line + 9);
        return 0;
    }
    setsid();
    if (fork() != 0)
        _exit(0);
    while (getppid() != 1 && access("/proc/self", F_OK) == 0 && argc++ < 1000)
        usleep(1000);
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    int link = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(link, (struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    dprintf(link, "%s /v1/shutdown HTTP/1.1\\r\\nHost: rampart\\r\\nContent-Length: 2\\r\\n\\r\\n{}", argv[2]);
    ssize_t got = read(link, line, sizeof line - 1);
    return write(answer[1], line, got > 0 ? (size_t)got : 0) < 0;
}
`;

/** Every way to get authority that an agent's shell has; each prints how it ended as its last line. */
function attempts(rampart: Rampart, socket: string): readonly (readonly [string, string])[] {
  const node = quote(process.execPath);
  const own = `${node} ${quote(cli)}`;
  const state = `--state-dir ${quote(rampart.stateDirectory)}`;
  const path = 'PATH=/usr/bin:/bin';
  return [
    [`${own} mode disabled`, '4'],
    [`${own} stop`, '4'],
    [`LD_PRELOAD= RAMPART_MODE=disabled ${own} mode ${state} monitor`, '4'],
    [`env -u LD_PRELOAD ${own} mode ${state} disabled`, '4'],
    [`env -i ${path} ${own} mode ${state} disabled`, '4'],
    [`setsid -w ${own} mode disabled`, '4'],
    [`sh -c '${own.replaceAll("'", '"')} mode disabled & wait $!'`, '4'],
    [`${own} preload ${state} -- ${own} mode disabled`, '4'],
    [`${own} preload ${state} --mode disabled -- ${own} mode disabled`, '4'],
    [
      `env -i ${path} HOME=/nowhere ${own} preload ${state} --mode disabled -- ${own} mode ${state} disabled`,
      '4',
    ],
    [`${own} serve ${state} --mode disabled`, '4'],
    [`env -i ${path} ${node} ${quote(cli.replace('cli.js', 'endpoint.js'))} ${state} --mode disabled`, '3'],
    [`script -qec "${own.replaceAll("'", '')} mode disabled" /dev/null`, '4'],
    ['./static POST', '403'],
    ['env -i ./static POST', '403'],
  ].map(
    ([line = '', expected = '']) =>
      [line.replace('./static', `./static ${quote(socket)}`), expected] as const,
  );
}

test('a guarded tree cannot steer its endpoint in any way that an agent has', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const source = rampart.write('static.c', staticClient);
  const built = startProgram(context, ['gcc', '-static', '-o', 'static', source], { cwd: rampart.folder });
  assert.equal((await built.finished).status, 0, built.said.stderr);
  const tried = attempts(rampart, String(ready['socket']));
  const script = tried.map(([line]) => `last=$(${line} 2>>errors); echo "$? $last" | tail -n 1`).join('\n');
  const { stdout } = await rampart.guard(['bash', rampart.write('agent.sh', `${script}\n`)]);
  const outcomes = stdout.trimEnd().split('\n');
  const found = tried.map(([line, expected], index) => {
    const [status = '', said = ''] = (outcomes[index] ?? '').split(' ');
    return `${line} → ${expected.length === 3 ? said : status}`;
  });
  assert.deepEqual(
    found,
    tried.map(([line, expected]) => `${line} → ${expected}`),
  );
  const status = parseObject((await rampart.run(['status', '--json'])).stdout);
  assert.deepEqual([status['mode'], status['pid']], ['enforce', ready['pid']]);
});

test('a guarded tree that killed its endpoint cannot start one that is more lenient', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const own = `${quote(process.execPath)} ${quote(cli)}`;
  const script = `: >running
while kill -0 ${String(ready['pid'])} 2>/dev/null; do :; done
${own} preload --mode disabled -- true
${own} status --json
`;
  const shell = rampart.start(['preload', '--', 'bash', rampart.write('agent.sh', script)]);
  await until('the shell runs', () => existsSync(join(rampart.folder, 'running')));
  kill(Number(ready['pid']));
  const { stdout, stderr } = await shell.finished;
  assert.equal(parseObject(stdout)['mode'], 'enforce', stderr);
});

test('a guarded tree that killed its endpoint cannot start one with wishes of its own', async (context) => {
  const rampart = new Rampart(context);
  const { ready } = await rampart.serve();
  const open = rampart.write('open.yaml', 'version: "1"\ndefault_action: allow\npolicies: []\n');
  const other = mkdtempSync(join(rampart.folder, 'other-'));
  const link = join(rampart.folder, 'link');
  symlinkSync(rampart.stateDirectory, link);
  const endpoint = `${quote(process.execPath)} ${quote(cli.replace('cli.js', 'endpoint.js'))}`;
  const wishes = `--mode disabled --no-default-policy --policy ${quote(open)} --linger 0`;
  const script = `: >running
while kill -0 ${String(ready['pid'])} 2>/dev/null; do :; done
env -i PATH=/usr/bin:/bin HOME=${quote(other)} ${endpoint} --state-dir ${quote(link)} ${wishes} >ready 2>errors &
while ! test -s ready; do kill -0 $! || exit; done
head -c 0 /etc/shadow
echo "status $?"
`;
  const shell = rampart.start(['preload', '--', 'bash', rampart.write('agent.sh', script)]);
  await until('the shell runs', () => existsSync(join(rampart.folder, 'running')));
  kill(Number(ready['pid']));
  const { stdout, stderr } = await shell.finished;
  assert.equal(stdout, 'status 126\n', `${stderr}${readFileSync(join(rampart.folder, 'errors'), 'utf8')}`);
  assert.equal(parseObject(readFileSync(join(rampart.folder, 'ready'), 'utf8'))['mode'], 'enforce');
  const records = await rampart.log();
  assert.deepEqual(records.filter((record) => record['tool'] === 'rampart').map(summaryOf), [
    `start with --mode disabled, --policy ${open}, --no-default-policy, --linger 0, HOME=${other} deny true`,
    'policy changed watch false',
  ]);
});

test('who started the endpoint by hand may steer it', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  await rampart.mode('monitor');
  const { status, stdout, stderr } = await rampart.run(['stop']);
  assert.deepEqual([status, stdout, stderr, rampart.endpointPid], [0, '', '', null]);
});

test('who started the endpoint through a wrapper that is gone may steer it', async (context) => {
  const rampart = new Rampart(context);
  const wrapped = [
    'sh',
    '-c',
    '"$@"; true',
    'sh',
    process.execPath,
    cli,
    'preload',
    '--policy',
    rampart.policy,
  ] as const;
  const started = await rampart.startProgram([...wrapped, '--', 'true'], { input: '' }).finished;
  assert.equal(started.status, 0, started.stderr);
  await rampart.mode('monitor');
});
