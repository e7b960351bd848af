import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { isRecord } from '../../base/record.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { formatForAssistant, noCommandText } from '../../presentation/testText.ts';
import { toolIds } from '../ids.ts';
import type { CommandParts } from './commandParts.ts';
import { explainCommand } from './explainCommand.ts';

/** Lets assistants ask why a command is denied, so that they go on another way. It only reads. */
export function registerExplainTool(parts: Pick<CommandParts, 'client' | 'supervisor'>): Disposable {
  return vscode.lm.registerTool(toolIds.explain, {
    invoke: async ({ input }) => {
      const command = isRecord(input) && typeof input['command'] === 'string' ? input['command'] : '';
      if (command.trim() === '') return resultOf(noCommandText);
      const cwd = isRecord(input) && typeof input['cwd'] === 'string' ? input['cwd'] : undefined;
      const tested = await explainCommand(parts, { command, cwd });
      const text = tested.ok
        ? formatForAssistant(command, tested.value)
        : protectMessages.notReached(tested.error.message);
      return resultOf(text);
    },
  });
}

function resultOf(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
