import type { ApprovalScope, ApprovalView } from '../protocol/approval.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatRule } from './decisionLabel.ts';
import { iconColors, type Icon } from './icon.ts';
import type { Choice } from './protectText.ts';
import { firstClause, formatCount, formatLine, twoDigits } from './text.ts';

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

/** One command that waits, with who asks for it, why it is asked and how long there is to answer. */
export function formatApproval(approval: ApprovalView, terminal: string, now: number): ApprovalLabel {
  const label = formatLine(approval.command);
  const left = formatTimeLeft(approval.expires_at, now);
  const reason = firstClause(approval.message);
  const description = [left, terminal, reason].filter((part) => part !== '').join(' · ');
  const facts: readonly (readonly [string, string | null])[] = [
    ['Reason', approval.message],
    ['Rule', approval.rule === null ? null : formatRule(approval.rule)],
    ['Folder', approval.cwd],
    ['Agent', approval.agent === defaultAgent ? null : approval.agent],
    ['Terminal', terminal],
    [
      'Waiting',
      approval.held ? 'the program waits for the answer' : 'it was denied; once approved it may run again',
    ],
  ];
  return {
    label,
    description,
    icon: { id: 'question', color: iconColors.attention },
    fields: facts.flatMap(([name, value]) =>
      value === null || value === '' ? [] : [{ name, value: formatLine(value) }],
    ),
    spoken: `waits for you: ${label}, ${description}`,
  };
}

/** Over the row that holds what waits. */
export function formatWaiting(count: number): string {
  return `${formatCount(count, 'command waits', 'commands wait')} for you`;
}

/** The status-bar item while something waits. */
export function formatWaitingStatus(waiting: readonly ApprovalView[], now: number): string {
  const [first] = waiting;
  if (first === undefined) return '';
  const left = formatTimeLeft(first.expires_at, now);
  return `$(question) ${formatWaiting(waiting.length)} ${left}`;
}

/** What the focused window says when a command begins to wait. */
export function formatApprovalNotice(approval: ApprovalView): string {
  const reason = firstClause(approval.message);
  const command = `\`${formatLine(approval.command, 100)}\``;
  const who =
    approval.agent === defaultAgent
      ? `may ${command} run`
      : `may ${formatLine(approval.agent)} run ${command}`;
  return `Rampart: ${who}?${reason === '' ? '' : ` ${reason}`}`;
}

/** The buttons below it. */
export const approvalButtons = { once: 'Allow Once', more: 'More…', deny: 'Deny' } as const;

/** Over the answers to one command. */
export function approvalTitle(approval: ApprovalView, terminal: string, now: number): string {
  const parts = [
    formatLine(approval.command, 80),
    firstClause(approval.message),
    terminal,
    `${formatTimeLeft(approval.expires_at, now)} left`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** The answers, the narrowest first. */
export const approvalChoices: readonly Choice<ApprovalChoice>[] = [
  { value: 'once', label: '$(check) Allow once', detail: 'This command in this folder, one time.' },
  {
    value: 'session',
    label: '$(history) Allow for this session',
    detail: 'This command, from the same terminal or agent, until that ends.',
  },
  { value: 'always', label: '$(save) Always…', detail: 'Writes a rule; you see it first.' },
  { value: 'deny', label: '$(circle-slash) Deny', detail: 'It does not run.' },
];

/** Over the question whether the rule shall be written. */
export const alwaysTitle = 'Write this rule?';

/** The rule that *Always* writes, and the way back. */
export function alwaysChoices(approval: ApprovalView): readonly Choice<boolean>[] {
  return [
    {
      value: true,
      label: `$(save) allow: ${formatLine(approval.command)}`,
      detail: 'Into your policies: exactly this command, in every folder, by everybody, for good.',
    },
    { value: false, label: '$(close) Cancel', detail: 'It goes on waiting.' },
  ];
}

/** Said when an answer came too late. */
export const alreadyAnsweredText = 'That was already answered, or its time is over.';

/** Over the list when several wait. */
export const waitingTitle = 'These commands wait for you';

/** Said when nothing waits. */
export const nothingWaitsText = 'Nothing waits for you.';
