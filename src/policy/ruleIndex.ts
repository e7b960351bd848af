import type { Call } from './call.ts';
import type { CommandShapes } from './commandShapes.ts';
import { NeedleIndex } from './needleIndex.ts';
import type { PlacedRule, Policy, RuleFinder } from './policySet.ts';
import { needOf } from './ruleNeed.ts';
import type { Trait } from './trait.ts';
import { hasTrait } from './trait.ts';

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
    for (const program of call.programs()) this.#addNamed(program, add);
    for (const [trait, entries] of this.#byTrait) if (hasTrait(call, trait)) entries.forEach(add);
    if (!this.#texts.isEmpty) for (const text of call.textsToSearch()) this.#texts.search(text, add);
    this.#addReads(call, add);
    return found.sort((first, second) => first - second).flatMap((entry) => this.#rules[entry] ?? []);
  }

  #addReads(call: Call, add: (entry: number) => void): void {
    if (this.#readers.length === 0) return;
    if (call.startsReader()) this.#readers.forEach(add);
    else {
      this.#paths.always.forEach(add);
      for (const text of call.pathTexts()) this.#paths.search(text, add);
    }
  }

  #addNamed(program: string, add: (entry: number) => void): void {
    this.#byProgram.get(program)?.forEach(add);
    for (const { entry, runs } of this.#patterned) if (runs.areNamed(program)) add(entry);
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
