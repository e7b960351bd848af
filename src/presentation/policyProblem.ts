import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { formatLine } from './text.ts';
import { plural, t } from './localise.ts';

/** What a notification says when the audit log cannot be written. */
export function formatLogProblem({ message }: PolicyProblem): string {
  return t`Rampart goes on deciding, but ${formatLine(message)}. What waits is written when there is room again.`;
}

/** What a notification says when policy files cannot be used as they are. */
export function formatPolicyProblems(problems: readonly [PolicyProblem, ...PolicyProblem[]]): string {
  const [first, ...others] = problems;
  const name = first.file.slice(first.file.lastIndexOf('/') + 1);
  return [
    t`Rampart cannot use ${name} as it is, line ${first.line}: ${endSentence(formatLine(first.message))}`,
    others.length === 0 ? '' : plural(others.length)`There is # more problem. | There are # more problems.`,
    t`Until it is right, the last good policy holds.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** Some problems ask whether something else was meant. */
function endSentence(text: string): string {
  return /[.?!]$/u.test(text) ? text : `${text}.`;
}

/** The button that leads to the place of a problem. */
export const openProblemButton = t`Open`;
