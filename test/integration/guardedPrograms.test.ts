import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRecord } from '../../src/base/record.ts';
import { Rampart, summaryOf } from '../support/rampart.ts';

/** Real programs, each by a script that touches a file that it may touch and one that it may not. */
const programs: readonly {
  readonly name: string;
  readonly command: readonly string[];
  readonly file: string;
  readonly script: string;
  /** Other commands that the script starts. */
  readonly others?: readonly string[];
}[] = [
  {
    name: 'bash',
    command: ['bash'],
    file: 'a.sh',
    script: 'touch fine\ntouch forbidden\necho "status $?"\n',
  },
  {
    name: 'dash, whose children come from vfork',
    command: ['dash'],
    file: 'a.sh',
    script: 'touch fine\ntouch forbidden\necho "status $?"\n',
  },
  {
    name: 'python3 with the environment as it is',
    command: ['python3'],
    file: 'a.py',
    script: `import subprocess
subprocess.run(["touch", "fine"], check=True)
try:
    subprocess.run(["touch", "forbidden"])
except PermissionError:
    print("status 126")
`,
  },
  {
    name: 'python3 with an environment of its own',
    command: ['python3'],
    file: 'a.py',
    script: `import subprocess
subprocess.run(["touch", "fine"], env={"PATH": "/usr/bin:/bin"}, check=True)
try:
    subprocess.run(["touch", "forbidden"], env={})
except PermissionError:
    print("status 126")
`,
  },
  {
    name: 'node with an environment of its own',
    command: [process.execPath],
    file: 'a.cjs',
    script: `const { spawnSync } = require('node:child_process');
const env = { PATH: process.env.PATH };
spawnSync('touch', ['fine'], { env });
if (spawnSync('touch', ['forbidden'], { env, stdio: 'inherit' }).error.code === 'EPERM') console.log('status 126');
`,
  },
  {
    name: 'perl',
    command: ['perl'],
    file: 'a.pl',
    script: 'system("touch", "fine");\nif (system("touch", "forbidden") == -1) { print "status 126\\n" }\n',
  },
  {
    name: 'make',
    command: ['make', '-s', '-f'],
    file: 'Makefile',
    script: 'all:\n\t@touch fine\n\t-@touch forbidden\n\t@echo status 126\n',
    others: ['echo status 126 allow true'],
  },
  {
    name: 'env -i, which empties the environment of a shell',
    command: ['sh'],
    file: 'a.sh',
    script: 'env -i /bin/sh ./inner.sh\n',
    others: ['env -i /bin/sh ./inner.sh allow true', '/bin/sh ./inner.sh allow true'],
  },
  {
    name: 'xargs',
    command: ['sh'],
    file: 'a.sh',
    script: 'for name in fine forbidden; do echo "$name" | xargs touch; done\necho status 126\n',
    others: ['xargs touch allow true', 'xargs touch allow true'],
  },
  {
    name: 'a grandchild that has left its session and its parents',
    command: ['sh'],
    file: 'a.sh',
    script: 'setsid -f sh ./inner.sh | cat\n',
    others: ['setsid -f sh ./inner.sh allow true', 'sh ./inner.sh allow true', 'cat allow true'],
  },
];

const innerScript = 'touch fine\ntouch forbidden\necho "status $?"\n';

for (const { name, command, file, script, others = [] } of programs) {
  test(`allows, refuses with the reason, and records what is started by ${name}`, async (context) => {
    const rampart = new Rampart(context);
    await rampart.serve();
    rampart.write(file, script);
    rampart.write('inner.sh', innerScript);
    const { status, stdout, stderr } = await rampart.guard([...command, `./${file}`]);
    assert.equal(stdout, 'status 126\n', stderr);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^rampart: denied `touch forbidden` by rule touching#1: nobody touches this/m);
    // A shell that is refused goes on along PATH, and asks about /bin after /usr/bin.
    assert.equal(stderr.split('rampart: denied').length - 1, 1, stderr);
    assert.deepEqual(
      ['fine', 'forbidden'].map((each) => existsSync(join(rampart.folder, each))),
      [true, false],
    );
    const records = await rampart.log();
    const root = [...command, `./${file}`].join(' ');
    assert.deepEqual(
      records.map(summaryOf).sort(),
      [`${root} allow true`, 'touch fine allow true', 'touch forbidden deny true', ...others].sort(),
    );
    const denied = records.find((record) => summaryOf(record) === 'touch forbidden deny true');
    assert.ok(denied !== undefined && isRecord(denied['rule']));
    assert.deepEqual(
      [
        denied['argv'],
        denied['cwd'],
        denied['rule']['policy'],
        denied['rule']['file'],
        denied['rule']['index'],
      ],
      [['touch', 'forbidden'], rampart.folder, 'touching', rampart.policy, 0],
    );
  });
}

test('who runs shell text that is refused reads why where its output would be', async (context) => {
  const rampart = new Rampart(context);
  await rampart.serve();
  const agents = {
    'a.cjs': `const { spawnSync } = require('node:child_process');
const { status, stderr } = spawnSync('bash', ['-l', '-c', 'touch forbidden'], { encoding: 'utf8', env: {} });
console.log(status + ' ' + stderr);
`,
    'a.py': `import subprocess
ran = subprocess.run(["sh", "-c", "touch forbidden"], stderr=subprocess.PIPE, env={"x": "y"}, text=True)
print(ran.returncode, ran.stderr)
`,
  };
  for (const [file, text] of Object.entries(agents)) {
    const program = file.endsWith('.py') ? 'python3' : process.execPath;
    const { stdout, stderr } = await rampart.guard([program, rampart.write(file, text)]);
    assert.match(
      stdout,
      /^126 rampart: denied `(bash -l|sh) -c 'touch forbidden'` by rule touching#1: nobody/,
    );
    assert.equal(stderr, '', file);
    assert.ok(!existsSync(join(rampart.folder, 'forbidden')));
  }
});
