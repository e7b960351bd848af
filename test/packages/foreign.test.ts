import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { startProgram } from '../support/processes.ts';
import { touchPolicy } from '../support/rampart.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { until } from '../support/until.ts';
import { foreignRoot, muslPrograms } from '../support/foreignRoot.ts';
import { findPackage, readZip } from './packed.ts';

/** How long a program may take, in milliseconds: an emulated one on a busy machine. */
const maxRunMs = 120_000;

/** How Node.js of another platform is run on this machine. */
interface Platform {
  /** The words before Node's own, with what its programs find in their environment and this machine's do not. */
  readonly launch: (variables: Readonly<Record<string, string>>) => readonly [string, ...string[]];
  /** What runs the endpoint of a package; null where an emulator takes too long, so that it is this machine's. */
  readonly endpoint: readonly [string, ...string[]] | null;
}

/** An emulator of QEMU's runs one program; that one starts programs of this machine. */
async function emulated(architecture: string, machine: string): Promise<Platform> {
  const root = await foreignRoot(architecture, ['nodejs']);
  const given = (variables: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(variables).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
  return {
    launch: (variables) => [
      `qemu-${machine}-static`,
      ...['-L', root],
      ...given(variables),
      join(root, 'usr/bin/node'),
    ],
    endpoint: null,
  };
}

async function underMusl(): Promise<Platform> {
  const { loader, node } = await muslPrograms();
  const env = (variables: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return {
    launch: (variables) => ['/usr/bin/env', ...env(variables), loader, node],
    endpoint: [loader, node],
  };
}

const platforms = [
  { target: 'linux-arm64', folder: 'linux-arm64', make: () => emulated('arm64', 'aarch64') },
  { target: 'linux-armhf', folder: 'linux-arm', make: () => emulated('armhf', 'arm') },
  { target: 'alpine-x64', folder: 'linux-x64', make: underMusl },
];

/** Unpacks a package's files and gives back the folder with its bundles. */
function unpack(context: TestContext, target: string): string {
  const folder = temporaryFolder(context);
  for (const { path, content, mode } of readZip(findPackage(`rampart-${target}-`))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode });
  }
  return join(folder, 'extension', 'dist');
}

for (const { target, folder, make } of platforms)
  describe(`the package for ${target}, on a platform of that kind`, () => {
    let platform: Platform;
    before(async () => {
      platform = await make();
    });

    it('has an addon that its Node.js loads, and whose calls do what they should', async (t) => {
      const dist = unpack(t, target);
      const place = temporaryFolder(t);
      const program = [
        "const { openSync, statSync } = require('node:fs');",
        'const loaded = { exports: {} };',
        `process.dlopen(loaded, ${JSON.stringify(join(dist, 'native', folder, 'rampart.node'))});`,
        "loaded.exports.makeFifo('fifo');",
        "console.log(process.arch, statSync('fifo').isFIFO());",
        "const [first, second] = ['w', 'r'].map((how) => openSync('lock', how));",
        'console.log(loaded.exports.lockFile(first), loaded.exports.lockFile(second));',
        "try { loaded.exports.execve('/nonexistent', ['x'], []); } catch (error) { console.log(error.code); }",
      ].join('\n');
      const words = [...platform.launch({}), '-e', program] as const;
      const run = await startProgram(t, words, { cwd: place, timeout: maxRunMs }).finished;
      const arch = folder.replace('linux-', '');
      assert.equal(run.stdout, `${arch} true\ntrue false\nENOENT\n`, run.stderr);
    });

    it('guards a program with its library', async (t) => {
      const dist = unpack(t, target);
      const place = temporaryFolder(t);
      const policy = join(place, 'policy.yaml');
      writeFileSync(policy, touchPolicy);
      const env = { ...process.env, HOME: place };
      const state = join(place, 'd');
      const runner: readonly [string, ...string[]] =
        platform.endpoint === null
          ? [process.execPath, resolve('dist', 'endpoint.js')]
          : [...platform.endpoint, join(dist, 'endpoint.js')];
      const endpoint = startProgram(t, [...runner, '--state-dir', state, '--policy', policy], {
        env,
        timeout: maxRunMs,
      });
      await until('the endpoint is ready', () => {
        assert.equal(endpoint.child.exitCode, null, endpoint.said.stderr);
        return endpoint.said.stdout.includes('"ready":true');
      });
      const guard = {
        LD_PRELOAD: join(dist, 'native', folder, 'librampart.so'),
        RAMPART_URL: `unix://${join(state, 'endpoint.sock')}`,
      };
      const program = [
        "const { spawnSync } = require('node:child_process');",
        "for (const name of ['forbidden', 'harmless'])",
        "  console.log(name, spawnSync('touch', [name]).error?.code ?? 'started');",
      ].join('\n');
      const guarded = await startProgram(t, [...platform.launch(guard), '-e', program], {
        env,
        cwd: place,
        timeout: maxRunMs,
      }).finished;
      assert.equal(guarded.stdout, 'forbidden EPERM\nharmless started\n', guarded.stderr);
      assert.deepEqual(
        ['forbidden', 'harmless'].map((name) => existsSync(join(place, name))),
        [false, true],
      );
    });
  });

// An emulator takes long for it, and the grammar is the same file everywhere.
describe('the package for alpine-x64, under musl', () => {
  it('judges a command line, with its grammar', async (t) => {
    const dist = unpack(t, 'alpine-x64');
    const env = { ...process.env, HOME: dist };
    const words = [join(dist, 'cli.js'), 'test', 'cd /srv && rm -rf "$(printf /)"'];
    const judged = await startProgram(t, [...(await underMusl()).launch({}), ...words], { env, cwd: '/' })
      .finished;
    assert.match(judged.stdout, /^deny /u, judged.stderr);
  });
});

describe('the library of every package for Linux', () => {
  it('is the same file where the machine is the same', () => {
    const read = (target: string): Buffer | undefined =>
      readZip(findPackage(`rampart-${target}-`)).find((file) => file.path.endsWith('librampart.so'))?.content;
    for (const arch of ['x64', 'arm64']) assert.deepEqual(read(`linux-${arch}`), read(`alpine-${arch}`));
  });
});
