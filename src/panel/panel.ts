import { isNote } from '../presentation/decisionLabel.ts';
import { noFilter, type DecisionFilter } from '../presentation/decisionFilter.ts';
import {
  DecisionTable,
  isShown,
  type TableColumn,
  type TableRow,
  type TableSort,
  type TimeRange,
} from '../presentation/decisionTable.ts';
import { formatExport, type ExportFormat } from '../presentation/exportDecisions.ts';
import {
  parseTableLook,
  type PanelRequest,
  type PanelUpdate,
  type TableLook,
} from '../presentation/panelMessages.ts';
import { t } from '../presentation/localise.ts';
import { emptyPanelText, formatTableCount } from '../presentation/panelText.ts';
import { findProcessChain } from '../presentation/processChain.ts';
import { sessionKeyOf, type RecordedSession } from '../presentation/sessionKey.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { DetailView } from './detailView.ts';
import { createButton, createElement } from './element.ts';
import { TableView } from './tableView.ts';
import { TimelineView } from './timelineView.ts';
import { Toolbar } from './toolbar.ts';

/** What the panel is given. */
export interface PanelParts {
  readonly tell: (request: PanelRequest) => void;
  /** What was kept of an earlier page; whatever it is, it is believed in nothing. */
  readonly kept: unknown;
  readonly keep: (look: TableLook) => void;
  readonly now: () => number;
}

/** How long the reader has to stay on a row before it is asked why, in milliseconds. */
const explainAfterMs = 150;

/** The page: toolbar, timeline, table and detail over one set of rows. */
export class Panel {
  readonly element: HTMLElement;
  readonly #parts: PanelParts;
  readonly #table = new DecisionTable();
  readonly #names = new Map<string, string>();
  readonly #toolbar: Toolbar;
  readonly #timeline: TimelineView;
  readonly #grid: TableView;
  readonly #detail: DetailView;
  readonly #empty: HTMLElement;
  #filter: DecisionFilter;
  #sort: TableSort;
  #range: TimeRange | null = null;
  #mayHaveOlder = false;
  #guardEnabled = false;
  #shown: readonly TableRow[] = [];
  #frame = 0;
  #asking = 0;

  constructor(parts: PanelParts) {
    this.#parts = parts;
    const look = parseTableLook(parts.kept);
    this.#filter = look.filter;
    this.#sort = look.sort;
    this.#toolbar = new Toolbar({
      onText: (text) => this.#look({ text }),
      onOutcome: (outcome) => this.#look({ outcome }),
      onAgent: (agent) => this.#look({ agent }),
      onOlder: () => parts.tell({ type: 'loadOlder' }),
      onExport: (format) => this.#export(format),
    });
    this.#timeline = new TimelineView({ onZoom: (range) => this.#zoom(range), now: parts.now });
    this.#grid = new TableView({
      onSort: (column) => this.#sortBy(column),
      onSelect: (row) => this.#select(row),
      onOpen: () => this.#detail.element.focus(),
      terminalName: (session) => this.#nameOf(session),
      now: parts.now,
    });
    this.#detail = new DetailView((action, record) => parts.tell({ type: 'act', action, record }));
    this.#detail.element.hidden = true;
    this.#empty = createElement('div', { className: 'empty' });
    this.element = createElement('main', {}, [
      createElement('h1', { text: t`Denied Commands` }),
      ...[this.#toolbar.element, this.#timeline.element],
      createElement('div', { className: 'split' }, [this.#grid.element, this.#empty, this.#detail.element]),
    ]);
    this.#paint();
  }

  /** Takes what the editor tells. */
  take(update: PanelUpdate): void {
    switch (update.type) {
      case 'records':
        this.#learnNames(update.records);
        if (this.#table.add(update.records) > 0) this.#repaint();
        return;
      case 'names':
        for (const [key, name] of update.names) this.#names.set(key, name);
        this.#repaint();
        return;
      case 'state':
        this.#guardEnabled = update.guardEnabled;
        this.#mayHaveOlder = update.mayHaveOlder;
        this.#repaint();
        return;
      case 'explained':
        this.#detail.explain(update.id, update.sections);
        return;
      case 'show':
        this.#reveal(update.id);
        return;
    }
  }

  /** Keys that work wherever the cursor is: `/` and Ctrl+F search, Escape ends it, Arrow Down and Enter go to what is found. */
  onKey(event: KeyboardEvent): void {
    const isTyping = event.target instanceof HTMLInputElement;
    if ((event.key === '/' && !isTyping) || (event.key === 'f' && (event.ctrlKey || event.metaKey))) {
      this.#toolbar.focusSearch();
      event.preventDefault();
    } else if (event.key === 'Escape' && isTyping) {
      if (this.#toolbar.clearSearch()) this.#look({ text: '' });
      this.#grid.focus();
    } else if ((event.key === 'ArrowDown' || event.key === 'Enter') && isTyping) {
      // What was typed last may not be painted yet, and it is what is found that is meant.
      this.#paint();
      this.#grid.enter();
      event.preventDefault();
    }
  }

  #look(change: Partial<DecisionFilter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#keep();
  }

  #sortBy(column: TableColumn): void {
    const isSame = this.#sort.column === column;
    this.#sort = { column, descending: isSame ? !this.#sort.descending : column === 'time' };
    this.#keep();
  }

  #zoom(range: TimeRange | null): void {
    this.#range = range;
    this.#repaint();
  }

  #keep(): void {
    this.#parts.keep({ filter: this.#filter, sort: this.#sort });
    this.#repaint();
  }

  /** A terminal that is gone is called as its decisions say; of one that is there the window tells. */
  #learnNames(records: readonly AuditRecord[]): void {
    for (const record of records) {
      const key = sessionKeyOf(record);
      const { terminal } = record;
      if (key !== null && terminal !== undefined && !this.#names.has(key)) this.#names.set(key, terminal);
    }
  }

  #nameOf(session: RecordedSession): string {
    const key = sessionKeyOf(session);
    if (session.sid === null || key === null) return '';
    return this.#names.get(key) ?? t`session ${session.sid}`;
  }

  #select(row: TableRow | null): void {
    window.clearTimeout(this.#asking);
    this.#detail.element.hidden = row === null;
    if (row === null) {
      this.#detail.show(null, []);
      return;
    }
    const { record } = row;
    this.#detail.show(record, this.#chainOf(record));
    // Below the table, where there is little room, it would open out of sight; the row matters more.
    this.#detail.element.scrollIntoView({ block: 'nearest' });
    this.#grid.showActive();
    if (isNote(record)) return;
    this.#asking = window.setTimeout(() => this.#parts.tell({ type: 'explain', record }), explainAfterMs);
  }

  #chainOf(record: AuditRecord): readonly string[] {
    const key = sessionKeyOf(record);
    const ofSession = this.#table.rows.map((row) => row.record).filter((one) => sessionKeyOf(one) === key);
    return findProcessChain(record, ofSession, this.#nameOf(record));
  }

  /** Shows one decision, whatever is looked for. */
  #reveal(id: string): void {
    const row = this.#table.find(id);
    if (row === null) return;
    // What came with it may not be painted yet, so it is the row that is asked, not the page.
    if (!isShown(row, { filter: this.#filter, range: this.#range })) {
      this.#filter = noFilter;
      this.#range = null;
    }
    this.#paint();
    this.#grid.reveal(id);
    this.#grid.focus();
  }

  #export(format: ExportFormat): void {
    const text = formatExport(
      this.#shown.map(({ record }) => record),
      format,
      (record) => this.#nameOf(record),
    );
    this.#parts.tell({ type: 'export', format, text });
  }

  /** Once for everything that happens until the page is drawn anew. */
  #repaint(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint(): void {
    const filter = this.#filter;
    const selection = { filter, range: this.#range, sort: this.#sort };
    this.#shown = this.#table.select({ ...selection, terminalName: (session) => this.#nameOf(session) });
    const { agents, size, isFull } = this.#table;
    this.#toolbar.show({
      ...filter,
      agents,
      count: formatTableCount(this.#shown.length, size),
      canLoadOlder: this.#mayHaveOlder && !isFull,
    });
    // Every outcome, so that it is seen how many of all were refused.
    const context = this.#table.select({
      ...selection,
      filter: { ...filter, outcome: null },
      sort: { column: 'time', descending: false },
      terminalName: () => '',
    });
    this.#timeline.show(context, this.#range);
    this.#grid.show(this.#shown, this.#sort);
    this.#showEmpty();
  }

  #showEmpty(): void {
    const isEmpty = this.#shown.length === 0;
    this.#grid.element.hidden = isEmpty;
    this.#empty.hidden = !isEmpty;
    if (!isEmpty) return;
    const isFiltered = this.#table.size > 0;
    const text = emptyPanelText({ guardEnabled: this.#guardEnabled, isFiltered });
    const showAll = createButton(t`Show All Decisions`, () => this.#showAll());
    const protect = createButton(t`Protect Terminal`, () => this.#parts.tell({ type: 'protect' }));
    const next = isFiltered ? [showAll] : this.#guardEnabled ? [] : [protect];
    this.#empty.replaceChildren(createElement('p', { text }), ...next);
  }

  #showAll(): void {
    this.#range = null;
    this.#look(noFilter);
  }
}
