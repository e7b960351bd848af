import * as vscode from 'vscode';
import { formatApproval, formatWaitingRow } from '../../presentation/approvalText.ts';
import { iconColors } from '../../presentation/icon.ts';
import type { ApprovalView } from '../../protocol/approval.ts';
import { commandIds, rowContexts } from '../ids.ts';
import { createIcon, createTooltip } from './decisionItem.ts';

/** A row that stands for a command that waits; commands take it as their argument. */
export interface ApprovalNode {
  readonly kind: 'approval';
  readonly approval: ApprovalView;
}

/** Creates the row above everything that waits. */
export function createWaitingItem(approvals: readonly ApprovalView[]): vscode.TreeItem {
  const { label, description, spoken } = formatWaitingRow(approvals);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.description = description;
  item.accessibilityInformation = { label: spoken };
  item.id = 'waiting';
  item.iconPath = createIcon({ id: 'bell-dot', color: iconColors.attention });
  return item;
}

/** Creates the row of one command that waits; a click asks what may become of it. */
export function createApprovalItem(node: ApprovalNode, terminal: string): vscode.TreeItem {
  const { label, description, icon, fields, spoken } = formatApproval(node.approval, terminal);
  const item = new vscode.TreeItem(label);
  item.id = `approval:${node.approval.id}`;
  item.description = description;
  item.iconPath = createIcon(icon);
  item.tooltip = createTooltip(fields, { command: node.approval.command });
  item.contextValue = rowContexts.approval;
  item.accessibilityInformation = { label: spoken };
  item.command = { command: commandIds.answerApproval, title: '', arguments: [node] };
  return item;
}
