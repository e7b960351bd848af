import type { AuditRecord } from '../protocol/auditRecord.ts';
import { filterOutcomeOf, type DecisionFilter, type FilterOutcome } from './decisionFilter.ts';
import { briefOutcomeOf, formatRule } from './decisionLabel.ts';
import type { RecordedSession } from './sessionKey.ts';

/** How many rows a table keeps; the oldest go first. The audit log has them all. */
export const maxTableRows = 50_000;

/** A decision with what a table sorts and looks for. */
export interface TableRow {
  readonly record: AuditRecord;
  /** Milliseconds since 1970; 0 when the record's time cannot be read. */
  readonly time: number;
  readonly outcome: FilterOutcome;
  readonly rule: string;
  /** Everything that a text is looked for in, in lower case. */
  readonly haystack: string;
}

/** A column that a table can be sorted by. */
export type TableColumn = (typeof tableColumns)[number];

/** Every column, from left to right. */
export const tableColumns = ['time', 'outcome', 'command', 'reason', 'rule', 'agent', 'terminal'] as const;

/** How a table is sorted. */
export interface TableSort {
  readonly column: TableColumn;
  readonly descending: boolean;
}

/** The newest first. */
export const newestFirst: TableSort = { column: 'time', descending: true };

/** From a moment on and up to before another one, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What a table shows of its rows. */
export interface TableSelection {
  readonly filter: DecisionFilter;
  /** Null leaves nothing out. */
  readonly range: TimeRange | null;
  readonly sort: TableSort;
  /** What a record's terminal is called; empty when nobody knows. */
  readonly terminalName: (session: RecordedSession) => string;
}

/** Decisions for a table: each id once, bounded, looked through fast enough to do it while a person types. */
export class DecisionTable {
  readonly #capacity: number;
  readonly #byId = new Map<string, TableRow>();
  #rows: TableRow[] = [];
  #isOrdered = true;

  constructor(capacity: number = maxTableRows) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Whether it has no room for older rows. */
  get isFull(): boolean {
    return this.#rows.length >= this.#capacity;
  }

  /** Takes records in any order; tells how many of them are new. */
  add(records: readonly AuditRecord[]): number {
    let added = 0;
    for (const record of records) {
      if (this.#byId.has(record.id)) continue;
      const row = createTableRow(record);
      this.#isOrdered &&= (this.#rows.at(-1)?.time ?? 0) <= row.time;
      this.#byId.set(record.id, row);
      this.#rows.push(row);
      added += 1;
    }
    this.#trim();
    return added;
  }

  find(id: string): TableRow | null {
    return this.#byId.get(id) ?? null;
  }

  /** Every row, the oldest first. */
  get rows(): readonly TableRow[] {
    this.#order();
    return this.#rows;
  }

  /** The agents of all rows, in the order of their names. */
  get agents(): readonly string[] {
    return [...new Set(this.#rows.map(({ record }) => record.agent))].sort();
  }

  /** The rows to show, sorted; equal ones stay in the order of their time. */
  select(selection: TableSelection): readonly TableRow[] {
    const found = this.rows.filter((row) => isShown(row, selection));
    const { column, descending } = selection.sort;
    if (column !== 'time') sortByText(found, sortText(column, selection));
    return descending ? found.reverse() : found;
  }

  #order(): void {
    if (!this.#isOrdered) this.#rows.sort((first, second) => first.time - second.time);
    this.#isOrdered = true;
  }

  #trim(): void {
    if (this.#rows.length <= this.#capacity) return;
    this.#order();
    for (const { record } of this.#rows.splice(0, this.#rows.length - this.#capacity))
      this.#byId.delete(record.id);
  }
}

/** Whether a filter, a text and a range of time leave a row in. */
export function isShown(row: TableRow, { filter, range }: Pick<TableSelection, 'filter' | 'range'>): boolean {
  if (filter.outcome !== null && row.outcome !== filter.outcome) return false;
  if (filter.agent !== null && row.record.agent !== filter.agent) return false;
  if (range !== null && (row.time < range.from || row.time >= range.to)) return false;
  return filter.text === '' || row.haystack.includes(filter.text.toLowerCase());
}

function createTableRow(record: AuditRecord): TableRow {
  const { request, cwd, decision, rule, agent } = record;
  const time = Date.parse(record.timestamp);
  return {
    record,
    time: Number.isNaN(time) ? 0 : time,
    outcome: filterOutcomeOf(record),
    rule: rule === null ? '' : formatRule(rule),
    haystack: [request.command, cwd ?? '', decision.message, rule?.policy ?? '', agent]
      .join('\n')
      .toLowerCase(),
  };
}

function sortText(
  column: Exclude<TableColumn, 'time'>,
  { terminalName }: TableSelection,
): (row: TableRow) => string {
  switch (column) {
    case 'outcome':
      // What is shown in different words stands apart, and yet beside what is like it.
      return ({ outcome, record }) => `${outcome} ${briefOutcomeOf(record)}`;
    case 'command':
      return ({ record }) => record.request.command;
    case 'reason':
      return ({ record }) => record.decision.message;
    case 'rule':
      return ({ rule }) => rule;
    case 'agent':
      return ({ record }) => record.agent;
    case 'terminal':
      return ({ record }) => terminalName(record);
  }
}

/** By the text's own order: comparing as a language does takes seconds for so many rows. */
function sortByText(rows: TableRow[], textOf: (row: TableRow) => string): void {
  const texts = new Map(rows.map((row) => [row, textOf(row)]));
  rows.sort((first, second) => {
    const before = texts.get(first) ?? '';
    const after = texts.get(second) ?? '';
    if (before === after) return 0;
    return before < after ? -1 : 1;
  });
}
