import type { Action, RuleReference } from '../protocol/decision.ts';
import type { Explanation } from '../protocol/explanation.ts';
import { formatRule, formatRulePlace } from './decisionLabel.ts';
import { formatExplanation } from './explanationText.ts';
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
  allow: t`allowed`,
  watch: t`allowed, and watched`,
  ask: t`held back until a person approves it`,
  deny: t`denied`,
  webhook: t`denied: no hook can be asked`,
};

/** The outcome in one line. */
export function formatVerdict({ action, message, rule }: TestOutcome): string {
  const by = rule === null ? t`the default action` : t`rule ${formatRule(rule)}`;
  return t`${verdicts[action]} by ${by}${message === '' ? '' : `: ${message}`}`;
}

/** The outcome as a page of text. */
export function formatTestReport(command: string, outcome: TestOutcome): string {
  const sections = outcome.explanation === null ? [] : formatExplanation(outcome.explanation);
  const place = outcome.rule === null ? [] : [t`The rule: ${formatRulePlace(outcome.rule)}`];
  return [
    command,
    '',
    t`It would be ${formatVerdict(outcome)}`,
    ...place,
    ...sections.flatMap(({ heading, lines }) => ['', heading, ...lines.map((line) => `  ${line}`)]),
    '',
  ].join('\n');
}

/** What an assistant is told, so that it goes on another way instead of trying again. */
export function formatForAssistant(command: string, outcome: TestOutcome): string {
  const isPermitted = outcome.action === 'allow' || outcome.action === 'watch';
  const advice = isPermitted
    ? t`It may be run.`
    : t`Do not try it again, in another spelling or by another program. Choose a way that needs no such command, or ask the person.`;
  return `${formatTestReport(command, outcome)}\n${advice}\n`;
}
