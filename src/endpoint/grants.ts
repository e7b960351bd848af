import type { Clock } from '../base/clock.ts';
import type { QuestionKeys } from './askedTree.ts';

/** How long a person's approval lets the same command run, in milliseconds. */
export const approvedLifeMs = 600_000;

/** The longest that an approval for a session holds, in milliseconds. */
export const sessionLifeMs = 43_200_000;

/** How many grants stand at once; the oldest goes first. */
const maxGrants = 1_000;

/** A person's word that a command may start although the policy does not let it. */
export interface Grant {
  readonly id: string;
  /** `exact`: this command in this directory, once. `anywhere`: this command in the whole tree, until that ends. */
  readonly reach: 'exact' | 'anywhere';
  readonly key: string;
  /** The tree that it is for, as `AskedTrees` names it. */
  readonly tree: string;
  /** Whether it holds against a denial too, and not only where a person is to be asked. */
  readonly overrules: boolean;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** What ends later was given before the clock was set back, who knows when. */
const longestLifeMs = { exact: approvedLifeMs, anywhere: sessionLifeMs };

/** Holds grants and gives each out as often as it may be used. */
export class Grants {
  readonly #clock: Clock;
  #grants: Grant[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those that still hold, the oldest first. */
  list(): readonly Grant[] {
    const now = this.#clock.now();
    return this.#grants.filter(({ until, reach }) => until > now && until <= now + longestLifeMs[reach]);
  }

  add(grant: Grant): void {
    this.#grants = [...this.list(), grant].slice(-maxGrants);
  }

  /** The grant that lets this question pass; one that holds once is used up by that. */
  take(keys: QuestionKeys, tree: string, isDenial: boolean): Grant | null {
    const grant = this.find(keys, tree, isDenial);
    if (grant?.reach === 'exact') this.#grants = this.#grants.filter((each) => each !== grant);
    return grant;
  }

  /** The same grant, which stays. */
  find(keys: QuestionKeys, tree: string, isDenial: boolean): Grant | null {
    const isFitting = (each: Grant): boolean =>
      each.tree === tree && each.key === keys[each.reach] && (each.overrules || !isDenial);
    return this.list().find(isFitting) ?? null;
  }

  /** Forgets those of trees that have ended, and those whose time is over. */
  forget(hasEnded: (tree: string) => boolean): void {
    this.#grants = this.list().filter(({ tree }) => !hasEnded(tree));
  }
}
