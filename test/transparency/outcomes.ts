/** What came of each case of a suite: its name, and a word such as `passed`. */
export type Outcomes = ReadonlyMap<string, string>;

/** What a suite says of itself and what it says under guard, beside each other. */
export interface Comparison {
  /** How many cases there were in all runs together. */
  readonly cases: number;
  /** The cases that end differently without any guard, and so say nothing. */
  readonly unsteady: readonly string[];
  /** The cases that end differently under guard, each with a line that says how. */
  readonly differences: readonly { readonly name: string; readonly text: string }[];
}

/** Compares a guarded run with several that were not: a case that is missing counts as an outcome, too. */
export function compareOutcomes(plain: readonly Outcomes[], guarded: Outcomes): Comparison {
  const names = new Set([...plain, guarded].flatMap((outcomes) => [...outcomes.keys()]));
  const unsteady: string[] = [];
  const differences: { name: string; text: string }[] = [];
  for (const name of [...names].sort()) {
    const [usual = 'absent', ...others] = new Set(plain.map((outcomes) => outcomes.get(name) ?? 'absent'));
    const here = guarded.get(name) ?? 'absent';
    if (others.length > 0) unsteady.push(name);
    else if (here !== usual) differences.push({ name, text: `${name}: ${usual} unguarded, ${here} guarded` });
  }
  return { cases: names.size, unsteady, differences };
}
