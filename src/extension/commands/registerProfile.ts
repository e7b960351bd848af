import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { protectedMark } from '../../protocol/environment.ts';
import { profileIds } from '../ids.ts';
import type { CommandParts } from './commandParts.ts';
import { isGuardReady } from './protectTerminal.ts';

/** Offers a guarded terminal under *New Terminal*. Nothing opens where it could not be guarded. */
export function registerProfile(parts: CommandParts): Disposable {
  const owned = new DisposableList();
  let isAwaited = false;
  // The editor opens it behind the one in front, in which a person would go on typing, unguarded.
  owned.add(
    vscode.window.onDidOpenTerminal((terminal) => {
      if (!isAwaited || !isMarked(terminal)) return;
      isAwaited = false;
      terminal.show();
    }),
  );
  owned.add(
    vscode.window.registerTerminalProfileProvider(profileIds.protected, {
      provideTerminalProfile: async () => {
        if (!(await isGuardReady(parts))) return undefined;
        isAwaited = true;
        return new vscode.TerminalProfile({
          iconPath: new vscode.ThemeIcon('shield'),
          env: protectedMark,
        });
      },
    }),
  );
  return owned;
}

function isMarked({ creationOptions }: vscode.Terminal): boolean {
  const given = 'env' in creationOptions ? creationOptions.env : undefined;
  return Object.entries(protectedMark).every(([name, value]) => given?.[name] === value);
}
