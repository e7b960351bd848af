import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';
import { activateRampart, awaitGuarded, findSubject, runAndPick } from './scene.ts';

describe('a person who answers the menu of a terminal that has ended meanwhile', () => {
  let api: RampartApi;
  let front: vscode.Terminal;
  let ended: vscode.Terminal;
  before(async () => {
    api = await activateRampart();
    ended = vscode.window.createTerminal({ name: 'ended' });
    await until('its process is known', () => findSubject(api, ended));
    ended.dispose();
    await until('it is gone', () => !vscode.window.terminals.includes(ended));
    front = vscode.window.createTerminal({ name: 'front' });
    front.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === front);
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    await awaitGuarded(api, front);
    await runAndPick(commandIds.stopProtecting, 0);
    await until('it is released', async () => (await findSubject(api, front))?.state.kind === 'dormant');
  });
  after(() => front.dispose());

  it('changes nothing in the terminal in front, and is asked nothing', async () => {
    const before = await front.processId;
    // The editor gives nothing for a row that is no longer there.
    for (const row of [undefined, { kind: 'terminal', known: { terminal: ended } }]) {
      for (const id of [commandIds.protectRow, commandIds.stopProtectingRow, commandIds.relaunchGuarded]) {
        await vscode.commands.executeCommand(id, row);
      }
    }
    const subject = await findSubject(api, front);
    assert.deepEqual([subject?.state.kind, await front.processId], ['dormant', before]);
  });

  it('works on the terminal in front where no row was meant', async () => {
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    assert.equal((await awaitGuarded(api, front)).state.kind, 'guarded');
  });
});
