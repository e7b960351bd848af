import { NeedleIndex } from './needleIndex.ts';
import type { PathPattern } from './patterns.ts';

/** Patterns over paths any of which may match, ready to be compared all at once. */
export class PathPatterns {
  readonly each: readonly PathPattern[];
  /** Those without wildcards. */
  readonly plain: readonly PathPattern[];
  readonly #index: NeedleIndex;
  /** Those of which too little is known to look for it. */
  readonly #short: readonly PathPattern[];

  constructor(each: readonly PathPattern[]) {
    this.each = each;
    this.plain = each.filter(({ isPlain }) => isPlain);
    this.#index = new NeedleIndex(each.map(({ needle }) => [needle]));
    this.#short = this.#index.always.flatMap((entry) => each[entry] ?? []);
  }

  /** Those that can match a path that stands in a text. */
  sought(text: string): readonly PathPattern[] {
    const met = new Set<PathPattern>(this.#short);
    this.#index.search(text, (entry) => {
      const pattern = this.each[entry];
      if (pattern !== undefined) met.add(pattern);
    });
    return [...met].filter(({ needle }) => text.includes(needle));
  }
}
