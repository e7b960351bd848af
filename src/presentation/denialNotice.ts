import type { AuditRecord } from '../protocol/auditRecord.ts';
import { formatRule } from './decisionLabel.ts';
import { firstClause, formatLine } from './text.ts';
import { plural, t } from './localise.ts';

/** The longest command that a notification quotes, in characters. */
const maxNoticeCharacters = 80;

/** A refused command, and whether its program had waited for an answer that did not come. */
export interface Denial {
  readonly record: AuditRecord;
  readonly isUnanswered: boolean;
}

/** One notification for everything that was denied since the last one: `newest` is quoted, `more` counts the others. */
export function formatDenialNotice(newest: Denial, more: number): string {
  const others = more === 0 ? '' : plural(more)`# more was denied. | # more were denied.`;
  return [formatDenial(newest), others].filter((sentence) => sentence !== '').join(' ');
}

function formatDenial({ record: { request, rule, decision }, isUnanswered }: Denial): string {
  const command = formatLine(request.command, maxNoticeCharacters);
  const reason = firstClause(decision.message);
  if (isUnanswered)
    return t`Nobody answered in time, so Rampart denied \`${command}\`. Once you allow it, run it again.`;
  if (rule === null) {
    return reason === ''
      ? t`Rampart denied \`${command}\` by the default action.`
      : t`Rampart denied \`${command}\` by the default action: ${reason}.`;
  }
  const name = formatRule(rule);
  return reason === ''
    ? t`Rampart denied \`${command}\` by rule ${name}.`
    : t`Rampart denied \`${command}\` by rule ${name}: ${reason}.`;
}

/** What a person can do about the notification. */
export const noticeButtons = {
  show: t`Show`,
  why: t`Why?`,
  allow: t`Allow…`,
  silence: t`Don’t Show Again`,
} as const;
