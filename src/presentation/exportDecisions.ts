import type { AuditRecord } from '../protocol/auditRecord.ts';
import { t } from './localise.ts';
import { isDenial, isNote, outcomeOf } from './decisionLabel.ts';

/** How decisions can be written into a file. */
export type ExportFormat = 'json' | 'csv';

/** Every format. */
export const exportFormats: readonly ExportFormat[] = ['json', 'csv'];

/** Said when they cannot be written. */
export function notExportedText(cause: string): string {
  return t`Rampart: the decisions were not exported: ${cause}`;
}

/** What a record's terminal is called; empty when nobody knows. */
type TerminalName = (record: AuditRecord) => string;

type ValueOf = (record: AuditRecord, terminalName: TerminalName) => string | number | null;

const columns: readonly (readonly [string, ValueOf])[] = [
  ['time', ({ timestamp }) => timestamp],
  ['outcome', (record) => (isNote(record) && !isDenial(record) ? 'recorded' : outcomeOf(record))],
  ['command', ({ request }) => request.command],
  ['reason', ({ decision }) => decision.message],
  ['policy', ({ rule }) => rule?.policy ?? null],
  ['rule', ({ rule }) => (rule === null ? null : rule.index + 1)],
  ['file', ({ rule }) => rule?.file ?? null],
  ['line', ({ rule }) => rule?.line ?? null],
  ['agent', ({ agent }) => agent],
  ['folder', ({ cwd }) => cwd],
  ['program', ({ exe }) => exe],
  ['pid', ({ pid }) => pid],
  ['session', ({ sid }) => sid],
  // Few records say it themselves: the first ones of a terminal came before it had a name.
  ['terminal', (record, terminalName) => terminalName(record)],
  ['mode', ({ mode }) => mode],
  ['check_us', ({ decision }) => decision.evaluation_time_us],
  ['id', ({ id }) => id],
];

/** Decisions as the text of a file: JSON has the records whole, CSV one line each below a heading, as the table shows them. */
export function formatExport(
  records: readonly AuditRecord[],
  format: ExportFormat,
  terminalName: TerminalName,
): string {
  if (format === 'json') return `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`;
  const lines = records.map((record) =>
    columns.map(([, valueOf]) => formatCell(valueOf(record, terminalName))).join(','),
  );
  return [columns.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}

/**
 * One cell as RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe in front:
 * commands are written by agents, and a cell must not run one.
 */
function formatCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
