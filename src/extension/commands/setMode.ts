import * as vscode from 'vscode';
import { protectMessages } from '../../presentation/protectText.ts';
import { statusMenu, type StatusAction } from '../../presentation/statusMenu.ts';
import {
  isLowering,
  lowerChoices,
  lowerTitle,
  modePickTitle,
  type ModeChoice,
} from '../../presentation/statusText.ts';
import { viewIds } from '../ids.ts';
import { adviseUnsupported } from './adviseUnsupported.ts';
import { allowOnce } from './allowDenied.ts';
import { chooseValue } from './chooseValue.ts';
import { endpointWaitMs, type CommandParts } from './commandParts.ts';
import { protectTerminal } from './protectTerminal.ts';
import { createQuickItem } from './quickItem.ts';
import { lastRefused } from './runAnyway.ts';
import { setWorkspaceGuard } from './setWorkspaceGuard.ts';

/** Asks for a mode, or what is next; every window and every open terminal follows the mode. */
export async function setMode(parts: CommandParts): Promise<void> {
  const { status } = parts;
  if (!status.current.supported) {
    await adviseUnsupported(parts);
    return;
  }
  const entries = statusMenu(status.current, await lastRefused(parts)).map((entry) =>
    createQuickItem({
      ...entry,
      kind: entry.action === null ? vscode.QuickPickItemKind.Separator : vscode.QuickPickItemKind.Default,
    }),
  );
  const options = { title: modePickTitle, matchOnDetail: true };
  const chosen = await vscode.window.showQuickPick(entries, options);
  if (chosen?.action != null) await run(parts, chosen.action);
}

async function run(parts: CommandParts, action: StatusAction): Promise<void> {
  switch (action.kind) {
    case 'mode':
      return switchMode(parts, action.choice);
    case 'protect':
      return protectTerminal(parts);
    case 'runAnyway':
      return allowOnce(parts, action.record, 'typed');
    case 'showTerminals':
      await vscode.commands.executeCommand(`${viewIds.sessions}.focus`);
      return;
    case 'workspaceGuard':
      return setWorkspaceGuard(parts);
  }
}

/** Switches the mode, and asks once more when that lowers the protection. */
async function switchMode(parts: CommandParts, choice: ModeChoice): Promise<void> {
  const { status, supervisor, client, notices } = parts;
  if (choice.mode === null) return;
  // A mode that is not known may be the strictest.
  const isLower = isLowering(status.current.mode ?? 'enforce', choice.mode);
  if (isLower && (await chooseValue(lowerTitle, lowerChoices(choice))) !== true) return;
  supervisor.start();
  if (!(await supervisor.connected(endpointWaitMs))) {
    notices.warn(protectMessages.notReached(status.current.cause ?? protectMessages.noEndpoint));
    return;
  }
  const told = await client.setMode(choice.mode, choice.forSeconds ?? undefined);
  // The stream tells it too, to every window; this one should not have to wait for that.
  if (told.ok) status.update(told.value);
  else notices.warn(protectMessages.notReached(told.error.message));
}
