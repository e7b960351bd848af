import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findEditor } from '../../../scripts/demo/findEditor.mjs';
import { parseArguments } from '../../../scripts/demo/parseArguments.mjs';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** A machine on whose PATH stands `name`, a link to a program at that path below a temporary folder. */
function machineWith(
  context: TestContext,
  name: string,
  program: string,
): { path: string; platform: string; isRoot: boolean; hasDisplay: boolean; program: string } {
  const folder = temporaryFolder(context);
  const real = join(folder, program);
  mkdirSync(join(real, '..'), { recursive: true });
  mkdirSync(join(folder, 'path'));
  writeFileSync(real, '');
  symlinkSync(real, join(folder, 'path', name));
  const path = `/nowhere:${join(folder, 'path')}`;
  return { path, platform: 'linux', isRoot: false, hasDisplay: true, program: real };
}

describe('the editor that npm start opens', () => {
  it('is the first of those it knows', (context) => {
    const machine = machineWith(context, 'codium', 'share/codium/bin/codium');
    assert.deepEqual(findEditor(machine), { program: machine.program });
  });

  it('is not the command line of a window on another machine', (context) => {
    const machine = machineWith(context, 'code', 'server/bin/remote-cli/code');
    assert.match(JSON.stringify(findEditor(machine)), /window on another machine/);
  });

  it('is none for root, without a display, or where nothing is installed', (context) => {
    const machine = machineWith(context, 'code', 'share/code');
    assert.match(JSON.stringify(findEditor({ ...machine, isRoot: true })), /reason.*root/);
    assert.match(JSON.stringify(findEditor({ ...machine, hasDisplay: false })), /reason.*display/);
    assert.match(JSON.stringify(findEditor({ ...machine, path: '/nowhere' })), /reason.*no editor/);
  });

  it('needs no display variable on a Mac', (context) => {
    const machine = machineWith(context, 'cursor', 'share/cursor');
    const found = findEditor({ ...machine, platform: 'darwin', hasDisplay: false });
    assert.deepEqual(found, { program: machine.program });
  });
});

describe('what stands behind npm start --', () => {
  it('is a command with all its own options behind --terminal', () => {
    const command = ['sh', '-c', 'echo --terminal', '--'];
    assert.deepEqual(parseArguments(['--terminal', '--', ...command]), { kind: 'terminal', command });
    assert.deepEqual(parseArguments(['--terminal', ...command]), { kind: 'terminal', command });
    assert.deepEqual(parseArguments(['--terminal']), { kind: 'terminal', command: [] });
  });

  it('is refused when it is half a wish', () => {
    for (const words of [['--editor'], ['--browser', 'x'], ['terminal'], ['--editor', 'a', 'b']])
      assert.equal(parseArguments(words).kind, 'wrong', words.join(' '));
  });
});
