import * as vscode from 'vscode';
import {
  formatPolicyDraft,
  noDecisionsText,
  policyCommandChoices,
  policyCommandsTitle,
} from '../../presentation/policyFromDecisions.ts';
import type { CommandParts } from './commandParts.ts';

/** Makes a draft of a policy from what was run; nothing is in force before a person saves it. */
export async function createPolicyFromDecisions({ recentDecisions, notices }: CommandParts): Promise<void> {
  const choices = policyCommandChoices(recentDecisions());
  if (choices.length === 0) {
    notices.inform(noDecisionsText);
    return;
  }
  const options = { title: policyCommandsTitle, canPickMany: true, ignoreFocusOut: true } as const;
  const chosen = await vscode.window.showQuickPick([...choices], options);
  if (chosen === undefined || chosen.length === 0) return;
  const content = formatPolicyDraft(chosen.map(({ value }) => value));
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document);
}
