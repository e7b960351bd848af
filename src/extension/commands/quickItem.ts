import * as vscode from 'vscode';
import { hideIcons, splitLabel } from '../../presentation/choiceLabel.ts';

/** A line of a quick pick, with its icon beside the text. */
export function createQuickItem<Line extends vscode.QuickPickItem>(line: Line): Line {
  const { icon, text } = splitLabel(line.label);
  const item = { ...line, label: text };
  if (icon !== null) item.iconPath = new vscode.ThemeIcon(icon);
  if (line.description !== undefined) item.description = hideIcons(line.description);
  if (line.detail !== undefined) item.detail = hideIcons(line.detail);
  return item;
}
