import type { TableRow, TimeRange } from '../presentation/decisionTable.ts';
import {
  buildTimeline,
  formatBin,
  formatRange,
  sharesOf,
  stackOrder,
  type TimelineBin,
} from '../presentation/timeline.ts';
import { createButton, createElement } from './element.ts';
import { t } from '../presentation/localise.ts';

/** What the timeline is given. */
export interface TimelineViewParts {
  /** A range was chosen; null shows all times again. */
  readonly onZoom: (range: TimeRange | null) => void;
  readonly now: () => number;
}

const svg = 'http://www.w3.org/2000/svg';

/** How many spans of time there are, and how high the picture is, in its own units. */
const binCount = 80;
const height = 40;

/** Decisions over time, stacked by what became of them. A range is chosen by dragging, or with arrow keys and Shift. */
export class TimelineView {
  readonly element: HTMLElement;
  readonly #parts: TimelineViewParts;
  readonly #chart: HTMLElement;
  readonly #picture: SVGElement;
  readonly #caption: HTMLElement;
  readonly #reset: HTMLButtonElement;
  #bins: readonly TimelineBin[] = [];
  #cursor = 0;
  #anchor = 0;
  #isDragging = false;

  constructor(parts: TimelineViewParts) {
    this.#parts = parts;
    this.#picture = document.createElementNS(svg, 'svg');
    this.#picture.setAttribute('viewBox', `0 0 ${binCount} ${height}`);
    this.#picture.setAttribute('preserveAspectRatio', 'none');
    this.#picture.setAttribute('aria-hidden', 'true');
    const attributes = {
      role: 'slider',
      tabindex: '0',
      'aria-label': t`Timeline: arrow keys move, Shift selects, Enter zooms in, Escape zooms out`,
      'aria-valuemin': '1',
      'aria-valuemax': String(binCount),
    };
    this.#chart = createElement('div', { className: 'chart', attributes }, [this.#picture]);
    this.#caption = createElement('span', { className: 'caption' });
    this.#reset = createButton(t`All Times`, () => parts.onZoom(null));
    this.element = createElement(
      'section',
      { className: 'timeline', attributes: { 'aria-label': t`Timeline` } },
      [this.#chart, createElement('div', { className: 'legend' }, [this.#caption, this.#reset])],
    );
    this.#chart.addEventListener('keydown', (event) => this.#onKey(event));
    this.#chart.addEventListener('pointerdown', (event) => this.#onPress(event));
    this.#chart.addEventListener('pointermove', (event) => this.#onMove(event));
    this.#chart.addEventListener('pointerup', () => this.#onRelease());
  }

  /** Shows rows over the given range, or over all of their time. */
  show(rows: readonly TableRow[], range: TimeRange | null): void {
    this.#bins = buildTimeline(rows, binCount, range);
    this.#reset.hidden = range === null;
    this.#paint();
  }

  #paint(): void {
    const most = Math.max(1, ...this.#bins.map(({ total }) => total));
    const shapes = this.#bins.flatMap((bin, index) => createBars(bin, index, most));
    const [from, to] = [Math.min(this.#cursor, this.#anchor), Math.max(this.#cursor, this.#anchor)];
    this.#picture.replaceChildren(
      ...shapes,
      createBar({ x: from, y: 0, width: to - from + 1, height, kind: 'chosen' }),
    );
    this.#tellCursor();
  }

  #tellCursor(): void {
    const bin = this.#bins[this.#cursor];
    const first = this.#bins[0];
    const last = this.#bins.at(-1);
    const now = this.#parts.now();
    this.#caption.textContent =
      first === undefined || last === undefined ? '' : formatRange({ from: first.from, to: last.to }, now);
    this.#chart.setAttribute('aria-valuenow', String(this.#cursor + 1));
    this.#chart.setAttribute('aria-valuetext', bin === undefined ? t`nothing decided` : formatBin(bin, now));
    this.#chart.title = bin === undefined ? '' : formatBin(bin, now);
  }

  #zoom(): void {
    const from = this.#bins[Math.min(this.#cursor, this.#anchor)];
    const to = this.#bins[Math.max(this.#cursor, this.#anchor)];
    this.#cursor = 0;
    this.#anchor = 0;
    if (from !== undefined && to !== undefined) this.#parts.onZoom({ from: from.from, to: to.to });
  }

  #onKey(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: this.#cursor - 1,
      ArrowRight: this.#cursor + 1,
      Home: 0,
      End: binCount - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) this.#moveTo(target, event.shiftKey);
    else if (event.key === 'Enter') this.#zoom();
    else if (event.key === 'Escape') this.#parts.onZoom(null);
    else return;
    event.preventDefault();
  }

  #moveTo(target: number, isExtending: boolean): void {
    this.#cursor = Math.max(0, Math.min(binCount - 1, target));
    if (!isExtending) this.#anchor = this.#cursor;
    this.#paint();
  }

  #onPress(event: PointerEvent): void {
    this.#isDragging = true;
    this.#chart.setPointerCapture(event.pointerId);
    this.#moveTo(this.#binAt(event), false);
  }

  #onMove(event: PointerEvent): void {
    if (this.#isDragging) this.#moveTo(this.#binAt(event), true);
    else this.#chart.title = this.#titleOf(this.#binAt(event));
  }

  #onRelease(): void {
    if (!this.#isDragging) return;
    this.#isDragging = false;
    // A click alone only looks.
    if (this.#cursor !== this.#anchor) this.#zoom();
  }

  #titleOf(index: number): string {
    const bin = this.#bins[index];
    return bin === undefined ? '' : formatBin(bin, this.#parts.now());
  }

  #binAt({ clientX }: PointerEvent): number {
    const { left, width } = this.#chart.getBoundingClientRect();
    return Math.floor(((clientX - left) / Math.max(1, width)) * binCount);
  }
}

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
}

function createBars(bin: TimelineBin, index: number, most: number): readonly SVGElement[] {
  const shares = sharesOf(bin, most);
  let top = height;
  return stackOrder.flatMap((kind) => {
    if (shares[kind] === 0) return [];
    const size = shares[kind] * height;
    top -= size;
    return [createBar({ x: index + 0.1, y: top, width: 0.8, height: size, kind })];
  });
}

function createBar({ kind, ...place }: Bar): SVGElement {
  const bar = document.createElementNS(svg, 'rect');
  bar.setAttribute('class', kind);
  for (const [name, value] of Object.entries(place)) bar.setAttribute(name, String(value));
  return bar;
}
