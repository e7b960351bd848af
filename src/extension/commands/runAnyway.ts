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
  const here = sid === null ? [] : refusedHere(parts, sid);
  const refused = here.length > 0 ? here : refusedCommands(parts.recentDecisions(), null);
  if (refused.length === 0) {
    parts.notices.inform(nothingRefusedText);
    return;
  }
  const chosen = await chooseValue(runAnywayTitle, runAnywayChoices(refused));
  if (chosen !== null) await allowOnce(parts, chosen, 'typed');
}

/** What was refused last in the active terminal; null when nothing was. */
export async function lastRefused(parts: RefusalParts): Promise<AuditRecord | null> {
  const sid = await activeSession();
  return sid === null ? null : (refusedHere(parts, sid)[0] ?? null);
}

type RefusalParts = Pick<CommandParts, 'recentDecisions' | 'registry'>;

/** What was refused in a terminal of this window, and not in an earlier one with its number. */
function refusedHere({ recentDecisions, registry }: RefusalParts, sid: number): readonly AuditRecord[] {
  const here = recentDecisions().filter((record) => registry.terminalOfRecord(record) !== null);
  return refusedCommands(here, sid);
}

async function activeSession(): Promise<number | null> {
  return (await vscode.window.activeTerminal?.processId) ?? null;
}
