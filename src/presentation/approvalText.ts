import type { ApprovalScope, ApprovalView } from '../protocol/approval.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatRule } from './decisionLabel.ts';
import { iconColors, type Icon } from './icon.ts';
import type { Choice } from './protectText.ts';
import { firstClause, formatCount, formatLine, formatTimeOfDay, twoDigits } from './text.ts';
import { t } from './localise.ts';

/** A command that waits for a person, as a row of a view. */
export interface ApprovalLabel {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly spoken: string;
}

/** What a person can answer. */
export type ApprovalChoice = ApprovalScope | 'deny';

/** The time that is left to answer, `9:58`. Both in milliseconds since 1970. */
export function formatTimeLeft(expiresAt: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(expiresAt) - now) / 1_000));
  return Number.isNaN(seconds) ? '' : `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/**
 * One command that waits, with who asks for it, why it is asked and until when. It is a time, not a countdown: a row
 * that is painted anew every second swallows clicks.
 */
export function formatApproval(approval: ApprovalView, terminal: string): ApprovalLabel {
  const label = formatLine(approval.command);
  const until = t`until ${formatTimeOfDay(approval.expires_at)}`;
  const reason = firstClause(approval.message);
  const description = [terminal, reason, until].filter((part) => part !== '').join(' · ');
  const facts: readonly (readonly [string, string | null])[] = [
    [t`Reason`, approval.message],
    [t`Rule`, approval.rule === null ? null : formatRule(approval.rule)],
    [t`Folder`, approval.cwd],
    [t`Agent`, approval.agent === defaultAgent ? null : approval.agent],
    [t`Terminal`, terminal],
    [
      t`Waiting`,
      approval.held ? t`the program waits for the answer` : t`it was denied; once approved it may run again`,
    ],
  ];
  return {
    label,
    description,
    icon: { id: 'question', color: iconColors.attention },
    fields: facts.flatMap(([name, value]) =>
      value === null || value === '' ? [] : [{ name, value: formatLine(value) }],
    ),
    spoken: t`waits for you: ${label}, ${description}`,
  };
}

/** Over the row that holds what waits. */
export function formatWaiting(count: number): string {
  return t`${formatCount(count, t`command waits`, t`commands wait`)} for you`;
}

/** The status-bar item while something waits. */
export function formatWaitingStatus(waiting: readonly ApprovalView[], now: number): string {
  const [first] = waiting;
  if (first === undefined) return '';
  const left = formatTimeLeft(first.expires_at, now);
  return `$(question) ${formatWaiting(waiting.length)} ${left}`;
}

/** The same for those who hear it, without the time, which would be said every second. */
export function speakWaitingStatus(waiting: readonly ApprovalView[]): string {
  const [first] = waiting;
  return first === undefined
    ? ''
    : t`Rampart: ${formatWaiting(waiting.length)}. ${formatLine(first.command)}`;
}

/** What the focused window says when a command begins to wait. */
export function formatApprovalNotice(approval: ApprovalView): string {
  const reason = firstClause(approval.message);
  const command = `\`${formatLine(approval.command, 100)}\``;
  const who =
    approval.agent === defaultAgent
      ? t`may ${command} run`
      : t`may ${formatLine(approval.agent)} run ${command}`;
  return t`Rampart: ${who}?${reason === '' ? '' : ` ${reason}`}`;
}

/** What the focused window says when others join a command that waits. */
export const severalWaitText = t`Rampart: several commands wait for you.`;

/** The button below that. */
export const showWaitingButton = t`Show`;

/** The buttons below it. */
export const approvalButtons = { once: t`Allow Once`, more: t`More…`, deny: t`Deny` } as const;

/** Over the answers to one command. */
export function approvalTitle(approval: ApprovalView, terminal: string, now: number): string {
  const parts = [
    formatLine(approval.command, 80),
    firstClause(approval.message),
    terminal,
    t`${formatTimeLeft(approval.expires_at, now)} left`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** The answers, the narrowest first. */
export const approvalChoices: readonly Choice<ApprovalChoice>[] = [
  { value: 'once', label: t`$(check) Allow once`, detail: t`This command in this folder, one time.` },
  {
    value: 'session',
    label: t`$(history) Allow for this session`,
    detail: t`This command, from the same terminal or agent, until that ends.`,
  },
  { value: 'always', label: t`$(save) Always…`, detail: t`Writes a rule; you see it first.` },
  { value: 'deny', label: t`$(circle-slash) Deny`, detail: t`It does not run.` },
];

/** Over the question whether the rule shall be written. */
export const alwaysTitle = t`Write this rule?`;

/** The rule that *Always* writes, and the way back. */
export function alwaysChoices(approval: ApprovalView): readonly Choice<boolean>[] {
  return [
    {
      value: true,
      label: t`$(save) allow: ${formatLine(approval.command)}`,
      detail: t`Into your policies: exactly this command, in every folder, by everybody, for good.`,
    },
    { value: false, label: t`$(close) Cancel`, detail: t`It goes on waiting.` },
  ];
}

/** Said when an answer came too late. */
export const alreadyAnsweredText = t`That was already answered, or its time is over.`;

/** Over the list when several wait. */
export const waitingTitle = t`These commands wait for you`;

/** Said when nothing waits. */
export const nothingWaitsText = t`Nothing waits for you.`;
