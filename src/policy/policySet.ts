import type { FrozenNode } from './frozenYaml.ts';
import type { Action, RuleReference } from '../protocol/decision.ts';
import type { Call } from './call.ts';
import type { Condition } from './condition.ts';
import type { TextPattern } from './patterns.ts';

/** Who wrote a policy file: a project's may only tighten, a user's replaces a built-in one of the same name. */
export type PolicyOrigin = 'builtin' | 'user' | 'project';

/** One policy file as text. */
export interface PolicySource {
  readonly file: string;
  readonly text: string;
  readonly origin: PolicyOrigin;
  /** What the text was understood as before; absent or null where it has to be read. */
  readonly frozen?: FrozenNode | null;
}

/** One item of a policy; the first rule of a policy that matches a request speaks for it. */
export interface Rule {
  readonly action: Action;
  readonly message: string;
  readonly when: Condition;
  /** Milliseconds since 1970 from which on it is as if it were not there; null when it does not end. */
  readonly expiresAt: number | null;
  /** It is to be removed from its file when it has decided once. */
  readonly isOnce: boolean;
  /** Where it begins in its line, from 1. */
  readonly column: number;
  readonly reference: RuleReference;
}

/** A named list of rules for some agents, sessions and tools. */
export interface Policy {
  readonly name: string;
  readonly file: string;
  readonly origin: PolicyOrigin;
  /** Lower is walked first. */
  readonly priority: number;
  readonly agent: TextPattern | null;
  readonly session: TextPattern | null;
  /** Any of them may match; null for all tools. */
  readonly tools: readonly TextPattern[] | null;
  readonly rules: readonly Rule[];
  /** A person allowed these by hand: its allow wins over everything but a denial. */
  readonly isDurable: boolean;
}

/** A rule where it stands. */
export interface PlacedRule {
  readonly policy: Policy;
  readonly rule: Rule;
}

/** Knows the rules of many policies. */
export interface RuleFinder {
  /** Those that may match a call, in the order in which they are walked; each that does match is among them. */
  find(call: Call): readonly PlacedRule[];
  /** Whether some rule may look for this word among the arguments of a command. */
  readonly isSought: (word: string) => boolean;
}

/** Everything that decides: the policies in the order they are walked, and what holds when none speaks. */
export interface PolicySet {
  readonly policies: readonly Policy[];
  /** The rules of the policies, ready to be found. */
  readonly index: RuleFinder;
  readonly defaultAction: Action;
  /** Some policy may speak of single files of a compiler, which go by one name otherwise. */
  readonly namesCompilerFiles: boolean;
}
