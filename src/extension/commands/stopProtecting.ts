import * as vscode from 'vscode';
import { protectMessages, stopChoices } from '../../presentation/protectText.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';
import { changeWorkspaceGuard } from './setWorkspaceGuard.ts';

/** Takes protection back: for what a person types in one terminal, or for terminals that are opened from now on. */
export async function stopProtecting(parts: CommandParts, target?: vscode.Terminal): Promise<void> {
  const terminal = target ?? vscode.window.activeTerminal;
  const known = terminal === undefined ? null : await parts.registry.find(terminal);
  const name = known?.subject.state.kind === 'guarded' ? known.subject.name : null;
  const chosen = await chooseValue(protectMessages.stopTitle, stopChoices(name));
  if (chosen === 'workspaceOff') await changeWorkspaceGuard(parts, 'off');
  if (chosen === 'guardOff') {
    await parts.guard.turnOff();
    parts.notices.inform(protectMessages.guardOff);
  }
  if (chosen !== 'releaseTerminal' || known === null) return;
  const told = await parts.registry.protect(known.terminal, 'released');
  if (told.ok) parts.notices.inform(protectMessages.released(known.subject.name));
  else parts.notices.warn(protectMessages.notReached(told.error));
}
