import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { startProgram } from '../support/processes.ts';
import type { Finished } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { findPackage } from './packed.ts';

/** Programs of the system and the Node that runs this, and nothing of what is installed here besides. */
const searchPath = [dirname(process.execPath), '/usr/bin', '/bin'].join(':');

/** A home of its own, in which commands run. */
class Home {
  readonly folder: string;
  readonly #context: TestContext;

  constructor(context: TestContext) {
    this.#context = context;
    this.folder = temporaryFolder(context, async () => {
      for (const command of this.#commands) if (existsSync(command)) await this.run([command, 'stop']);
    });
  }

  readonly #commands = new Set<string>();

  /** What is started may start an endpoint, which ends with the test. */
  remember(command: string): string {
    this.#commands.add(command);
    return command;
  }

  run(
    command: readonly [string, ...string[]],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Finished> {
    const env = { HOME: this.folder, PATH: searchPath, npm_config_cache: join(this.folder, 'npm'), ...more };
    return startProgram(this.#context, command, { cwd: this.folder, env, timeout: 60_000 }).finished;
  }
}

/** A guarded shell script cannot delete what lies outside; the refusal says so, and the log has it. */
async function assertGuards(home: Home, command: string): Promise<void> {
  const precious = join(home.folder, 'precious');
  const workspace = join(home.folder, 'workspace');
  mkdirSync(join(workspace, '.git'), { recursive: true });
  mkdirSync(precious);
  writeFileSync(join(workspace, 'clean.sh'), '#!/bin/sh\nrm -rf ../precious\n', { mode: 0o755 });
  const guarded = await home.run([
    home.remember(command),
    'preload',
    '--',
    'sh',
    '-c',
    'cd workspace && ./clean.sh',
  ]);
  assert.match(guarded.stderr, /rampart: denied `rm -rf \.\.\/precious`/u);
  assert.notEqual(guarded.status, 0);
  assert.ok(existsSync(precious));
  const log = await home.run([command, 'log', '--denied']);
  assert.match(log.stdout, /rm -rf \.\.\/precious/u);
}

/** The doctor finds nothing that keeps programs from being guarded. */
async function assertHealthy(home: Home, command: string, library: string): Promise<void> {
  const doctor = await home.run([command, 'doctor']);
  assert.doesNotMatch(doctor.stdout, /^problem/mu);
  assert.match(doctor.stdout, new RegExp(`^ok +library: .*${library}`, 'mu'));
  assert.match(doctor.stdout, /^ok +native addon/mu);
}

describe('the package for npm', () => {
  const file = resolve(findPackage('rampart-guard-'));

  it('installs a command that guards, and is removed without a trace', async (t) => {
    const home = new Home(t);
    const prefix = join(home.folder, 'prefix');
    const npm = (...words: string[]): Promise<Finished> =>
      home.run(['npm', ...words, '--offline', '--global', '--prefix', prefix, '--no-audit', '--no-fund']);
    const installed = await npm('install', file);
    assert.equal(installed.status, 0, installed.stderr);
    const command = join(prefix, 'bin', 'rampart');
    await assertGuards(home, command);
    await assertHealthy(home, command, 'rampart-guard/dist/native/');
    const onPath = await home.run(['rampart', 'doctor'], { PATH: `${dirname(command)}:${searchPath}` });
    assert.match(onPath.stdout, /^ok +command: /mu);
    await home.run([command, 'stop']);
    const removed = await npm('uninstall', 'rampart-guard');
    assert.equal(removed.status, 0, removed.stderr);
    assert.ok(!existsSync(command));
  });

  it('runs once with npx, without being installed', async (t) => {
    const home = new Home(t);
    const version = await home.run(['npx', '--offline', '--yes', '--package', file, 'rampart', '--version']);
    assert.match(version.stdout, /^rampart \d+\.\d+\.\d+/u, version.stderr);
  });
});

describe('the archive', () => {
  const file = resolve(findPackage('rampart-0'));

  function unpack(home: Home): string {
    execFileSync('tar', ['xzf', file, '-C', home.folder]);
    const [folder] = readdirSync(home.folder).filter((name) => name.startsWith('rampart-'));
    assert.ok(folder);
    return join(home.folder, folder, 'install.sh');
  }

  it('installs to a prefix, over itself as well, and is removed without a trace', async (t) => {
    const home = new Home(t);
    const script = unpack(home);
    // The loader takes no such path, and the shell splits it.
    const prefix = join(home.folder, 'a prefix');
    for (const time of ['first', 'second']) {
      const installed = await home.run([script, '--prefix', prefix]);
      assert.equal(installed.status, 0, `${time}: ${installed.stderr}`);
    }
    const command = join(prefix, 'bin', 'rampart');
    await assertGuards(home, command);
    const library = readlinkSync(
      join(prefix, 'lib', process.platform === 'darwin' ? 'librampart.dylib' : 'librampart.so'),
    );
    assert.ok(existsSync(join(prefix, 'lib', library)));
    assert.deepEqual(readdirSync(join(prefix, 'lib', 'rampart', 'dist', 'native')), [
      `${process.platform}-${process.arch}`,
    ]);
    await assertHealthy(home, command, 'librampart');
    await home.run([command, 'stop']);

    const removed = await home.run([script, '--prefix', prefix, '--uninstall']);
    assert.equal(removed.status, 0, removed.stderr);
    assert.match(removed.stdout, /Left: ~\/\.rampart/u);
    const left = readdirSync(prefix, { recursive: true, withFileTypes: true }).filter(
      (entry) => !entry.isDirectory(),
    );
    assert.deepEqual(left, []);
    assert.ok(existsSync(join(home.folder, '.rampart')));
  });

  it('runs through a link in a folder of PATH', async (t) => {
    const home = new Home(t);
    const script = unpack(home);
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    await home.run([script, '--prefix', join(home.folder, 'prefix')]);
    execFileSync('ln', ['-s', '../prefix/bin/rampart', join(bin, 'rampart')]);
    const version = await home.run(['rampart', '--version'], { PATH: `${bin}:${searchPath}` });
    assert.match(version.stdout, /^rampart /u, version.stderr);
  });

  it('puts a tree that is to be packed below a folder, works from where it comes to lie, and leaves nothing', async (t) => {
    const home = new Home(t);
    const script = unpack(home);
    const stage = join(home.folder, 'stage');
    const prefix = join(home.folder, 'opt', 'rampart');
    const words = ['--destdir', stage, '--prefix', `${prefix}/`] as const;
    const staged = await home.run([script, ...words]);
    assert.equal(staged.status, 0, staged.stderr);
    assert.ok(!existsSync(prefix));

    mkdirSync(dirname(prefix));
    cpSync(join(stage, prefix), prefix, { recursive: true, verbatimSymlinks: true });
    await assertGuards(home, join(prefix, 'bin', 'rampart'));
    await assertHealthy(home, join(prefix, 'bin', 'rampart'), 'librampart');

    const removed = await home.run([script, ...words, '--uninstall']);
    assert.equal(removed.status, 0, removed.stderr);
    const left = readdirSync(stage, { recursive: true, withFileTypes: true });
    assert.deepEqual(
      left.filter((entry) => !entry.isDirectory()),
      [],
    );
  });

  it('says what is wrong with a prefix, an option, or nothing to remove', async (t) => {
    const home = new Home(t);
    const script = unpack(home);
    const relative = await home.run([script, '--prefix', 'here']);
    assert.deepEqual(
      [relative.status, relative.stderr],
      [2, 'install.sh: --prefix needs an absolute path, not here\n'],
    );
    const unknown = await home.run([script, '--prefx', '/x']);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /what is --prefx\?/u);
    const nothing = await home.run([script, '--prefix', join(home.folder, 'none'), '--uninstall']);
    assert.equal(nothing.status, 1);
    assert.match(nothing.stderr, /there is no Rampart below/u);
  });

  it('says where Node.js is to be had when there is none', async (t) => {
    const home = new Home(t);
    const script = unpack(home);
    const prefix = join(home.folder, 'prefix');
    const tools = join(home.folder, 'tools');
    mkdirSync(tools);
    for (const tool of ['sh', 'readlink']) execFileSync('ln', ['-s', `/bin/${tool}`, join(tools, tool)]);
    const installed = await home.run([script, '--prefix', prefix]);
    assert.equal(installed.status, 0, installed.stderr);
    const run = await home.run([join(prefix, 'bin', 'rampart'), '--version'], { PATH: tools });
    assert.equal(run.status, 125);
    assert.match(
      run.stderr,
      /^rampart: Node\.js 20\.19 or newer is needed, and there is no node in PATH: install it/u,
    );
  });
});
