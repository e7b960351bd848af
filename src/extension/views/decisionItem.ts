import * as vscode from 'vscode';
import {
  isDenial,
  isNote,
  isRefused,
  type DecisionLabel,
  type DetailField,
} from '../../presentation/decisionLabel.ts';
import type { Icon } from '../../presentation/icon.ts';
import { escapeMarkdown } from '../../presentation/text.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { rowContexts } from '../ids.ts';

/** A row that stands for a decision; commands take it as their argument. */
export interface DecisionRowNode {
  readonly kind: 'decision';
  readonly key: string;
  readonly record: AuditRecord;
  readonly count: number;
}

/** Creates the row of one decision, for the commands that work on rows. */
export function createDecisionRow(record: AuditRecord): DecisionRowNode {
  return { kind: 'decision', key: record.id, record, count: 1 };
}

/** Creates the tree item of a decision; its tooltip is made when it is asked for. */
export function createDecisionItem(node: DecisionRowNode, shown: DecisionLabel): vscode.TreeItem {
  const item = new vscode.TreeItem(shown.label);
  item.id = node.key;
  item.description = shown.description;
  item.iconPath = createIcon(shown.icon);
  // What happened to the endpoint is no command that anything could be done about.
  if (!isNote(node.record)) item.contextValue = contextOf(node.record);
  item.accessibilityInformation = { label: shown.spoken };
  return item;
}

function contextOf(record: AuditRecord): string {
  if (isDenial(record))
    return isRefused(record) ? rowContexts.refusedDecision : rowContexts.unenforcedDecision;
  return record.rule === null ? rowContexts.plainDecision : rowContexts.ruledDecision;
}

/** Creates an icon in the colours of the theme. */
export function createIcon(icon: Icon): vscode.ThemeIcon {
  return icon.color === null
    ? new vscode.ThemeIcon(icon.id)
    : new vscode.ThemeIcon(icon.id, new vscode.ThemeColor(icon.color));
}

/** What stands above the facts in a tooltip: a command, whole and unable to act, or a sentence. */
export type TooltipLead = { readonly command: string } | { readonly sentence: string };

/** Creates a tooltip of a lead and named facts. */
export function createTooltip(fields: readonly DetailField[], lead: TooltipLead): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  if ('command' in lead) tooltip.appendCodeblock(lead.command, 'shellscript');
  else tooltip.appendMarkdown(`${escapeMarkdown(lead.sentence)}\n\n`);
  for (const { name, value } of fields) {
    tooltip.appendMarkdown(`**${escapeMarkdown(name)}:** ${escapeMarkdown(value)}  \n`);
  }
  return tooltip;
}
