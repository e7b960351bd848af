import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import type { SessionSubject } from '../../src/presentation/sessionLabel.ts';
import { until } from '../support/until.ts';
import { activateRampart, awaitGuarded, createScratch, readEndpointPid } from './scene.ts';

/** What is in a terminal and not its own session. */
describe('a person with sessions in a terminal', () => {
  let api: RampartApi;
  const set = (setting: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
  before(async () => {
    api = await activateRampart();
    await set(settingIds.guardScope, 'all');
    await set(settingIds.guardEnabled, true);
    await until('the guard is on', () => api.status().guardEnabled);
  });
  after(() => set(settingIds.guardScope, undefined));

  it('has one protected that the editor starts anew before the endpoint has heard of it', async () => {
    const terminal = vscode.window.createTerminal({ name: 'started anew' });
    const before = await awaitGuarded(api, terminal);
    terminal.show();
    await until('it is in front', () => vscode.window.activeTerminal === terminal);
    const endpoint = readEndpointPid();
    const isAnew = ({ name, pid }: SessionSubject): boolean =>
      name === terminal.name && pid !== null && pid !== before.pid;
    // What it is told meanwhile it hears only when the window knows of the next process.
    process.kill(endpoint, 'SIGSTOP');
    const protecting = vscode.commands.executeCommand(commandIds.protectTerminal);
    try {
      // The editor handles these in order: the command has told the endpoint when this is answered.
      for (let round = 0; round < 3; round += 1) await vscode.env.clipboard.readText();
      await vscode.commands.executeCommand('workbench.action.terminal.relaunch');
      await until('its next process is known', () => api.terminals().some(isAnew));
    } finally {
      process.kill(endpoint, 'SIGCONT');
    }
    await protecting;
    await until('its next process is protected', async () => {
      const { state, pid } = await awaitGuarded(api, terminal);
      return pid !== before.pid && 'view' in state && state.view?.protection === 'protected';
    });
    terminal.dispose();
  });

  it('finds the panes of a multiplexer in the terminal in which they are shown, or were begun', async () => {
    const begins = vscode.window.createTerminal({ name: 'begins panes' });
    const looks = vscode.window.createTerminal({ name: 'looks at panes' });
    const socket = join(createScratch(), 'tmux');
    const tmux = `tmux -S ${socket} -f /dev/null`;
    try {
      const pids = [(await awaitGuarded(api, begins)).pid, (await awaitGuarded(api, looks)).pid];
      const panesIn = (): string => pids.map((pid) => api.inner(pid).length).join();
      begins.sendText(`${tmux} new-session -d /bin/sh`);
      await until('the pane is where it was begun', () => panesIn() === '1,0');
      looks.sendText(`${tmux} attach`);
      await until('the pane is where it is looked at', () => panesIn() === '0,1');
      const [pane] = api.inner(pids[1] ?? null);
      assert.match(pane?.name ?? '', /sh$/);
      assert.ok(!api.inner(null).some(({ pid }) => pid === pane?.pid), 'it is in this window');
    } finally {
      spawnSync('tmux', ['-S', socket, 'kill-server']);
      begins.dispose();
      looks.dispose();
    }
  });

  it('finds what a program begins a session for in the terminal of that program', async () => {
    const terminal = vscode.window.createTerminal({ name: 'begins a session' });
    try {
      const { pid } = await awaitGuarded(api, terminal);
      terminal.sendText(`setsid --wait /bin/sleep 600`);
      const inner = await until('it is there', () => api.inner(pid).find(({ name }) => name === 'sleep'));
      process.kill(inner.pid ?? 0);
      await until('it is gone', () => api.inner(pid).length === 0);
    } finally {
      terminal.dispose();
    }
  });
});
