import * as vscode from 'vscode';
import { unsupportedAdvice } from '../../presentation/unsupportedText.ts';
import type { CommandParts } from './commandParts.ts';

/** The editor's own extension for WSL, and its command. */
const wsl = { command: 'remote-wsl.reopenInWSL', extension: 'ms-vscode-remote.remote-wsl' } as const;

/** Says that nothing can be guarded here, and leads to where it can. */
export async function adviseUnsupported({
  platform,
  extension,
}: Pick<CommandParts, 'platform' | 'extension'>): Promise<void> {
  const { text, button, help } = unsupportedAdvice(platform, process.arch);
  if ((await vscode.window.showWarningMessage(text, button)) !== button) return;
  const { executeCommand } = vscode.commands;
  if (help === 'platforms') {
    await executeCommand('markdown.showPreview', vscode.Uri.joinPath(extension, 'README.md'));
  } else if ((await vscode.commands.getCommands(true)).includes(wsl.command)) {
    await executeCommand(wsl.command);
  } else {
    await executeCommand('workbench.extensions.search', `@id:${wsl.extension}`);
  }
}
