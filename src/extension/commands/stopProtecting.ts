import * as vscode from 'vscode';
import { isLibraryLoaded } from '../../presentation/guardState.ts';
import {
  guardOffChoices,
  guardOffTitle,
  protectMessages,
  stopChoices,
} from '../../presentation/protectText.ts';
import type { KnownTerminal } from '../injection/terminalRegistry.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';
import { leaveWorkspaceUnguarded } from './setWorkspaceGuard.ts';

/** Takes protection back: for what a person types in one terminal, or for terminals that are opened from now on. */
export async function stopProtecting(parts: CommandParts, target?: vscode.Terminal): Promise<void> {
  const terminal = target ?? vscode.window.activeTerminal;
  const known = terminal === undefined ? null : await parts.registry.find(terminal);
  const name = known !== null && isAskedAbout(known) ? known.subject.name : null;
  const chosen = await chooseValue(protectMessages.stopTitle, stopChoices(name));
  if (chosen === 'workspaceOff') await leaveWorkspaceUnguarded(parts);
  if (chosen === 'guardOff') await leaveUnguarded(parts);
  if (chosen !== 'releaseTerminal' || known === null) return;
  const told = await parts.registry.protect(known.terminal, 'released');
  if (told.ok) parts.notices.inform(protectMessages.released(known.subject.name));
  else parts.notices.warn(protectMessages.notReached(told.error));
}

/** Whether what is typed in a terminal is asked about. */
function isAskedAbout({ subject: { state } }: KnownTerminal): boolean {
  return isLibraryLoaded(state) && state.kind !== 'dormant';
}

async function leaveUnguarded({ guard, notices }: CommandParts): Promise<void> {
  if ((await chooseValue(guardOffTitle, guardOffChoices)) !== true) return;
  await guard.turnOff('Stop Protecting');
  notices.inform(protectMessages.guardOff);
}
