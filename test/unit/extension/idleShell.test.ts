import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isIdleShell } from '../../../src/extension/injection/idleShell.ts';
import { createProcTable } from '../../../src/system/processTable.ts';

function isIdle(argv: readonly string[] | null, children: readonly number[] | null = []): boolean {
  const nothing = createProcTable('/nonexistent');
  const processes = { ...nothing, commandLine: () => argv, children: () => children };
  return isIdleShell(processes, 41);
}

it('takes a shell at its prompt as idle, started the ways editors start one', () => {
  const shells = [
    ['/bin/bash'],
    ['-bash'],
    ['/bin/bash', '--init-file', '/server/shellIntegration-bash.sh'],
    ['/usr/bin/zsh', '-i'],
    ['/usr/bin/zsh', '-il'],
    ['/usr/bin/fish', '--init-command', 'source /server/shellIntegration.fish'],
    ['/usr/bin/pwsh', '-noexit', '-command', 'try { . "/server/shellIntegration.ps1" } catch {}'],
  ];
  for (const argv of shells) assert.ok(isIdle(argv), argv.join(' '));
});

it('takes a shell with a child as busy', () => {
  assert.equal(isIdle(['/bin/bash'], [42]), false);
});

it('takes a script, a command text and any other program as work', () => {
  const work = [
    ['/bin/bash', 'build.sh'],
    ['/bin/bash', '--init-file', '/rc', 'build.sh'],
    ['/bin/bash', '-c', 'while :; do :; done'],
    ['/bin/bash', '-lc', 'make'],
    ['/usr/bin/pwsh', '-command', 'Start-Build'],
    ['node', 'server.js'],
    ['/usr/bin/python3'],
    [],
  ];
  for (const argv of work) assert.equal(isIdle(argv), false, argv.join(' '));
});

it('takes what cannot be read as work', () => {
  assert.equal(isIdle(null), false);
  assert.equal(isIdle(['/bin/bash'], null), false);
});
