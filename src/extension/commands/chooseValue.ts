import * as vscode from 'vscode';
import type { Choice } from '../../presentation/protectText.ts';
import { createQuickItem } from './quickItem.ts';

/** Asks for one of some choices; null when the person closed the question. The first choice is the default. */
export async function chooseValue<Value>(
  title: string,
  choices: readonly Choice<Value>[],
): Promise<Value | null> {
  const items = choices.map((choice) => createQuickItem<Choice<Value>>(choice));
  const chosen = await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
  return chosen?.value ?? null;
}
