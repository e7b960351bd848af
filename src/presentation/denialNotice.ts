import type { AuditRecord } from '../protocol/auditRecord.ts';
import { formatRule } from './decisionLabel.ts';
import { firstClause, formatLine } from './text.ts';
import { t } from './localise.ts';

/** The longest command that a notification quotes, in characters. */
const maxNoticeCharacters = 80;

/** One notification for everything that was denied since the last one: `newest` is quoted, `more` counts the others. */
export function formatDenialNotice(newest: AuditRecord, more: number): string {
  const command = formatLine(newest.request.command, maxNoticeCharacters);
  const reason = firstClause(newest.decision.message);
  const rule = newest.rule === null ? t`the default action` : t`rule ${formatRule(newest.rule)}`;
  const why = reason === '' ? '' : `: ${reason}`;
  const others = more === 0 ? '' : t` (and ${more} more)`;
  const verb = newest.decision.action === 'ask' ? t`held back for approval` : t`denied`;
  return t`Rampart ${verb} \`${command}\` by ${rule}${why}${others}`;
}

/** What a person can do about the notification. */
export const noticeButtons = {
  show: t`Show`,
  why: t`Why?`,
  allow: t`Allow…`,
  silence: t`Don’t Show Again`,
} as const;
