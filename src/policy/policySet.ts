import type { Action, RuleReference } from '../protocol/decision.ts';

/** Who wrote a policy file: a project's may only tighten, a user's replaces a built-in one of the same name. */
export type PolicyOrigin = 'builtin' | 'user' | 'project';

/** One policy file as text. */
export interface PolicySource {
  readonly file: string;
  readonly text: string;
  readonly origin: PolicyOrigin;
}

/** One item of a policy; the first rule of a policy that matches a request speaks for it. */
export interface Rule {
  readonly action: Action;
  readonly message: string;
  readonly reference: RuleReference;
}

/** A named list of rules for some agents, sessions and tools. */
export interface Policy {
  readonly name: string;
  readonly file: string;
  readonly origin: PolicyOrigin;
  /** Lower is walked first. */
  readonly priority: number;
  readonly rules: readonly Rule[];
}

/** Everything that decides: the policies in the order they are walked, and what holds when none speaks. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly defaultAction: Action;
}
