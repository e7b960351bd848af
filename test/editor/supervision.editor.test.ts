import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import { peerToken, ReferencePeer } from '../support/referencePeer.ts';
import { until } from '../support/until.ts';
import { activateRampart, awaitGuarded, createScratch, findDecision, readEndpointPid } from './scene.ts';

const { Global } = vscode.ConfigurationTarget;

/** Ends the endpoint as a crash does, and waits for the next one. */
async function replaceEndpoint(api: RampartApi): Promise<void> {
  const before = readEndpointPid();
  process.kill(before, 'SIGKILL');
  await until('another one is there', () => {
    const { endpoint, mode } = api.status();
    return readEndpointPid() !== before && endpoint === 'connected' && mode === 'enforce';
  });
}

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

  it('is back, and is said to be away in between', async () => {
    const before = readEndpointPid();
    const seen: string[] = [];
    const subscription = api.onDidChangeStatus((status) => {
      seen.push(`${status.endpoint} ${status.mode ?? 'no mode'}`);
    });
    process.kill(before, 'SIGKILL');
    await until('it was seen to be away', () => seen.some((line) => line.startsWith('away')));
    assert.ok(api.statusText().tone === 'warning' || api.status().endpoint === 'connected');
    await until('it is back', () => api.status().endpoint === 'connected' && api.status().mode === 'enforce');
    subscription.dispose();
    assert.notEqual(readEndpointPid(), before);
  });

  it('still knows which terminals are guarded, and records what they start', async () => {
    await awaitGuarded(api, terminal);
    terminal.sendText('/bin/echo after-the-kill');
    await until('the command is recorded', () =>
      api.decisions().some((record) => record.request.command === '/bin/echo after-the-kill'),
    );
  });

  it('is followed by one in front of the server that the settings name, with the token of that', async () => {
    const endings: (() => Promise<void>)[] = [];
    const peer = await ReferencePeer.start(
      { after: (end) => endings.push(async () => (end as () => Promise<void>)()) },
      { rules: [{ text: 'refused-elsewhere', action: 'deny', message: 'said elsewhere' }] },
    );
    const tokenFile = join(createScratch(), 'token');
    writeFileSync(tokenFile, peerToken, { mode: 0o600 });
    const settings = vscode.workspace.getConfiguration();
    try {
      await settings.update(settingIds.upstream, peer.url, Global);
      await settings.update(settingIds.upstreamTokenFile, tokenFile, Global);
      await replaceEndpoint(api);
      await awaitGuarded(api, terminal);
      terminal.sendText('/bin/echo refused-elsewhere');
      const denied = await until('it is refused', () => findDecision(api, '/bin/echo refused-elsewhere'));
      assert.match(denied.decision.message, /said elsewhere/);
    } finally {
      await settings.update(settingIds.upstream, 'none', Global);
      await settings.update(settingIds.upstreamTokenFile, undefined, Global);
      await replaceEndpoint(api);
      await settings.update(settingIds.upstream, undefined, Global);
      for (const end of endings) await end();
    }
  });
});
