import type { Call } from './call.ts';
import type { CommandShapes } from './commandShapes.ts';
import { NeedleIndex } from './needleIndex.ts';
import type { PlacedRule, Policy, RuleFinder } from './policySet.ts';
import { needOf } from './ruleNeed.ts';
import type { Word } from './shellScript.ts';
import type { Trait } from './trait.ts';
import { hasTrait } from './trait.ts';

/** Of how many programs it is remembered which rules speak of them, and how long their names may be. */
const maxRemembered = 1_024;
const maxRememberedLength = 256;

/** A rule that speaks of programs. */
interface Named {
  readonly entry: number;
  readonly runs: CommandShapes;
}

/** The rules that speak of one program. */
interface OfProgram {
  readonly always: readonly number[];
  /** Those that need one of several words, by each of them. */
  readonly byWord: ReadonlyMap<string, readonly number[]>;
}

/**
 * Finds the rules that can match a call at all, by the programs that it starts, by what stands in its text and by what it does,
 * so that a decision costs about the same in a large policy as in a small one.
 */
export class RuleIndex implements RuleFinder {
  readonly #rules: readonly PlacedRule[];
  readonly #always: readonly number[];
  readonly #byProgram: ReadonlyMap<string, readonly Named[]>;
  /** Those that speak of programs by a pattern. */
  readonly #patterned: readonly Named[];
  readonly #remembered = new Map<string, OfProgram>();
  readonly #texts: NeedleIndex;
  /** Those that speak of programs, and need a text besides. */
  readonly #needsBoth: ReadonlySet<number>;
  readonly #paths: NeedleIndex;
  readonly #readers: readonly number[];
  readonly #byTrait: readonly (readonly [Trait, readonly number[]])[];
  /** The search in which a rule was met last, and in which a text that it needs. */
  readonly #met: Uint32Array;
  readonly #metText: Uint32Array;
  #search = 0;
  #found: number[] = [];

  /** The policies in the order in which they are walked. */
  constructor(policies: readonly Policy[]) {
    this.#rules = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
    const needs = this.#rules.map(({ rule }, entry) => ({ need: needOf(rule.when), entry }));
    const named = needs.flatMap(({ need, entry }) =>
      need.kind === 'program' ? [{ entry, runs: need.runs }] : [],
    );
    this.#byProgram = group(named, ({ runs }) => runs.programs());
    this.#patterned = named.filter(({ runs }) => runs.hasPatterns());
    const needlesOf = ({ need }: (typeof needs)[number]): readonly string[] =>
      need.kind === 'text' || need.kind === 'program' ? (need.needles ?? []) : [];
    this.#texts = new NeedleIndex(needs.map(needlesOf));
    const anyText = new Set(this.#texts.always);
    this.#needsBoth = new Set(
      needs
        .filter(({ need, entry }) => need.kind === 'program' && need.needles !== null && !anyText.has(entry))
        .map(({ entry }) => entry),
    );
    this.#paths = new NeedleIndex(needs.map(({ need }) => (need.kind === 'path' ? need.needles : [])));
    this.#readers = needs.flatMap(({ need, entry }) => (need.kind === 'path' ? [entry] : []));
    this.#always = needs.flatMap(({ need, entry }) =>
      need.kind === 'none' || (need.kind === 'text' && anyText.has(entry)) ? [entry] : [],
    );
    const byTrait = group(needs, ({ need }) => (need.kind === 'trait' ? [need.trait] : []));
    this.#byTrait = [...byTrait].map(([trait, items]) => [trait, items.map(({ entry }) => entry)]);
    this.#met = new Uint32Array(this.#rules.length);
    this.#metText = new Uint32Array(this.#rules.length);
  }

  find(call: Call): readonly PlacedRule[] {
    this.#search = (this.#search + 1) >>> 0;
    this.#found = [];
    this.#addAll(this.#always);
    if (!this.#texts.isEmpty)
      for (const text of call.textsToSearch()) this.#texts.search(text, this.#noteText);
    for (const { program, words } of call.reading.components) {
      this.#addNaming(program, words);
      const written = words[0]?.text ?? '';
      if (written !== program) this.#addNaming(written, words);
    }
    for (const [trait, entries] of this.#byTrait) if (hasTrait(call, trait)) this.#addAll(entries);
    this.#addReads(call);
    const placed: PlacedRule[] = [];
    for (const entry of this.#found.sort(ascending)) {
      const rule = this.#rules[entry];
      if (rule !== undefined) placed.push(rule);
    }
    return placed;
  }

  readonly isSought = (word: string): boolean => {
    const found: number[] = [];
    const note = (entry: number): void => void found.push(entry);
    this.#texts.search(word, note);
    this.#paths.search(word, note);
    return found.length > 0;
  };

  readonly #add = (entry: number): void => {
    if (this.#met[entry] === this.#search) return;
    this.#met[entry] = this.#search;
    this.#found.push(entry);
  };

  #addAll(entries: readonly number[]): void {
    for (const entry of entries) this.#add(entry);
  }

  /** For a rule that speaks of programs, a text that it needs is not enough. */
  readonly #noteText = (entry: number): void => {
    if (this.#needsBoth.has(entry)) this.#metText[entry] = this.#search;
    else this.#add(entry);
  };

  /** Adds the rules that speak of a program, as far as the words that they need are there. */
  #addNaming(program: string, words: readonly Word[]): void {
    const { always, byWord } = this.#entriesNaming(program);
    for (const entry of always) this.#addNamed(entry);
    if (byWord.size === 0) return;
    for (const { text } of words) for (const entry of byWord.get(text) ?? none) this.#addNamed(entry);
  }

  #addNamed(entry: number): void {
    if (!this.#needsBoth.has(entry) || this.#metText[entry] === this.#search) this.#add(entry);
  }

  #addReads(call: Call): void {
    if (this.#readers.length === 0) return;
    this.#addAll(this.#paths.always);
    for (const component of call.reading.components) {
      const text = call.readTextOf(component);
      if (text === null) this.#addAll(this.#readers);
      else this.#paths.search(text, this.#add);
    }
  }

  /** Remembered, because what works starts few programs many times. */
  #entriesNaming(program: string): OfProgram {
    const known = this.#remembered.get(program);
    if (known !== undefined) return known;
    const patterned = this.#patterned.filter(({ runs }) => runs.areNamed(program));
    const naming = [...(this.#byProgram.get(program) ?? []), ...patterned];
    const needs = naming.map(({ entry, runs }) => ({ entry, words: runs.neededWith(program) }));
    const entries: OfProgram = {
      always: needs.filter(({ words }) => words === null).map(({ entry }) => entry),
      byWord: new Map(
        [...group(needs, ({ words }) => words ?? [])].map(([word, items]) => [
          word,
          items.map(({ entry }) => entry),
        ]),
      ),
    };
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    if (program.length <= maxRememberedLength) this.#remembered.set(program, entries);
    return entries;
  }
}

const none: readonly number[] = [];

function ascending(first: number, second: number): number {
  return first - second;
}

/** Items by the keys that each has. */
function group<Item, Key>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly Key[],
): ReadonlyMap<Key, readonly Item[]> {
  const grouped = new Map<Key, Item[]>();
  for (const item of items)
    for (const key of keysOf(item)) {
      const known = grouped.get(key);
      if (known === undefined) grouped.set(key, [item]);
      else known.push(item);
    }
  return grouped;
}
