import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  formatPolicyDraft,
  nameDraft,
  noDecisionsText,
  policyCommandChoices,
  policyCommandsTitle,
  setModeButton,
} from '../../presentation/policyFromDecisions.ts';
import { userPolicyFolder } from '../../system/policySources.ts';
import { commandIds } from '../ids.ts';
import type { CommandParts } from './commandParts.ts';
import { createQuickItem } from './quickItem.ts';

/** Makes a draft of a policy from what was run; nothing is in force before a person saves it. */
export async function createPolicyFromDecisions({ recentDecisions, home }: CommandParts): Promise<void> {
  const choices = policyCommandChoices(recentDecisions());
  if (choices.length === 0) {
    const answer = await vscode.window.showInformationMessage(noDecisionsText, setModeButton);
    if (answer === setModeButton) await vscode.commands.executeCommand(commandIds.setMode);
    return;
  }
  const options = { title: policyCommandsTitle, canPickMany: true, ignoreFocusOut: true } as const;
  const chosen = await vscode.window.showQuickPick(choices.map(createQuickItem), options);
  if (chosen === undefined || chosen.length === 0) return;
  await showDraft(userPolicyFolder(home), formatPolicyDraft(chosen.map(({ value }) => value)));
}

/** Shows a new file that is not saved yet, under the name by which saving it puts it in force. */
async function showDraft(folder: string, content: string): Promise<void> {
  const path = join(folder, nameDraft(listFolder(folder)));
  const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: 'untitled', path }));
  const editor = await vscode.window.showTextDocument(document);
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  await editor.edit((edit) => edit.replace(all, content));
}

/** The names in a folder that is for one person alone; where it cannot be made the editor says so when the draft is saved. */
function listFolder(folder: string): readonly string[] {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder);
  } catch {
    return [];
  }
}
