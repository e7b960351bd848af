import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { formatWaitingStatus, speakWaitingStatus, waitingTitle } from '../../presentation/approvalText.ts';
import { commandIds } from '../ids.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import { t } from '../../presentation/localise.ts';

/** Beside the mode. */
const priority = 99;

/** How often the time that is left is shown anew, in milliseconds. */
const tickMs = 1_000;

/** Registers the status-bar warning that is there while a command waits for a person. */
export function registerApprovalStatusBar(approvals: ApprovalStore, clock: Clock): Disposable {
  const owned = new DisposableList();
  const item = owned.add(
    vscode.window.createStatusBarItem('rampart.approvals', vscode.StatusBarAlignment.Left, priority),
  );
  item.name = t`Rampart Approvals`;
  item.command = commandIds.showApprovals;
  item.tooltip = waitingTitle;
  item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
  const paint = (): void => {
    item.text = formatWaitingStatus(approvals.waiting, clock.now());
    item.accessibilityInformation = { label: speakWaitingStatus(approvals.waiting), role: 'button' };
    if (item.text === '') item.hide();
    else item.show();
  };
  owned.add(approvals.onDidChange(paint));
  const tick = setInterval(() => {
    if (approvals.waiting.length > 0) paint();
  }, tickMs);
  owned.add({ dispose: () => clearInterval(tick) });
  return owned;
}
