import type { CommandShapes } from './commandShapes.ts';
import type { CommandCondition, Condition } from './condition.ts';
import type { Trait } from './trait.ts';

/** Something without which a condition cannot hold; the quickest of its parts to look for. */
export type RuleNeed =
  /** Nothing is known to be needed. */
  | { readonly kind: 'none' }
  /** It holds for no call. */
  | { readonly kind: 'impossible' }
  /** The call starts a program that these speak of, by its name or as it is written; and one of the texts stands in it. */
  | { readonly kind: 'program'; readonly runs: CommandShapes; readonly needles: readonly string[] | null }
  /** One of these stands in the text of the call. */
  | { readonly kind: 'text'; readonly needles: readonly string[] }
  /** A path that holds one of these is named, or a program reads whatever it is given. */
  | { readonly kind: 'path'; readonly needles: readonly string[] }
  | { readonly kind: 'trait'; readonly trait: Trait };

const none: RuleNeed = { kind: 'none' };

/** What a call must have for a condition to hold. */
export function needOf(when: Condition): RuleNeed {
  const { always, command, response, notResponse } = when;
  if (always) return none;
  if (response !== null || notResponse !== null) return { kind: 'impossible' };
  const runs = command?.runs ?? null;
  const needles = needlesOf(command);
  if (runs !== null) return { kind: 'program', runs, needles };
  return needles === null ? traitNeedOf(when) : { kind: 'text', needles };
}

function needlesOf(command: CommandCondition | null): readonly string[] | null {
  if (command === null || (command.matches === null && command.contains === null)) return null;
  const needles = [...(command.matches ?? []).map(({ needle }) => needle), ...(command.contains ?? [])];
  // What is too short to be looked for is no need.
  return needles.every((needle) => needle.length > 2) ? needles : null;
}

function traitNeedOf(when: Condition): RuleNeed {
  const { command } = when;
  const trait = (command === null ? null : effectOf(command)) ?? flowOf(when);
  if (trait !== null) return { kind: 'trait', trait };
  const reads = command?.reads?.each ?? null;
  return reads === null ? none : { kind: 'path', needles: reads.map(({ needle }) => needle) };
}

function effectOf(command: CommandCondition): Trait | null {
  if (command.deletes !== null) return 'deletes';
  if (command.changesRights !== null) return 'changes_rights';
  if (command.operation !== null) return 'operation';
  if (command.signals !== null) return 'signals';
  if (command.mounts !== null) return 'mounts';
  return command.writes === null ? null : 'writes';
}

function flowOf(when: Condition): Trait | null {
  if (when.sends !== null) return 'sends';
  if (when.runsCodeFrom !== null) return 'runs_code_from';
  if (when.environmentAssignments !== null) return 'command_env_assignments';
  return when.environmentRemovals === null ? null : 'command_env_removals';
}
