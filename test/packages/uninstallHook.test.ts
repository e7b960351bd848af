import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { installationPlace, installRuntime } from '../../src/client/installation.ts';
import { currentNodeProgram } from '../../src/client/nodeProgram.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { findPackage, readZip } from './packed.ts';

it('is removed from the machine by the hook that an editor runs when the extension is gone', async (t) => {
  const folder = temporaryFolder(t);
  for (const { path, content, mode } of readZip(
    findPackage(`rampart-${process.platform}-${process.arch}-`),
  )) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode });
  }
  const extension = join(folder, 'extension');
  const home = join(folder, 'home');
  mkdirSync(home);
  const source = { bundleFolder: join(extension, 'dist'), program: currentNodeProgram() };
  const installed = installRuntime(source, installationPlace(home));
  assert.ok(installed.ok, JSON.stringify(installed));
  const rules = join(home, '.rampart', 'policies', 'mine.yaml');
  mkdirSync(dirname(rules));
  writeFileSync(rules, 'policies: []\n');

  // As VS Code does: the script is a file of the extension, and a word of the editor's own stands before the others.
  const { scripts } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [program, script = '', ...words] = (scripts['vscode:uninstall'] ?? '').split(' ');
  assert.equal(program, 'node');
  const hook = fork(join(extension, script), ['--type=extension-post-uninstall', ...words], {
    cwd: '/',
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    execArgv: [],
    silent: true,
  });
  let said = '';
  for (const stream of [hook.stdout, hook.stderr])
    stream?.on('data', (text: Buffer) => (said += String(text)));
  const [status] = (await once(hook, 'close')) as [number | null];

  assert.equal(status, 0, said);
  assert.match(said, /^removed .*\.rampart\/bin\/rampart/mu);
  assert.match(said, /^left .*\(your rules/mu);
  assert.deepEqual(readdirSync(join(home, '.rampart')), ['policies']);
  assert.ok(existsSync(rules));
});
