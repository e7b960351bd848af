/** A row at the top of a tree. The editor knows it again by its object, so what it shows changes inside of it. */
export interface ShownRow<Content> {
  readonly kind: 'top';
  readonly key: string;
  content: Content;
}

/** What a tree is to show: its rows in order, each with a key of its own. */
export type WantedRow<Content> = Pick<ShownRow<Content>, 'key' | 'content'>;

/** Which rows have to be painted anew: all where rows came, went or moved, otherwise those that changed. */
export type RowChanges<Content> = 'all' | readonly ShownRow<Content>[];

/**
 * Knows which rows a tree shows. A row that is painted anew swallows the click that was just being made on it, so
 * what did not change is left alone.
 */
export class ShownRows<Content> {
  readonly #fingerprint: (content: Content) => string;
  #rows: readonly ShownRow<Content>[] = [];
  #prints = new Map<string, string>();

  /** `fingerprint` differs when something of a row, or below it, has to be painted anew. */
  constructor(fingerprint: (content: Content) => string) {
    this.#fingerprint = fingerprint;
  }

  get rows(): readonly ShownRow<Content>[] {
    return this.#rows;
  }

  /** Where a row stands; behind all of them when it is not shown. */
  placeOf(key: string): number {
    const place = this.#rows.findIndex((row) => row.key === key);
    return place === -1 ? this.#rows.length : place;
  }

  /** Takes what is to be shown from now on, and tells what of it has to be painted anew. */
  take(wanted: readonly WantedRow<Content>[]): RowChanges<Content> {
    const before = this.#rows;
    const known = new Map(before.map((row) => [row.key, row]));
    this.#rows = wanted.map(({ key, content }) => {
      const row = known.get(key) ?? { kind: 'top', key, content };
      row.content = content;
      return row;
    });
    const prints = new Map(wanted.map(({ key, content }) => [key, this.#fingerprint(content)]));
    const changed = this.#rows.filter(({ key }) => prints.get(key) !== this.#prints.get(key));
    this.#prints = prints;
    const isSameOrder =
      before.length === this.#rows.length && this.#rows.every((row, place) => row === before[place]);
    return isSameOrder ? changed : 'all';
  }
}
