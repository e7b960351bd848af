import type { Action } from '../protocol/decision.ts';
import type { Call } from './call.ts';
import type { Condition } from './condition.ts';
import { isCallMatch } from './matchCall.ts';
import { isCommandMatch } from './matchCommand.ts';

/** Whether an action takes something away: one part of a call is then enough to match it. */
export function isRestricting(action: Action): boolean {
  return action === 'deny' || action === 'ask';
}

/**
 * Whether a condition holds for a call. A restricting rule matches when any command of the call matches; a granting one only
 * when every command does. What is asked about a tool's answer does not hold for its call.
 */
export function isMatch(condition: Condition, call: Call, isGranting: boolean): boolean {
  if (condition.always) return true;
  if (condition.response !== null || condition.notResponse !== null) return false;
  return (
    (condition.command === null || isCommandMatch(condition.command, call, isGranting)) &&
    isCallMatch(condition, call, isGranting)
  );
}
