import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isNote, isRefused } from './decisionLabel.ts';
import { t } from './localise.ts';
import type { Choice } from './protectText.ts';
import { firstClause, formatLine, formatTimeOfDay } from './text.ts';

/** How many refused commands are offered. */
const maxOffered = 10;

/** Over the refused commands. */
export const runAnywayTitle = t`Run a refused command anyway, once`;

/** Said when nothing was refused. */
export const nothingRefusedText = t`No command was refused here.`;

/**
 * What was refused in one session, or in any when it is null: the newest first, each command once, and none that has
 * run since.
 */
export function refusedCommands(records: readonly AuditRecord[], sid: number | null): readonly AuditRecord[] {
  const newest = new Map<string, AuditRecord>();
  for (const record of records.toReversed()) {
    const key = JSON.stringify([record.request.command, record.cwd]);
    const isOurs = sid === null || record.sid === sid;
    if (isOurs && !isNote(record) && !newest.has(key)) newest.set(key, record);
  }
  return [...newest.values()].filter(isRefused).slice(0, maxOffered);
}

/** The refused commands as choices. */
export function runAnywayChoices(refused: readonly AuditRecord[]): readonly Choice<AuditRecord>[] {
  return refused.map((record) => ({
    value: record,
    label: formatLine(record.request.command, 100),
    description: formatTimeOfDay(record.timestamp),
    detail: [firstClause(record.decision.message), record.cwd ?? '']
      .filter((part) => part !== '')
      .join(' · '),
  }));
}
