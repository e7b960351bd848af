import * as vscode from 'vscode';
import {
  nothingRefusedText,
  refusedCommands,
  runAnywayChoices,
  runAnywayTitle,
} from '../../presentation/runAnywayText.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { allowOnce } from './allowDenied.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';

/** Lets a person choose a command that was refused in the active terminal, else in any, and run it after all. */
export async function runAnyway(parts: CommandParts): Promise<void> {
  const sid = await activeSession();
  const here = refusedCommands(parts.recentDecisions(), sid);
  const refused = here.length > 0 ? here : refusedCommands(parts.recentDecisions(), null);
  if (refused.length === 0) {
    parts.notices.inform(nothingRefusedText);
    return;
  }
  const chosen = await chooseValue(runAnywayTitle, runAnywayChoices(refused));
  if (chosen !== null) await allowOnce(parts, chosen, 'typed');
}

/** What was refused last in the active terminal; null when nothing was. */
export async function lastRefused({
  recentDecisions,
}: Pick<CommandParts, 'recentDecisions'>): Promise<AuditRecord | null> {
  const sid = await activeSession();
  return sid === null ? null : (refusedCommands(recentDecisions(), sid)[0] ?? null);
}

async function activeSession(): Promise<number | null> {
  return (await vscode.window.activeTerminal?.processId) ?? null;
}
