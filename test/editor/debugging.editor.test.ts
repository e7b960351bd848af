import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { formatSession } from '../../src/presentation/sessionLabel.ts';
import { until } from '../support/until.ts';
import { activateRampart } from './scene.ts';

describe('what is debugged', () => {
  it('is shown as not guarded as long as it runs, but in a terminal of the editor', async () => {
    const api = await activateRampart();
    const debug = async (name: string, where: object = {}): Promise<vscode.DebugSession> => {
      const started = new Promise<vscode.DebugSession>((resolve) => {
        const listener = vscode.debug.onDidStartDebugSession((session) => {
          if (session.name !== name) return;
          listener.dispose();
          resolve(session);
        });
      });
      assert.ok(
        await vscode.debug.startDebugging(undefined, { type: 'foreign', request: 'launch', name, ...where }),
      );
      return started;
    };
    const sessions = [
      await debug('unseen'),
      await debug('seen', { console: 'integratedTerminal' }),
      await debug('asked for', { type: 'asking' }),
      await debug('outside', { console: 'externalTerminal' }),
      await debug('script', { type: 'node-terminal', command: 'read -r line' }),
    ];
    const shown = (): readonly string[] =>
      api.debugged().map((subject) => `${subject.name} ${formatSession(subject).description}`);
    await until('the right ones are shown', () =>
      isDeepStrictEqual(shown(), [
        'unseen not guarded: debugged in the internal console',
        'outside not guarded: debugged in an external terminal',
      ]),
    );
    await until('the debugger of the editor has its terminal', () =>
      api.terminals().some(({ name }) => name === 'script'),
    );
    assert.ok(!shown().some((row) => row.startsWith('script')), shown().join('; '));
    for (const session of sessions) await vscode.debug.stopDebugging(session);
    await until('it is gone', () => api.debugged().length === 0);
  });
});
