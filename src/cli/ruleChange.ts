import type { CommandContext } from './command.ts';
import type { PolicyChoice } from './loadPolicy.ts';

/** What a command that is about rules works with, and how it tells of them. */
export interface RuleChange {
  readonly choice: PolicyChoice;
  readonly context: CommandContext;
  readonly isJson: boolean;
}
