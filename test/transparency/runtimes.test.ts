import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Rampart, summaryOf } from '../support/rampart.ts';
import { setUpRuntimes } from './runtimes/installation.mjs';

const modules = join(setUpRuntimes(), 'node_modules');
const library = resolve('dist', 'native', `${process.platform}-${process.arch}`, 'librampart.so');
const deno = [join(modules, '@deno/linux-x64-glibc/deno'), 'run', '--allow-all', '--no-lock'];
const bun = [join(modules, '@oven/bun-linux-x64/bin/bun')];

/** Each script touches the files that it is given, in the ways of its runtime, and says what came of each. */
const denoScript = `for (const name of Deno.args) {
  try {
    const { code } = new Deno.Command('touch', { args: [name], clearEnv: true }).outputSync();
    const child = new Deno.Command('touch', { args: [name, 'again'] }).spawn();
    console.log(name, code, (await child.status).code);
  } catch (error) {
    console.log(name, error.name);
  }
}
`;
const bunScript = `for (const name of process.argv.slice(2)) {
  try {
    const { exitCode } = Bun.spawnSync(['touch', name], { env: {} });
    const child = Bun.spawn(['touch', name, 'again']);
    console.log(name, exitCode, await child.exited);
  } catch (error) {
    console.log(name, error.code);
  }
}
`;
/** The shell's own touch starts nothing. */
const bunShellScript = `import { $ } from 'bun';
for (const name of process.argv.slice(2)) {
  const { exitCode } = await $\`/usr/bin/touch \${name}\`.nothrow().quiet();
  console.log(name, exitCode);
}
`;
const nodeScript = `import { spawn, spawnSync } from 'node:child_process';
for (const name of process.argv.slice(2)) {
  const words = ['-c', 'touch ' + name + '; echo ran'];
  const { status, stdout } = spawnSync('sh', words, { encoding: 'utf8', env: { PATH: process.env.PATH } });
  const code = await new Promise((done) => {
    const child = spawn('touch', [name, 'again'], { stdio: 'inherit' });
    child.on('error', (error) => done(error.code));
    child.on('exit', done);
  }).catch((error) => error.code);
  console.log(name, status, stdout.trim(), code);
}
`;
const throughNode = (name: string): readonly string[] => [`sh -c 'touch ${name}; echo ran'`];
const bySpawn = (name: string): readonly string[] => [`touch ${name} again`];

const ways: readonly {
  readonly name: string;
  readonly runtime: readonly string[];
  readonly script: string;
  /** What it says of a file that may be touched, and of one that may not. */
  readonly says: readonly [string, string];
  /** What it is asked about where all may be touched, and where it may not. */
  readonly asked: (name: string) => readonly string[];
  readonly askedInVain: (name: string) => readonly string[];
}[] = [
  {
    name: 'Deno',
    runtime: deno,
    script: denoScript,
    says: ['0 0', 'PermissionDenied'],
    asked: (name) => [`touch ${name}`, ...bySpawn(name)],
    askedInVain: (name) => [`touch ${name}`],
  },
  {
    name: 'Deno as Node.js does it',
    runtime: deno,
    script: nodeScript,
    says: ['0 ran 0', '126  EACCES'],
    asked: (name) => [...throughNode(name), `touch ${name}`, ...bySpawn(name)],
    askedInVain: (name) => [...throughNode(name), ...bySpawn(name)],
  },
  {
    name: 'Bun',
    runtime: bun,
    script: bunScript,
    says: ['0 0', 'EPERM'],
    asked: (name) => [`touch ${name}`, ...bySpawn(name)],
    askedInVain: (name) => [`touch ${name}`],
  },
  {
    name: 'Bun as Node.js does it',
    runtime: bun,
    script: nodeScript,
    says: ['0 ran 0', '126  EPERM'],
    asked: (name) => [...throughNode(name), `touch ${name}`, ...bySpawn(name)],
    askedInVain: (name) => [...throughNode(name), ...bySpawn(name)],
  },
  {
    name: 'the shell in Bun',
    runtime: bun,
    script: bunShellScript,
    says: ['0', '1'],
    asked: (name) => [`touch ${name}`],
    askedInVain: (name) => [`touch ${name}`],
  },
];

for (const { name, runtime, script, says, asked, askedInVain } of ways)
  test(`what ${name} starts is as if nobody were there, is seen, and is refused`, async (context) => {
    const rampart = new Rampart(context);
    const [program, ...words] = [...runtime, rampart.write('script.mjs', script)];
    const unguarded = (added: Readonly<Record<string, string>>): Promise<unknown> => {
      const environment = { DENO_NO_UPDATE_CHECK: '1', ...added };
      return rampart.startProgram([program, ...words, 'fine', 'other'], { input: '', environment }).finished;
    };
    const plain = { status: 0, signal: null, stdout: `fine ${says[0]}\nother ${says[0]}\n`, stderr: '' };
    assert.deepEqual(await unguarded({}), plain);
    const nobody = { LD_PRELOAD: library, RAMPART_URL: `unix://${rampart.stateDirectory}/endpoint.sock` };
    assert.deepEqual(await unguarded(nobody), plain);

    await rampart.serve();
    const guarded = { environment: { DENO_NO_UPDATE_CHECK: '1' } };
    assert.deepEqual(await rampart.guard([program, ...words, 'fine', 'other'], guarded), plain);
    const refused = await rampart.guard([program, ...words, 'fine', 'forbidden'], guarded);
    assert.deepEqual([refused.status, refused.stdout], [0, `fine ${says[0]}\nforbidden ${says[1]}\n`]);
    assert.ok(!existsSync(join(rampart.folder, 'forbidden')));
    const run = (names: string): string => `${[program, ...words].join(' ')} ${names} allow true`;
    const started = (file: string): readonly string[] =>
      asked(file).map((command) => `${command} allow true`);
    assert.deepEqual(
      // A name is looked up by the runtime, or by libc.
      (await rampart.log()).map((record) => summaryOf(record).replace(/^\/usr\/bin\//, '')),
      [
        ...[run('fine other'), ...started('fine'), ...started('other')],
        ...[run('fine forbidden'), ...started('fine')],
        ...askedInVain('forbidden').map((command) => `${command} deny true`),
      ],
    );
  });
