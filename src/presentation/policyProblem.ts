import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** What a notification says when policy files cannot be used as they are. */
export function formatPolicyProblems(problems: readonly [PolicyProblem, ...PolicyProblem[]]): string {
  const [first, ...others] = problems;
  const name = first.file.slice(first.file.lastIndexOf('/') + 1);
  const more = others.length === 0 ? '' : t` (and ${others.length} more)`;
  return t`Rampart cannot use ${name} as it is, line ${first.line}: ${formatLine(first.message)}${more}. Until it is right, the last good policy holds.`;
}

/** The button that leads to the place of a problem. */
export const openProblemButton = t`Open`;
