/** How many letters of a text are looked for. */
const lettersPerNeedle = 3;

/** As many bits as three letters of seven bits have. */
const lettersMask = (1 << (7 * lettersPerNeedle)) - 1;

/** Slots of the table that says of most letters at once that nobody looks for them; a power of two. */
const slotCount = 4096;

/**
 * Finds, of many entries, those that can match something in a text: each names texts one of which must stand there. Three letters
 * of each are looked for, whatever their case, so that it takes the same time for a thousand entries as for one.
 */
export class NeedleIndex {
  /** Entries that say nothing, or too little: they can match in any text. */
  readonly always: readonly number[];
  readonly #entries = new Map<number, number[]>();
  readonly #isSought = new Uint8Array(slotCount);

  /** The needles of each entry; null for one that can match without any. */
  constructor(entries: readonly (readonly string[] | null)[]) {
    const always: number[] = [];
    entries.forEach((needles, entry) => {
      const codes = needles?.map((needle) => this.#rarest(needle)) ?? [null];
      if (codes.includes(null)) always.push(entry);
      else for (const code of codes) if (code !== null) this.#add(code, entry);
    });
    this.always = always;
  }

  /** Whether nothing is looked for. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Calls `found` with each entry that may match something in a text, but for those of `always`; with some of them several times. */
  search(text: string, found: (entry: number) => void): void {
    if (this.isEmpty) return;
    const searched = text.toLowerCase();
    let code = 0;
    for (let at = 0; at < searched.length; at += 1) {
      code = ((code << 7) | (searched.charCodeAt(at) & 0x7f)) & lettersMask;
      if (this.#isSought[slotOf(code)] === 0) continue;
      const entries = this.#entries.get(code);
      if (entries !== undefined) for (const entry of entries) found(entry);
    }
  }

  /** Of three letters in a row, those that the fewest entries have; null when there are none that can be relied on. */
  #rarest(needle: string): number | null {
    const text = needle.toLowerCase();
    let rarest: number | null = null;
    let fewest = Infinity;
    for (let at = lettersPerNeedle; at <= text.length; at += 1) {
      const letters = text.slice(at - lettersPerNeedle, at);
      // Slashes may be backslashes in the text, and other letters may change with those beside them.
      if (!/^[\x20-\x2e\x30-\x5b\x5d-\x7e]+$/.test(letters)) continue;
      const code = codeOf(letters);
      const count = this.#entries.get(code)?.length ?? 0;
      if (count >= fewest) continue;
      rarest = code;
      fewest = count;
    }
    return rarest;
  }

  #add(code: number, entry: number): void {
    const entries = this.#entries.get(code);
    if (entries === undefined) this.#entries.set(code, [entry]);
    else if (entries.at(-1) !== entry) entries.push(entry);
    this.#isSought[slotOf(code)] = 1;
  }
}

function codeOf(letters: string): number {
  let code = 0;
  for (let at = 0; at < letters.length; at += 1) code = (code << 7) | letters.charCodeAt(at);
  return code;
}

function slotOf(code: number): number {
  return (code ^ (code >>> 9)) & (slotCount - 1);
}
