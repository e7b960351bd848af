import type { Action, RuleReference } from '../protocol/decision.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { formatRulePlace } from './decisionLabel.ts';
import { formatExplanation, type ExplanationReader } from './explanationText.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** What would be decided about a command. */
export interface TestOutcome {
  readonly action: Action;
  readonly message: string;
  readonly rule: RuleReference | null;
  readonly explanation: Explanation | null;
}

/** Over the box that asks for a command. */
export const testTitle = t`Test a command: nothing is run and nothing recorded`;

/** The name of the page with the outcome. */
export function testReportTitle(command: string): string {
  return t`Test: ${formatLine(command, 40)}`;
}

const verdicts: Readonly<Record<Action, string>> = {
  allow: t`It would be allowed.`,
  watch: t`It would be allowed, and watched.`,
  ask: t`It would be held back until a person approves it.`,
  deny: t`It would be denied.`,
  webhook: t`It would be denied: no hook can be asked.`,
};

/** The outcome, who decides it, and why, a line each. */
function formatVerdict({ action, message, rule }: TestOutcome): readonly string[] {
  return [
    verdicts[action],
    rule === null ? t`By the default action: no rule fits.` : t`By rule ${formatRulePlace(rule)}`,
    ...(message === '' ? [] : [t`Reason: ${message}`]),
  ];
}

/** The outcome as a page of text; `isUnsaved` when the rule that is tested stands in a file that was not saved. */
export function formatTestReport(command: string, outcome: TestOutcome, isUnsaved = false): string {
  const notes = isUnsaved
    ? ['', t`The file with this rule is not saved: what is only in the editor does not count yet.`]
    : [];
  return formatPage(command, outcome, { notes, reader: 'person' });
}

function formatPage(
  command: string,
  outcome: TestOutcome,
  { notes, reader }: { readonly notes: readonly string[]; readonly reader: ExplanationReader },
): string {
  const { explanation } = outcome;
  const sections = explanation === null ? [] : formatExplanation({ ...outcome, explanation }, reader);
  return [
    command,
    '',
    ...formatVerdict(outcome),
    ...notes,
    ...sections.flatMap(({ heading, lines }) => ['', heading, ...lines.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** Said to an assistant that asked about nothing. */
export const noCommandText = t`No command was given: say in “command” what would be run.`;

/** What an assistant is told, so that it goes on another way instead of trying again. */
export function formatForAssistant(command: string, outcome: TestOutcome): string {
  const isPermitted = outcome.action === 'allow' || outcome.action === 'watch';
  const advice = isPermitted
    ? t`It may be run.`
    : t`Do not try it again, in another spelling or by another program. Choose a way that needs no such command, or ask the person.`;
  return `${formatPage(command, outcome, { notes: [], reader: 'assistant' })}\n${advice}\n`;
}
