import * as vscode from 'vscode';
import { tryCommand } from '../../presentation/protectText.ts';
import type { CommandParts } from './commandParts.ts';
import { protectTerminal } from './protectTerminal.ts';

/** Types something harmless that the policy denies into a guarded terminal, so that a denial can be seen. */
export async function tryDenial(parts: CommandParts): Promise<void> {
  await protectTerminal(parts);
  const terminal = vscode.window.activeTerminal;
  if (terminal === undefined) return;
  const known = await parts.registry.find(terminal);
  // Anything else was said by protecting it.
  if (known?.subject.state.kind !== 'guarded') return;
  terminal.show();
  terminal.sendText(tryCommand);
}
