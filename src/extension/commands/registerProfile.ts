import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { protectedMark } from '../../protocol/environment.ts';
import { profileIds } from '../ids.ts';
import type { CommandParts } from './commandParts.ts';
import { isGuardReady } from './protectTerminal.ts';

/** Offers a guarded terminal under *New Terminal*. Nothing opens where it could not be guarded. */
export function registerProfile(parts: CommandParts): Disposable {
  return vscode.window.registerTerminalProfileProvider(profileIds.protected, {
    provideTerminalProfile: async () => {
      if (!(await isGuardReady(parts))) return undefined;
      return new vscode.TerminalProfile({
        iconPath: new vscode.ThemeIcon('shield'),
        env: protectedMark,
      });
    },
  });
}
