import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';
import { activateRampart } from './scene.ts';

describe('a window on a platform without a library', () => {
  let api: RampartApi;
  before(async () => {
    api = await activateRampart();
  });

  it('says that terminals cannot be guarded here, instead of being silent', () => {
    assert.equal(api.status().supported, false);
    assert.match(api.statusText().text, /not supported here/);
  });

  it('turns nothing on, and starts no endpoint, when it is told to protect a terminal', async () => {
    const told = vscode.commands.executeCommand(commandIds.protectTerminal);
    // It advises, and goes on when the advice was taken or put away.
    const isOver = told.then(
      () => true,
      () => true,
    );
    await until('the advice is put away', async () => {
      await vscode.commands.executeCommand('notifications.clearAll');
      return Promise.race([isOver, new Promise<false>((resolve) => setTimeout(resolve, 50, false))]);
    });
    assert.equal(vscode.workspace.getConfiguration().get(settingIds.guardEnabled), false);
    assert.equal(api.status().endpoint, 'idle');
  });
});
