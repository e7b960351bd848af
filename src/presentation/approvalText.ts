import type { ApprovalScope, ApprovalStatus, ApprovalView } from '../protocol/approval.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatRule } from './decisionLabel.ts';
import { iconColors, type Icon } from './icon.ts';
import type { Choice } from './protectText.ts';
import { plural, t } from './localise.ts';
import { firstClause, formatLine, formatTimeOfDay, twoDigits } from './text.ts';

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

/** Whether a program waits for the answer still: `now` in milliseconds since 1970. */
export function isHeld({ held, held_until: until }: ApprovalView, now: number): boolean {
  return held && (until === undefined || Date.parse(until) > now);
}

/** When the answer comes too late: for the program that waits, else for an approval at all. */
function deadlineOf(approval: ApprovalView): string {
  return approval.held ? (approval.held_until ?? approval.expires_at) : approval.expires_at;
}

/** The time that is left to answer, `0:19`; `now` in milliseconds since 1970. */
export function formatTimeLeft(approval: ApprovalView, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(deadlineOf(approval)) - now) / 1_000));
  return Number.isNaN(seconds) ? '' : `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/**
 * One command that waits, with who asks for it, why it is asked and until when. It is a time, not a countdown: a row
 * that is painted anew every second swallows clicks.
 */
export function formatApproval(approval: ApprovalView, terminal: string): ApprovalLabel {
  const label = formatLine(approval.command);
  const time = formatTimeOfDay(deadlineOf(approval));
  const until = approval.held ? t`until ${time}` : t`to be run again once allowed, until ${time}`;
  const reason = firstClause(approval.message);
  // What does not fit is cut off, and the reason is told in other places, too.
  const description = [terminal, until, reason].filter((part) => part !== '').join(' · ');
  const facts: readonly (readonly [string, string | null])[] = [
    [t`Reason`, approval.message],
    [t`Rule`, approval.rule === null ? null : formatRule(approval.rule)],
    [t`Folder`, approval.cwd],
    [t`Agent`, approval.agent === defaultAgent ? null : approval.agent],
    [t`Terminal`, terminal],
    [t`Waiting`, waitingSentence(approval)],
    [t`Until`, time],
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

/** Whether somebody waits for the answer, or has to come again. */
function waitingSentence({ held }: ApprovalView): string {
  return held
    ? t`The program waits for the answer.`
    : t`The program was denied and does not wait. Once you allow it, run it again.`;
}

/** How many wait, where there is room for it. */
export function formatWaiting(count: number): string {
  return plural(count)`# command waits for you | # commands wait for you`;
}

/**
 * The row above all that wait, with until when the first of them can be answered. It is short: a command leaves its own
 * row no room for the time where the side bar is narrow.
 */
export function formatWaitingRow(
  waiting: readonly ApprovalView[],
): Pick<ApprovalLabel, 'label' | 'description' | 'spoken'> {
  const [first] = byDeadline(waiting);
  const description = first === undefined ? '' : t`until ${formatTimeOfDay(deadlineOf(first))}`;
  return {
    label: plural(waiting.length)`# waiting | # waiting`,
    description,
    spoken: `${formatWaiting(waiting.length)}, ${description}`,
  };
}

/** The status-bar item while something waits. */
export function formatWaitingStatus(waiting: readonly ApprovalView[], now: number): string {
  const [first] = byDeadline(waiting);
  if (first === undefined) return '';
  return `$(question) ${formatWaiting(waiting.length)} ${formatTimeLeft(first, now)}`;
}

/** What there is the least time for first. */
function byDeadline(waiting: readonly ApprovalView[]): readonly ApprovalView[] {
  return waiting.toSorted((one, other) => Date.parse(deadlineOf(one)) - Date.parse(deadlineOf(other)));
}

/** The same for those who hear it, without the time, which would be said every second. */
export function speakWaitingStatus(waiting: readonly ApprovalView[]): string {
  const [first] = byDeadline(waiting);
  if (first === undefined) return '';
  const command = formatLine(first.command);
  const count = formatWaiting(waiting.length);
  return waiting.length === 1
    ? t`Rampart: ${count}: ${command}`
    : t`Rampart: ${count}. The least time is left for ${command}`;
}

/** What the focused window says when a command begins to wait. */
export function formatApprovalNotice(approval: ApprovalView): string {
  const reason = firstClause(approval.message);
  const command = formatLine(approval.command, 100);
  const question =
    approval.agent === defaultAgent
      ? t`Rampart: may \`${command}\` run?`
      : t`Rampart: may ${formatLine(approval.agent)} run \`${command}\`?`;
  return reason === '' ? question : [question, t`Reason: ${reason}.`].join(' ');
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
    t`${formatTimeLeft(approval, now)} left`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** The answers to one command, the narrowest first, and above them whether somebody waits for one. */
export function approvalQuestion(approval: ApprovalView): {
  readonly choices: readonly Choice<ApprovalChoice>[];
  readonly placeholder: string;
} {
  return { choices: approvalChoices, placeholder: waitingSentence(approval) };
}

const approvalChoices: readonly Choice<ApprovalChoice>[] = [
  { value: 'once', label: t`$(check) Allow once`, detail: t`This command in this folder, one time.` },
  {
    value: 'session',
    label: t`$(history) Allow for this session`,
    detail: t`This command, from the same terminal or agent, until that ends.`,
  },
  { value: 'always', label: t`$(save) Always…`, detail: t`Writes a rule; you see it first.` },
  { value: 'deny', label: t`$(circle-slash) Deny`, detail: t`It does not run.` },
];

/** Said when a command was allowed for which nobody waits any more. */
export function formatAllowedLate({ command }: ApprovalView): string {
  return t`\`${formatLine(command, 80)}\` is allowed. It did not wait for the answer: run it again.`;
}

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

/** Said when somebody else or the time was quicker; null when nobody knows which. */
export function formatSettled({ command }: ApprovalView, status: ApprovalStatus | null): string {
  const shown = formatLine(command, 80);
  switch (status) {
    case 'approved':
      return t`That was already answered: \`${shown}\` is allowed.`;
    case 'denied':
      return t`That was already answered: \`${shown}\` is denied.`;
    case 'expired':
      return t`The time to answer is over: \`${shown}\` was denied. Run it again to be asked anew.`;
    case 'pending':
    case null:
      return t`That was already answered, or its time is over.`;
  }
}

/** Over the list when several wait. */
export const waitingTitle = t`These commands wait for you`;

/** The same with the time that is left for the first of them. */
export function formatWaitingTitle(waiting: readonly ApprovalView[], now: number): string {
  const [first] = byDeadline(waiting);
  return first === undefined ? waitingTitle : `${waitingTitle} · ${t`${formatTimeLeft(first, now)} left`}`;
}

/** The answers beside each of several commands that need no second question. */
export const quickAnswers = [
  { answer: 'once', icon: 'check', tooltip: t`Allow Once` },
  { answer: 'deny', icon: 'close', tooltip: t`Deny` },
] as const;

/** Said when nothing waits. */
export const nothingWaitsText = t`Nothing waits for you.`;
