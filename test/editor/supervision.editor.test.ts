import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';
import { activateRampart, awaitGuarded, readEndpointPid } from './scene.ts';

/** How long after its death an endpoint may be away, in milliseconds. */
const awayBudgetMs = 8_000;

describe('an endpoint that is killed', () => {
  let api: RampartApi;
  let terminal: vscode.Terminal;
  before(async () => {
    api = await activateRampart();
    terminal = vscode.window.createTerminal({ name: 'supervised' });
    terminal.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === terminal);
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    await awaitGuarded(api, terminal);
  });
  after(() => terminal.dispose());

  it('is back within its budget, and is said to be away in between', async () => {
    const before = readEndpointPid();
    const seen: string[] = [];
    const subscription = api.onDidChangeStatus((status) => {
      seen.push(`${status.endpoint} ${status.mode ?? 'no mode'}`);
    });
    const killedAt = performance.now();
    process.kill(before, 'SIGKILL');
    await until('it was seen to be away', () => seen.some((line) => line.startsWith('away')));
    assert.ok(api.statusText().tone === 'warning' || api.status().endpoint === 'connected');
    await until('it is back', () => api.status().endpoint === 'connected' && api.status().mode === 'enforce');
    const awayMs = performance.now() - killedAt;
    subscription.dispose();
    assert.ok(awayMs < awayBudgetMs, `it was away for ${awayMs} ms: ${seen.join(', ')}`);
    assert.notEqual(readEndpointPid(), before);
  });

  it('still knows which terminals are guarded, and records what they start', async () => {
    await awaitGuarded(api, terminal);
    terminal.sendText('/bin/echo after-the-kill');
    await until('the command is recorded', () =>
      api.decisions().some((record) => record.request.command === '/bin/echo after-the-kill'),
    );
  });
});
