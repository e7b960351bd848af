import type { CommandContext } from './command.ts';
import type { PolicyChoice } from './loadPolicy.ts';

/** What a command that changes rules works with. */
export interface RuleChange {
  readonly choice: PolicyChoice;
  readonly context: CommandContext;
}
