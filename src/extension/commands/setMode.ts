import * as vscode from 'vscode';
import { protectMessages } from '../../presentation/protectText.ts';
import {
  isLowering,
  lowerChoices,
  lowerTitle,
  modeChoices,
  modePickTitle,
  protectChoice,
} from '../../presentation/statusText.ts';
import { chooseValue } from './chooseValue.ts';
import { endpointWaitMs, type CommandParts } from './commandParts.ts';
import { protectTerminal } from './protectTerminal.ts';

/** Asks for a mode and switches to it, once more when that lowers the protection; every window and every open terminal follows. */
export async function setMode(parts: CommandParts): Promise<void> {
  const { status, supervisor, client, notices } = parts;
  const protect = status.current.guardEnabled ? [] : [protectChoice];
  const choices = [...protect, ...modeChoices(status.current.mode)];
  const chosen = await vscode.window.showQuickPick(choices, { title: modePickTitle, matchOnDetail: true });
  if (chosen === undefined) return;
  if (chosen.mode === null) {
    await protectTerminal(parts);
    return;
  }
  // A mode that is not known may be the strictest.
  const isLower = isLowering(status.current.mode ?? 'enforce', chosen.mode);
  if (isLower && (await chooseValue(lowerTitle, lowerChoices(chosen))) !== true) return;
  supervisor.start();
  if (!(await supervisor.connected(endpointWaitMs))) {
    notices.warn(protectMessages.notReached(status.current.cause ?? protectMessages.noEndpoint));
    return;
  }
  const told = await client.setMode(chosen.mode, chosen.forSeconds ?? undefined);
  // The stream tells it too, to every window; this one should not have to wait for that.
  if (told.ok) status.update(told.value);
  else notices.warn(protectMessages.notReached(told.error.message));
}
