/** What a policy says of a request. `webhook` stands in the peer's language; it is refused where no hook can be asked. */
export type Action = 'allow' | 'deny' | 'ask' | 'watch' | 'webhook';

/** Every action. */
export const actions: readonly Action[] = ['allow', 'deny', 'ask', 'watch', 'webhook'];

/** Whether a word names an action. */
export function isAction(word: unknown): word is Action {
  return actions.some((action) => action === word);
}

/** Where a rule stands. */
export interface RuleReference {
  readonly policy: string;
  /** Position among the policy's rules, from 0. */
  readonly index: number;
  readonly file: string;
  /** Line of the rule in its file, from 1. */
  readonly line: number;
}

/** The answer of the policy to one request, with its reasons. */
export interface Decision {
  readonly action: Action;
  /** The winning rule's message, or why there is none; may be empty. */
  readonly message: string;
  /** Names of the policies that fired, in the order they were walked; null when none did. */
  readonly matchedPolicies: readonly string[] | null;
  /** The rule that decided; null when a default did. */
  readonly rule: RuleReference | null;
  /** What the upstream said, where there is one: its action with its record's id, or why it said nothing. */
  readonly upstream?: string;
  /** The upstream's approval that has to be given, too. */
  readonly upstreamApproval?: string;
  /**
   * It is an `allow` that follows from the policy and from what the request says of tool, command text, argv, program, directory
   * and truncation alone: until the policy changes, every agent in every session gets the same answer at any time.
   * Absent where that is not known.
   */
  readonly cacheable?: true;
  /**
   * It is an `allow` that would be cacheable if nobody had looked where the workspace, the home directory and those for temporary
   * files lie, and whether these paths lead over links; they do not. Absent where that is not known.
   */
  readonly unlinked?: readonly string[];
}

/** Whether an action lets the program start. */
export function isPermitted(action: Action): boolean {
  return action === 'allow' || action === 'watch';
}
