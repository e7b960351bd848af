import type * as vscode from 'vscode';
import { parseWorkspaceGuard, type WorkspaceGuard } from '../../presentation/workspaceGuard.ts';

const key = 'rampart.guard.workspace';

/** What a person said about the guard in this workspace. */
export interface WorkspaceChoice {
  read(): WorkspaceGuard;
  write(choice: WorkspaceGuard): Promise<void>;
}

/** Keeps the choice with the user's own data about the workspace: nothing in the workspace itself can write there. */
export function createWorkspaceChoice(memento: vscode.Memento): WorkspaceChoice {
  return {
    read: () => parseWorkspaceGuard(memento.get(key)),
    write: async (choice) => memento.update(key, choice === 'follow' ? undefined : choice),
  };
}
