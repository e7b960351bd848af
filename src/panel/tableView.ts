import { defaultAgent } from '../protocol/environment.ts';
import type { TableColumn, TableRow, TableSort } from '../presentation/decisionTable.ts';
import { formatDecision, isDenial, isNote } from '../presentation/decisionLabel.ts';
import type { RecordedSession } from '../presentation/sessionKey.ts';
import { formatLine, formatMoment } from '../presentation/text.ts';
import { createElement } from './element.ts';
import { t } from '../presentation/localise.ts';

/** What the table tells and asks. */
export interface TableViewParts {
  readonly onSort: (column: TableColumn) => void;
  readonly onSelect: (row: TableRow | null) => void;
  /** The row was chosen with Enter: the reader wants its detail. */
  readonly onOpen: () => void;
  readonly terminalName: (session: RecordedSession) => string;
  readonly now: () => number;
}

const columns: readonly { readonly column: TableColumn; readonly label: string }[] = [
  { column: 'time', label: t`Time` },
  { column: 'outcome', label: t`Decision` },
  { column: 'command', label: t`Command` },
  { column: 'reason', label: t`Reason` },
  { column: 'rule', label: t`Rule` },
  { column: 'agent', label: t`Agent` },
  { column: 'terminal', label: t`Terminal` },
];

/** The height of every row, in CSS pixels; the style sheet has the same. */
const rowPx = 24;

/** How many rows are painted beyond both edges. */
const spareRows = 8;

/** How far Page Up and Page Down go at least. */
const leastPageRows = 5;

/** A grid that has only the rows which can be seen in the page, and so stays quick with any number of them. */
export class TableView {
  readonly element: HTMLElement;
  readonly #parts: TableViewParts;
  readonly #scroller: HTMLElement;
  readonly #body: HTMLElement;
  readonly #headers = new Map<TableColumn, HTMLElement>();
  #rows: readonly TableRow[] = [];
  #active = -1;
  #activeId: string | null = null;

  constructor(parts: TableViewParts) {
    this.#parts = parts;
    const head = createElement('div', { className: 'head', attributes: { role: 'row' } });
    for (const { column, label } of columns) head.append(this.#createHeader(column, label));
    this.#body = createElement('div', { className: 'body', attributes: { role: 'rowgroup' } });
    const attributes = { role: 'grid', tabindex: '0', 'aria-label': t`Decisions` };
    this.#scroller = createElement('div', { className: 'grid', attributes }, [
      createElement('div', { className: 'headgroup', attributes: { role: 'rowgroup' } }, [head]),
      this.#body,
    ]);
    this.element = this.#scroller;
    this.#scroller.addEventListener('scroll', () => this.#paint(), { passive: true });
    this.#scroller.addEventListener('keydown', (event) => this.#onKey(event));
    // A press is enough: when rows come before the release, the row is another element and no click is told. What
    // presses no button, a screen reader, tells only the click.
    for (const type of ['mousedown', 'click'] as const)
      this.#body.addEventListener(type, (event) => this.#onPress(event));
    new ResizeObserver(() => this.#paint()).observe(this.#scroller);
  }

  /** Shows other rows; the active row stays active as long as it is among them. */
  show(rows: readonly TableRow[], sort: TableSort): void {
    this.#rows = rows;
    this.#active =
      this.#activeId === null ? -1 : rows.findIndex(({ record }) => record.id === this.#activeId);
    this.#scroller.setAttribute('aria-rowcount', String(rows.length + 1));
    this.#body.style.height = `${rows.length * rowPx}px`;
    for (const [column, header] of this.#headers) {
      const order = sort.descending ? 'descending' : 'ascending';
      header.setAttribute('aria-sort', column === sort.column ? order : 'none');
    }
    this.#paint();
  }

  /** Makes the row of a record active and brings it into view; false when it is not shown. */
  reveal(id: string): boolean {
    const index = this.#rows.findIndex(({ record }) => record.id === id);
    if (index !== -1) this.#activate(index);
    return index !== -1;
  }

  /** Scrolls whatever is around the table until the active row can be seen. */
  showActive(): void {
    this.#body.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  focus(): void {
    this.#scroller.focus();
  }

  /** Takes the focus, with the first row active where none is. */
  enter(): void {
    this.#scroller.focus();
    if (this.#active === -1 && this.#rows.length > 0) this.#activate(0);
  }

  #createHeader(column: TableColumn, label: string): HTMLElement {
    const button = createElement('button', { text: label, attributes: { type: 'button' } });
    button.addEventListener('click', () => this.#parts.onSort(column));
    const attributes = { role: 'columnheader', 'aria-sort': 'none' };
    const header = createElement('div', { className: `cell ${column}`, attributes }, [button]);
    this.#headers.set(column, header);
    return header;
  }

  #paint(): void {
    const { scrollTop, clientHeight } = this.#scroller;
    const first = Math.max(0, Math.floor(scrollTop / rowPx) - spareRows);
    const last = Math.min(this.#rows.length, Math.ceil((scrollTop + clientHeight) / rowPx) + spareRows);
    const painted = this.#rows.slice(first, last).map((row, place) => this.#createRow(row, first + place));
    this.#body.replaceChildren(...painted);
    this.#markActive();
  }

  #createRow(row: TableRow, index: number): HTMLElement {
    const { record, outcome, rule } = row;
    const shown = formatDecision(record);
    const cells: Readonly<Record<TableColumn, string>> = {
      time: formatMoment(record.timestamp, this.#parts.now()),
      outcome: shown.brief,
      command: shown.label,
      reason: formatLine(record.decision.message),
      rule,
      agent: record.agent === defaultAgent ? '' : formatLine(record.agent),
      terminal: this.#parts.terminalName(record),
    };
    const element = createElement(
      'div',
      {
        className: `row ${isNote(record) && !isDenial(record) ? 'note' : outcome}`,
        attributes: { role: 'row', id: `row-${record.id}`, 'aria-rowindex': String(index + 2) },
      },
      columns.map(({ column }) =>
        createElement('div', {
          className: `cell ${column}`,
          text: cells[column],
          // What has no room is read in the tooltip.
          attributes: { role: 'gridcell', title: column === 'outcome' ? shown.outcome : cells[column] },
        }),
      ),
    );
    element.dataset['index'] = String(index);
    element.style.top = `${index * rowPx}px`;
    return element;
  }

  #markActive(): void {
    let painted: string | null = null;
    for (const element of this.#body.children) {
      if (!(element instanceof HTMLElement)) continue;
      const isActive = element.dataset['index'] === String(this.#active);
      element.setAttribute('aria-selected', String(isActive));
      if (isActive) painted = element.id;
    }
    // It may only name a row that is in the page.
    if (painted === null) this.#scroller.removeAttribute('aria-activedescendant');
    else this.#scroller.setAttribute('aria-activedescendant', painted);
  }

  #activate(index: number): void {
    const bounded = Math.max(0, Math.min(this.#rows.length - 1, index));
    const row = this.#rows[bounded] ?? null;
    this.#active = row === null ? -1 : bounded;
    this.#activeId = row?.record.id ?? null;
    if (row !== null) this.#scrollTo(bounded);
    this.#paint();
    this.#parts.onSelect(row);
  }

  #scrollTo(index: number): void {
    const top = index * rowPx;
    const room = this.#scroller.clientHeight - rowPx;
    if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    else if (top + rowPx > this.#scroller.scrollTop + room) this.#scroller.scrollTop = top + rowPx - room;
  }

  #onPress(event: MouseEvent): void {
    if (event.button !== 0) return;
    const row = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    if (row instanceof HTMLElement) this.#activate(Number(row.dataset['index']));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#scroller) return;
    const page = Math.max(leastPageRows, Math.floor(this.#scroller.clientHeight / rowPx) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      PageDown: this.#active + page,
      PageUp: this.#active - page,
      Home: 0,
      End: this.#rows.length - 1,
    };
    const target = steps[event.key];
    if (event.key === 'Enter' && this.#active !== -1) this.#parts.onOpen();
    else if (target !== undefined && this.#rows.length > 0) this.#activate(target);
    else return;
    event.preventDefault();
  }
}
