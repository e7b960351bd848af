/** How many letters of a text are looked for. */
const lettersPerNeedle = 3;

/** As many bits as three letters of seven bits have. */
const lettersMask = (1 << (7 * lettersPerNeedle)) - 1;

/** How many slots the table has for each text that is looked for, at least, and how many at most; a power of two. */
const slotsPerNeedle = 16;
const maxSlotCount = 65_536;

/** Part of a text that an entry names: no letter of it is written otherwise where that stands. */
interface Sought {
  readonly part: string;
  /** How many letters of the part stand before and among those by which it is found. */
  readonly length: number;
  readonly entry: number;
}

/**
 * Finds, of many entries, those that can match something in a text: each names texts one of which must stand there. Three letters
 * of each are looked for, whatever their case, so that it takes the same time for a thousand entries as for one.
 */
export class NeedleIndex {
  /** Entries that say nothing, or too little: they can match in any text. */
  readonly always: readonly number[];
  readonly #sought = new Map<number, Sought[]>();
  /** Says of most letters at once that nobody looks for them. */
  readonly #isSought: Uint8Array;

  /** The needles of each entry; null for one that can match without any. */
  constructor(entries: readonly (readonly string[] | null)[]) {
    const always: number[] = [];
    entries.forEach((needles, entry) => {
      const parts = needles?.map((needle) => this.#rarest(needle)) ?? [null];
      if (parts.includes(null)) always.push(entry);
      else for (const found of parts) if (found !== null) this.#add(found, entry);
    });
    this.always = always;
    this.#isSought = new Uint8Array(slotCountFor(this.#sought.size));
    for (const code of this.#sought.keys()) this.#isSought[slotOf(code) & (this.#isSought.length - 1)] = 1;
  }

  /** Whether nothing is looked for. */
  get isEmpty(): boolean {
    return this.#sought.size === 0;
  }

  /** Calls `found` with each entry that may match something in a text, but for those of `always`; with some of them several times. */
  search(text: string, found: (entry: number) => void): void {
    if (this.isEmpty) return;
    const searched = text.toLowerCase();
    const isSought = this.#isSought;
    const slotMask = isSought.length - 1;
    let code = 0;
    for (let at = 0; at < searched.length; at += 1) {
      code = ((code << 7) | (searched.charCodeAt(at) & 0x7f)) & lettersMask;
      if (isSought[slotOf(code) & slotMask] === 0) continue;
      for (const { part, length, entry } of this.#sought.get(code) ?? none)
        if (searched.startsWith(part, at + 1 - length)) found(entry);
    }
  }

  /** Of three letters in a row, those that the fewest entries have; null when there are none that can be relied on. */
  #rarest(needle: string): Omit<Sought, 'entry'> | null {
    let rarest: Omit<Sought, 'entry'> | null = null;
    let fewest = Infinity;
    // Slashes may be backslashes in the text, and other letters may change with those beside them.
    for (const part of needle.toLowerCase().match(/[\x20-\x2e\x30-\x5b\x5d-\x7e]+/g) ?? [])
      for (let length = lettersPerNeedle; length <= part.length; length += 1) {
        const count = this.#sought.get(codeAt(part, length))?.length ?? 0;
        if (count >= fewest) continue;
        rarest = { part, length };
        fewest = count;
      }
    return rarest;
  }

  #add({ part, length }: Omit<Sought, 'entry'>, entry: number): void {
    const code = codeAt(part, length);
    const sought = this.#sought.get(code);
    if (sought === undefined) this.#sought.set(code, [{ part, length, entry }]);
    else sought.push({ part, length, entry });
  }
}

const none: readonly Sought[] = [];

function slotCountFor(codes: number): number {
  let count = slotsPerNeedle;
  while (count < codes * slotsPerNeedle && count < maxSlotCount) count *= 2;
  return count;
}

/** Of which the lowest bits say the slot. */
function slotOf(code: number): number {
  return code ^ (code >>> 9);
}

/** The three letters that end at a place. */
function codeAt(part: string, end: number): number {
  let code = 0;
  for (let at = end - lettersPerNeedle; at < end; at += 1) code = (code << 7) | part.charCodeAt(at);
  return code;
}
