/**
 * What a view reads and shows. Reading takes a while, so it is done once until what was read is stale; and a row that is
 * painted anew swallows the click that is just being made on it, so it is known what was painted.
 */
export class PaintedRows<Contents, Rows> {
  readonly #read: () => Promise<Contents>;
  readonly #describe: (contents: Contents) => Rows;
  /** What was read last; null when it is stale. */
  #contents: Contents | null = null;
  #staleTimes = 0;
  #painted = '';

  /** `describe` tells the rows of what was read; they may differ from one time to the next. */
  constructor(read: () => Promise<Contents>, describe: (contents: Contents) => Rows) {
    this.#read = read;
    this.#describe = describe;
  }

  /** What was read is stale. */
  forget(): void {
    this.#contents = null;
    this.#staleTimes += 1;
  }

  /** What is painted is not what was: the editor changed it. */
  forgetPainted(): void {
    this.#painted = '';
  }

  /** The rows, for painting them now. */
  async take(): Promise<Rows> {
    const rows = await this.#rows();
    this.#painted = JSON.stringify(rows);
    return rows;
  }

  /** Whether the rows are painted as they are. */
  async arePainted(): Promise<boolean> {
    return JSON.stringify(await this.#rows()) === this.#painted;
  }

  async #rows(): Promise<Rows> {
    while (this.#contents === null) {
      const times = this.#staleTimes;
      const contents = await this.#read();
      // What became stale while it was read may have been read before it changed.
      if (times === this.#staleTimes) this.#contents = contents;
    }
    return this.#describe(this.#contents);
  }
}
