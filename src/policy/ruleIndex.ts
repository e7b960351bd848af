import type { Call } from './call.ts';
import type { CommandShapes } from './commandShapes.ts';
import { NeedleIndex } from './needleIndex.ts';
import type { PlacedRule, Policy, RuleFinder } from './policySet.ts';
import { needOf } from './ruleNeed.ts';
import type { Trait } from './trait.ts';
import { hasTrait } from './trait.ts';

/** Of how many programs it is remembered which rules speak of them, and how long their names may be. */
const maxRemembered = 1_024;
const maxRememberedLength = 256;

/**
 * Finds the rules that can match a call at all, by the programs that it starts, by what stands in its text and by what it does,
 * so that a decision costs about the same in a large policy as in a small one.
 */
export class RuleIndex implements RuleFinder {
  readonly #rules: readonly PlacedRule[];
  readonly #always: readonly number[];
  readonly #byProgram: ReadonlyMap<string, readonly number[]>;
  /** Those that speak of programs by a pattern. */
  readonly #patterned: readonly { readonly entry: number; readonly runs: CommandShapes }[];
  readonly #remembered = new Map<string, readonly number[]>();
  readonly #texts: NeedleIndex;
  readonly #paths: NeedleIndex;
  readonly #readers: readonly number[];
  readonly #byTrait: ReadonlyMap<Trait, readonly number[]>;
  /** The search in which a rule was met last. */
  readonly #met: Uint32Array;
  #search = 0;

  /** The policies in the order in which they are walked. */
  constructor(policies: readonly Policy[]) {
    this.#rules = policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
    const needs = this.#rules.map(({ rule }, entry) => ({ need: needOf(rule.when), entry }));
    const named = needs.flatMap(({ need, entry }) =>
      need.kind === 'program' ? [{ entry, runs: need.runs }] : [],
    );
    this.#byProgram = group(named, ({ runs }) => runs.programs());
    this.#patterned = named.filter(({ runs }) => runs.hasPatterns());
    this.#texts = new NeedleIndex(needs.map(({ need }) => (need.kind === 'text' ? need.needles : [])));
    this.#paths = new NeedleIndex(needs.map(({ need }) => (need.kind === 'path' ? need.needles : [])));
    this.#readers = needs.flatMap(({ need, entry }) => (need.kind === 'path' ? [entry] : []));
    this.#always = [
      ...needs.flatMap(({ need, entry }) => (need.kind === 'none' ? [entry] : [])),
      ...this.#texts.always,
    ];
    this.#byTrait = group(needs, ({ need }) => (need.kind === 'trait' ? [need.trait] : []));
    this.#met = new Uint32Array(this.#rules.length);
  }

  find(call: Call): readonly PlacedRule[] {
    this.#search = (this.#search + 1) >>> 0;
    const found: number[] = [];
    const add = (entry: number): void => {
      if (this.#met[entry] === this.#search) return;
      this.#met[entry] = this.#search;
      found.push(entry);
    };
    this.#always.forEach(add);
    for (const program of call.programs()) this.#entriesNaming(program).forEach(add);
    for (const [trait, entries] of this.#byTrait) if (hasTrait(call, trait)) entries.forEach(add);
    if (!this.#texts.isEmpty) for (const text of call.textsToSearch()) this.#texts.search(text, add);
    this.#addReads(call, add);
    const placed: PlacedRule[] = [];
    for (const entry of found.sort((first, second) => first - second)) {
      const rule = this.#rules[entry];
      if (rule !== undefined) placed.push(rule);
    }
    return placed;
  }

  #addReads(call: Call, add: (entry: number) => void): void {
    if (this.#readers.length === 0) return;
    if (call.startsReader()) this.#readers.forEach(add);
    else {
      this.#paths.always.forEach(add);
      for (const text of call.pathTexts()) this.#paths.search(text, add);
    }
  }

  /** Remembered, because what works starts few programs many times. */
  #entriesNaming(program: string): readonly number[] {
    const known = this.#remembered.get(program);
    if (known !== undefined) return known;
    const patterned = this.#patterned.filter(({ runs }) => runs.areNamed(program));
    const entries = [...(this.#byProgram.get(program) ?? []), ...patterned.map(({ entry }) => entry)];
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    if (program.length <= maxRememberedLength) this.#remembered.set(program, entries);
    return entries;
  }
}

/** Entries by the keys that each has. */
function group<Item extends { readonly entry: number }, Key>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly Key[],
): ReadonlyMap<Key, readonly number[]> {
  const grouped = new Map<Key, number[]>();
  for (const item of items)
    for (const key of keysOf(item)) {
      const entries = grouped.get(key);
      if (entries === undefined) grouped.set(key, [item.entry]);
      else entries.push(item.entry);
    }
  return grouped;
}
