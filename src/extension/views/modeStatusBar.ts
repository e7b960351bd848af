import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { formatStatus } from '../../presentation/statusText.ts';
import { commandIds } from '../ids.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { t } from '../../presentation/localise.ts';

/** Left of what languages show: the guard concerns the whole window. */
const priority = 100;

/** Registers the status-bar item that shows the mode and, clicked, switches it. */
export function registerModeStatusBar(status: WindowStatus): Disposable {
  const owned = new DisposableList();
  const item = owned.add(
    vscode.window.createStatusBarItem('rampart.mode', vscode.StatusBarAlignment.Left, priority),
  );
  item.name = t`Rampart Mode`;
  item.command = commandIds.setMode;
  const paint = (): void => {
    const { text, tooltip, tone, spoken } = formatStatus(status.current);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: spoken, role: 'button' };
    item.backgroundColor =
      tone === 'warning' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  };
  owned.add(status.onDidChange(paint));
  paint();
  item.show();
  return owned;
}
