import * as vscode from 'vscode';
import type { DecisionRowNode } from '../views/decisionItem.ts';

/** Opens the rule that took a decision, at its line. */
export async function openRule(node: DecisionRowNode): Promise<void> {
  const { rule } = node.record;
  if (rule === null) return;
  const start = new vscode.Position(Math.max(0, rule.line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(rule.file), {
    selection: new vscode.Range(start, start),
  });
}
