import * as vscode from 'vscode';
import { filterChoices, filterPickTitle, filterTextPrompt } from '../../presentation/decisionFilter.ts';
import type { DecisionTree } from '../views/decisionTree.ts';
import { chooseValue } from './chooseValue.ts';

/** Asks which decisions are looked for; what is chosen is added to what was chosen before. */
export async function filterDecisions(tree: DecisionTree): Promise<void> {
  const chosen = await chooseValue(filterPickTitle, filterChoices(tree.agents));
  if (chosen === null) return;
  if (chosen !== 'askText') {
    await tree.addFilter(chosen);
    return;
  }
  const text = await vscode.window.showInputBox({ title: filterPickTitle, prompt: filterTextPrompt });
  if (text !== undefined) await tree.addFilter({ text: text.trim() });
}
