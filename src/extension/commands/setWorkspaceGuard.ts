import {
  isGuardWanted,
  workspaceGuardChoices,
  workspaceGuardMessages,
  workspaceGuardTitle,
  workspaceOffChoices,
  workspaceOffTitle,
  type WorkspaceGuard,
} from '../../presentation/workspaceGuard.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { isGuardEnabled } from '../configuration.ts';
import { adviseUnsupported } from './adviseUnsupported.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';

/** Asks how the guard stands in this workspace, once more when that leaves new terminals unguarded. */
export async function setWorkspaceGuard(parts: CommandParts): Promise<void> {
  if (!parts.status.current.supported) {
    await adviseUnsupported(parts);
    return;
  }
  const { here } = parts.guard;
  const setting = isGuardEnabled();
  const chosen = await chooseValue(workspaceGuardTitle, workspaceGuardChoices(setting, here));
  if (chosen === null || chosen === here) return;
  const isLowering = isGuardWanted(setting, here) && !isGuardWanted(setting, chosen);
  if (isLowering) await leaveWorkspaceUnguarded(parts);
  else await changeWorkspaceGuard(parts, chosen);
}

/** Turns the guard off in this workspace, after one more question. */
export async function leaveWorkspaceUnguarded(parts: CommandParts): Promise<void> {
  if ((await chooseValue(workspaceOffTitle, workspaceOffChoices)) === true)
    await changeWorkspaceGuard(parts, 'off');
}

/** Changes it, and says so. */
async function changeWorkspaceGuard({ guard, notices }: CommandParts, choice: WorkspaceGuard): Promise<void> {
  const set = await guard.setHere(choice, 'Guard in This Workspace');
  if (set.ok) notices.inform(workspaceGuardMessages[choice]);
  else notices.warn(protectMessages.problem(set.error));
}
