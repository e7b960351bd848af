import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds, toolIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';
import {
  activateRampart,
  createScratch,
  findSubject,
  formatEnvironmentDump,
  readEnvironmentFile,
} from './scene.ts';

describe('a window that was just opened', () => {
  let api: RampartApi;
  before(async () => {
    api = await activateRampart();
  });

  it('takes a task for one that began before the extension, of whose process nobody told it', async () => {
    const [execution] = vscode.tasks.taskExecutions;
    assert.ok(execution !== undefined);
    await until('it is known as a task', () =>
      api.terminals().some(({ name, kind }) => name === 'begun early' && kind === 'task'),
    );
    execution.terminate();
    await until('it is gone', () => api.terminals().every(({ name }) => name !== 'begun early'));
  });

  it('is of the version that was asked for', () => {
    const oldest = /^1\.99\./;
    if (process.env['TEST_EDITOR'] === 'oldest') assert.match(vscode.version, oldest);
    else assert.doesNotMatch(vscode.version, oldest);
  });

  it('has every command', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commandIds).filter((id) => !registered.has(id)),
      [],
    );
  });

  it('has the guard off and starts no endpoint', () => {
    assert.equal(vscode.workspace.getConfiguration().get(settingIds.guardEnabled), false);
    assert.equal(api.status().endpoint, 'idle');
    assert.equal(api.statusText().text, '$(shield) Rampart: off');
  });

  it('puts nothing into a terminal, and tells that it is not guarded', async () => {
    const file = `${createScratch()}/environment`;
    const terminal = vscode.window.createTerminal({ name: 'off' });
    try {
      terminal.sendText(formatEnvironmentDump(file));
      const environment = await readEnvironmentFile(file);
      const ours = [...environment.keys()].filter(
        (name) => name.startsWith('RAMPART_') || name === 'LD_PRELOAD',
      );
      assert.deepEqual(ours, []);
      const subject = await until('the terminal is known', () => findSubject(api, terminal));
      assert.deepEqual(subject.state, { kind: 'unguarded', reason: 'guardOff' });
    } finally {
      terminal.dispose();
    }
  });

  it('tells an assistant what the policy would say, with an endpoint that it starts for that', async () => {
    const input = { command: 'rm -rf /' };
    const told = await vscode.lm.invokeTool(toolIds.explain, { input, toolInvocationToken: undefined });
    const text = told.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''));
    assert.match(text.join(''), /It would be denied\.\nBy rule default-deletion#\d+ /);
    assert.equal(api.status().endpoint, 'connected');
    assert.equal(api.statusText().text, '$(shield) Rampart: off');
  });
});
