import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { formatCommandShim } from '../../../src/client/commandShim.ts';
import { installedLibrary, installLibrary, installRuntime } from '../../../src/client/installation.ts';
import type {
  Installation,
  InstallationPlace,
  InstallationSource,
} from '../../../src/client/installation.ts';
import { startProgram } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const program = { path: process.execPath, isElectron: false };

interface Setting {
  readonly folder: string;
  readonly source: InstallationSource;
  readonly place: InstallationPlace;
}

function createSetting(context: TestContext, homeName = 'home'): Setting {
  const folder = temporaryFolder(context);
  const home = join(folder, homeName);
  const bundleFolder = join(folder, 'dist');
  mkdirSync(home);
  writeBundle(bundleFolder, 'first');
  const place = { home, platform: 'linux', arch: 'x64', uid: 7, sharedFolder: join(folder, 'shared') };
  return { folder, source: { bundleFolder, program }, place };
}

function writeBundle(bundleFolder: string, version: string): void {
  mkdirSync(join(bundleFolder, 'native', 'linux-x64'), { recursive: true });
  mkdirSync(join(bundleFolder, 'policies'), { recursive: true });
  writeFileSync(
    join(bundleFolder, 'cli.js'),
    `console.log('${version}', process.argv.slice(2), process.env.ELECTRON_RUN_AS_NODE)`,
  );
  writeFileSync(join(bundleFolder, 'native', 'linux-x64', 'librampart.so'), version);
  for (const name of ['endpoint.js', 'extension.cjs', 'package.json', 'a.wasm', 'policies/default.yaml']) {
    writeFileSync(join(bundleFolder, name), name.endsWith('.json') ? '{}' : name);
  }
}

function install(setting: Setting): Installation {
  const installed = installRuntime(setting.source, setting.place);
  assert.ok(installed.ok, JSON.stringify(installed));
  return installed.value;
}

test('installs runtime, library and command to paths that stay when the version changes', (context) => {
  const setting = createSetting(context);
  const first = install(setting);
  const rampart = join(setting.place.home, '.rampart');
  assert.equal(first.library, join(rampart, 'lib', 'linux-x64', 'librampart.so'));
  assert.equal(first.command, join(rampart, 'bin', 'rampart'));
  assert.equal(dirname(first.runtimeFolder), join(rampart, 'versions'));
  assert.deepEqual(readdirSync(first.runtimeFolder).sort(), [
    'a.wasm',
    'cli.js',
    'endpoint.js',
    'native',
    'package.json',
    'policies',
  ]);
  writeBundle(setting.source.bundleFolder, 'second');
  const second = install(setting);
  assert.deepEqual([second.library, second.command], [first.library, first.command]);
  assert.notEqual(second.runtimeFolder, first.runtimeFolder);
  assert.equal(readFileSync(second.library, 'utf8'), 'second');
  assert.match(readlinkSync(second.library), /^[0-9a-f]{16}\/librampart\.so$/);
  assert.equal(
    spawnSync(second.command, ['a b'], { encoding: 'utf8' }).stdout,
    "second [ 'a b' ] undefined\n",
  );
});

test('writes nothing when all is there, and repairs what is missing', (context) => {
  const setting = createSetting(context);
  const { library, command, runtimeFolder } = install(setting);
  const seen = (): readonly number[] => [library, command, runtimeFolder].map((path) => lstatSync(path).ino);
  const before = seen();
  install(setting);
  assert.deepEqual(seen(), before);
  rmSync(join(setting.place.home, '.rampart'), { recursive: true });
  install(setting);
  assert.equal(readFileSync(library, 'utf8'), 'first');
  writeFileSync(command, 'broken');
  install(setting);
  assert.match(readFileSync(command, 'utf8'), /^#!\/bin\/sh\n/);
});

test('keeps a bounded number of versions, the newest', (context) => {
  const setting = createSetting(context);
  for (const version of ['1', '2', '3', '4', '5', '6']) {
    writeBundle(setting.source.bundleFolder, version);
    install(setting);
  }
  const { runtimeFolder, library } = install(setting);
  assert.equal(readdirSync(dirname(runtimeFolder)).length, 4);
  assert.equal(readdirSync(dirname(library)).length, 5);
  assert.equal(readFileSync(library, 'utf8'), '6');
});

test('keeps an old version as long as something runs from it, and takes it away when that has ended', async (context) => {
  const setting = createSetting(context);
  const { runtimeFolder } = install(setting);
  const library = realpathSync(installedLibrary(setting.place));
  // Waits for the end of its input, as an endpoint of that version would wait for questions.
  const user = startProgram(context, ['sh', '-c', 'read -r line', join(runtimeFolder, 'endpoint.js')]);
  const reader = startProgram(context, ['sh', '-c', 'read -r line', library]);
  for (const version of ['2', '3', '4', '5', '6']) {
    writeBundle(setting.source.bundleFolder, version);
    install(setting);
  }
  assert.ok(existsSync(runtimeFolder) && existsSync(library));
  assert.equal(readdirSync(dirname(runtimeFolder)).length, 5);
  for (const { child, finished } of [user, reader]) {
    child.stdin?.end();
    await finished;
  }
  install(setting);
  assert.ok(!existsSync(runtimeFolder) && !existsSync(library));
});

test('puts the library where the loader takes its path when the home has one that it does not', (context) => {
  for (const name of ['with space', 'with:colon', 'with$dollar']) {
    const setting = createSetting(context, name);
    const { library, command } = install(setting);
    assert.equal(library, join(setting.place.sharedFolder, 'rampart-7', 'lib', 'linux-x64', 'librampart.so'));
    assert.equal(readFileSync(library, 'utf8'), 'first');
    assert.match(spawnSync(command, { encoding: 'utf8' }).stdout, /^first /);
  }
});

test('trusts no shared folder that is a link, and takes from one of ours the right of others to write', (context) => {
  const setting = createSetting(context, 'with space');
  const file = join(setting.source.bundleFolder, 'native', 'linux-x64', 'librampart.so');
  const shared = join(setting.place.sharedFolder, 'rampart-7');
  mkdirSync(shared, { recursive: true });
  chmodSync(shared, 0o777);
  assert.equal(installLibrary(file, setting.place).ok, true);
  assert.equal(statSync(shared).mode & 0o777, 0o755);
  const elsewhere = { ...setting.place, sharedFolder: join(setting.folder, 'other') };
  mkdirSync(elsewhere.sharedFolder);
  spawnSync('ln', ['-s', shared, join(elsewhere.sharedFolder, 'rampart-7')]);
  const refused = installLibrary(file, elsewhere);
  assert.ok(!refused.ok && refused.error.startsWith('not a folder: '), JSON.stringify(refused));
});

test('says what keeps it from installing', (context) => {
  const setting = createSetting(context);
  const missing = installRuntime({ ...setting.source, bundleFolder: setting.folder }, setting.place);
  assert.ok(
    !missing.ok && missing.error.startsWith('the folder holds no endpoint.js'),
    JSON.stringify(missing),
  );
  const noLibrary = installRuntime(setting.source, { ...setting.place, arch: 'arm64' });
  assert.ok(
    !noLibrary.ok && noLibrary.error.startsWith('the preload library cannot be read'),
    JSON.stringify(noLibrary),
  );
  const blocked = join(setting.folder, 'blocked');
  writeFileSync(blocked, '');
  const unwritable = installRuntime(setting.source, { ...setting.place, home: blocked });
  assert.ok(
    !unwritable.ok && unwritable.error.startsWith('the folder cannot be made'),
    JSON.stringify(unwritable),
  );
});

test('the command falls back to a node in PATH, makes an editor’s binary a Node, or says what is missing', (context) => {
  const folder = temporaryFolder(context);
  const script = join(folder, "it's.cjs");
  writeFileSync(script, 'console.log(process.env.ELECTRON_RUN_AS_NODE, process.env.RAMPART_SHIM_ELECTRON)');
  const run = (path: string, isElectron: boolean, environment: NodeJS.ProcessEnv = {}): object => {
    const command = join(folder, 'rampart');
    writeFileSync(command, formatCommandShim(script, { path, isElectron }));
    const { status, stdout, stderr } = spawnSync('/bin/sh', [command], {
      encoding: 'utf8',
      env: environment,
    });
    return { status, stdout, stderr };
  };
  const fine = (stdout: string): object => ({ status: 0, stdout, stderr: '' });
  assert.deepEqual(run(process.execPath, true), fine('1 1\n'));
  assert.deepEqual(run(process.execPath, true, { ELECTRON_RUN_AS_NODE: '1' }), fine('1 undefined\n'));
  assert.deepEqual(run('/gone', true, { PATH: dirname(process.execPath) }), fine('undefined undefined\n'));
  assert.deepEqual(run('/gone', false, { PATH: folder }), {
    status: 125,
    stdout: '',
    stderr: 'rampart: no Node.js 20.19 or newer is in PATH: start the editor once, or install Node.js\n',
  });
  rmSync(script);
  assert.deepEqual((run(process.execPath, false) as { status: number }).status, 125);
});

test('every way to start the command takes Node.js 20.19 and newer, and no older one', (context) => {
  const folder = temporaryFolder(context);
  const script = join(folder, 'dist', 'cli.js');
  mkdirSync(dirname(script));
  writeFileSync(script, 'console.log("runs");');
  const shim = join(folder, 'shim');
  writeFileSync(shim, formatCommandShim(script, { path: '/gone', isElectron: false }));
  const launcher = join(folder, 'bin', 'rampart.cjs');
  mkdirSync(dirname(launcher));
  copyFileSync('scripts/packaging/rampart.cjs', launcher);
  const startsWith = (version: string): readonly boolean[] => {
    const fake = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
    writeFileSync(join(folder, 'fake.cjs'), fake);
    const node = `#!/bin/sh\nexec '${process.execPath}' --require '${folder}/fake.cjs' "$@"\n`;
    writeFileSync(join(folder, 'node'), node, { mode: 0o755 });
    const env = { PATH: folder };
    return [
      ['/bin/sh', shim],
      [join(folder, 'node'), launcher],
    ].map(
      ([program = '', word = '']) =>
        spawnSync(program, [word], { encoding: 'utf8', env }).stdout === 'runs\n',
    );
  };
  const versions = ['9.11.2', '18.20.8', '20.18.3', '20.19.0', '22.0.0', '26.1.0'];
  assert.deepEqual(
    versions.map(startsWith),
    versions.map((version) => {
      const isTaken = Number.parseFloat(version) >= 20.19;
      return [isTaken, isTaken];
    }),
  );
});
