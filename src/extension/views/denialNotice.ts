import * as vscode from 'vscode';
import { formatDenialNotice, noticeButtons, type Denial } from '../../presentation/denialNotice.ts';
import { silenceDenialNotices } from '../configuration.ts';
import { commandIds } from '../ids.ts';
import { createDecisionRow } from './decisionItem.ts';

/** Tells of the newest denial and how many more there were, with what a person can do about it. */
export async function showDenialNotice(newest: Denial, more: number): Promise<void> {
  const { show, why, allow, silence } = noticeButtons;
  const text = formatDenialNotice(newest, more);
  const chosen = await vscode.window.showWarningMessage(text, show, why, allow, silence);
  const row = createDecisionRow(newest.record);
  if (chosen === allow) await vscode.commands.executeCommand(commandIds.allowDenied, row);
  if (chosen === why) await vscode.commands.executeCommand(commandIds.explainDecision, row);
  if (chosen === show) await vscode.commands.executeCommand(commandIds.showDeniedCommands);
  if (chosen === silence) await silenceDenialNotices();
}
