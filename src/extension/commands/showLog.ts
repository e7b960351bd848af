import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { logChoices, logPickTitle } from '../../presentation/logChoices.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';

/** Shows this window's messages, or one of the files that the endpoint writes. */
export async function showLog(parts: CommandParts): Promise<void> {
  const day = new Date(parts.clock.now()).toISOString().slice(0, 10);
  const files = { audit: join(parts.paths.audit, `${day}.jsonl`), endpoint: parts.paths.log };
  const choices = logChoices.filter(({ value }) => value === 'window' || existsSync(files[value]));
  const chosen = choices.length === 1 ? 'window' : await chooseValue(logPickTitle, choices);
  if (chosen === null) return;
  if (chosen === 'window') parts.output.show();
  else await vscode.window.showTextDocument(vscode.Uri.file(files[chosen]));
}
