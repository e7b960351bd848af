import { isRecord } from '../base/record.ts';
import { failure, success, type Result } from '../base/result.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { parseAuditRecord } from '../protocol/parseAuditRecord.ts';
import { noFilter, type DecisionFilter } from './decisionFilter.ts';
import { newestFirst, tableColumns, type TableSort } from './decisionTable.ts';
import { exportFormats, type ExportFormat } from './exportDecisions.ts';
import { t } from './localise.ts';

/** What the editor tells the panel. */
export type PanelUpdate =
  | { readonly type: 'records'; readonly records: readonly AuditRecord[] }
  /** What the terminals of sessions are called, by the keys of these. */
  | { readonly type: 'names'; readonly names: readonly (readonly [string, string])[] }
  | { readonly type: 'state'; readonly guardEnabled: boolean; readonly mayHaveOlder: boolean }
  /** Why a decision was taken, as lines of text. */
  | { readonly type: 'explained'; readonly id: string; readonly sections: readonly PanelSection[] }
  /** Bring one decision to the front. */
  | { readonly type: 'show'; readonly id: string };

/** Lines under a heading. */
export interface PanelSection {
  readonly heading: string;
  readonly lines: readonly string[];
}

/** What a person can do with a decision. */
export type PanelAction = 'allow' | 'block' | 'copy' | 'openRule' | 'showTerminal';

/** Every action, in the order of the buttons. */
export const panelActions: readonly { readonly action: PanelAction; readonly label: string }[] = [
  { action: 'allow', label: t`Allow…` },
  { action: 'block', label: t`Block…` },
  { action: 'copy', label: t`Copy Command` },
  { action: 'openRule', label: t`Open Rule` },
  { action: 'showTerminal', label: t`Show Terminal` },
];

/** What the panel tells the editor. */
export type PanelRequest =
  | { readonly type: 'ready' }
  | { readonly type: 'loadOlder' }
  | { readonly type: 'protect' }
  | { readonly type: 'explain'; readonly record: AuditRecord }
  | { readonly type: 'act'; readonly action: PanelAction; readonly record: AuditRecord }
  /** The text of a file. */
  | {
      readonly type: 'export';
      readonly format: ExportFormat;
      readonly text: string;
    };

/** Reads what a panel says: it is a web page, and so believed in nothing. */
export function parsePanelRequest(message: unknown): Result<PanelRequest, string> {
  if (!isRecord(message)) return failure('the message is not an object');
  const { type } = message;
  switch (type) {
    case 'ready':
    case 'loadOlder':
    case 'protect':
      return success({ type });
    case 'export':
      return parseExport(message['format'], message['text']);
    case 'explain':
    case 'act':
      return parseRecordRequest(type, message['action'], message['record']);
    default:
      return failure('the message is of no known type');
  }
}

function parseExport(format: unknown, text: unknown): Result<PanelRequest, string> {
  const known = exportFormats.find((one) => one === format);
  if (known === undefined || typeof text !== 'string') return failure('the export has no format or no text');
  return success({ type: 'export', format: known, text });
}

function parseRecordRequest(
  type: 'explain' | 'act',
  action: unknown,
  value: unknown,
): Result<PanelRequest, string> {
  const record = parseAuditRecord(value);
  if (!record.ok) return record;
  if (type === 'explain') return success({ type, record: record.value });
  const known = panelActions.find((one) => one.action === action);
  if (known === undefined) return failure('the action is not known');
  return success({ type, action: known.action, record: record.value });
}

/** How a reader looks at the table: kept while the page is away. */
export interface TableLook {
  readonly filter: DecisionFilter;
  readonly sort: TableSort;
}

/** What the panel opens with: its name says what it is looked into for. */
export const firstLook: TableLook = { filter: { ...noFilter, outcome: 'denied' }, sort: newestFirst };

/** Reads what was kept of an earlier page; whatever it is, it is believed in nothing. */
export function parseTableLook(kept: unknown): TableLook {
  if (!isRecord(kept) || !isRecord(kept['filter'])) return firstLook;
  const { outcome, agent, text } = kept['filter'];
  const filter: DecisionFilter = {
    outcome: (['denied', 'unenforced', 'allowed'] as const).find((one) => one === outcome) ?? null,
    agent: typeof agent === 'string' ? agent : null,
    text: typeof text === 'string' ? text : '',
    ofEditor: false,
  };
  return { filter, sort: parseSort(kept['sort']) };
}

function parseSort(kept: unknown): TableSort {
  const column = isRecord(kept) ? tableColumns.find((one) => one === kept['column']) : undefined;
  if (column === undefined || !isRecord(kept)) return newestFirst;
  return { column, descending: kept['descending'] === true };
}
