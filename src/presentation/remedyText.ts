import { neverReached } from '../base/assert.ts';
import type { Action, RuleReference } from '../protocol/decision.ts';
import { formatRulePlace } from './decisionLabel.ts';
import { t } from './localise.ts';
import { isBuiltIn } from './policyRows.ts';

/** What a person can do in the editor to have a command run that is not just allowed: once, and for good. */
export function formatRemedies(action: Action, rule: RuleReference | null): readonly string[] {
  switch (action) {
    case 'allow':
    case 'watch':
      return [];
    case 'ask':
      return [
        t`Run it, and answer the question that every window asks: once, for this session, or Always…, which writes a rule.`,
        ...(rule === null ? [] : [changeOf(rule)]),
      ];
    case 'deny':
    case 'webhook':
      return [
        t`For once: choose Allow… when it was denied, in the notification, on its row in the view Decisions or in the panel.`,
        rule === null ? t`For good: choose Allow always… there, which writes a rule.` : changeOf(rule),
      ];
    default:
      return neverReached(action);
  }
}

/** A denial wins over every rule that allows, so that what decided has to be changed. */
function changeOf(rule: RuleReference): string {
  return isBuiltIn(rule.file)
    ? t`For good: clear the box of ${rule.policy} in the view Policy, which switches off all of its rules.`
    : t`For good: open ${formatRulePlace(rule)} from the view Policy, and change it.`;
}
