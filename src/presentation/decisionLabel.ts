import { endpointAgent, endpointSession, type AuditRecord } from '../protocol/auditRecord.ts';
import type { RuleReference } from '../protocol/decision.ts';
import { defaultAgent } from '../protocol/environment.ts';
import { formatAgent } from './agentLabel.ts';
import { iconColors, type Icon } from './icon.ts';
import { isBuiltIn } from './policyRows.ts';
import { firstClause, formatDay, formatLine, formatTimeOfDay } from './text.ts';
import { plural, t } from './localise.ts';

/** What became of a command: what the policy said, and whether that was carried out. */
export type Outcome =
  'allowed' | 'watched' | 'denied' | 'approvalNeeded' | 'wouldBeDenied' | 'wouldNeedApproval';

/** One named fact about a decision, for a tooltip or a detail pane. */
export interface DetailField {
  readonly name: string;
  readonly value: string;
}

/** One decision as a view shows it. */
export interface DecisionLabel {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** The outcome in words. */
  readonly outcome: string;
  /** The outcome in so few words that a narrow column has room for them. */
  readonly brief: string;
  /** The whole command, unchanged: show it where text cannot act. */
  readonly command: string;
  /** The row as a screen reader says it. */
  readonly spoken: string;
}

interface Look {
  readonly words: string;
  /** Where it is not the same. */
  readonly brief?: string;
  readonly icon: Icon;
}

const noteLook: Look = { words: t`recorded`, icon: { id: 'info', color: null } };

const looks: Readonly<Record<Outcome, Look>> = {
  allowed: { words: t`allowed`, icon: { id: 'check', color: iconColors.allowed } },
  watched: {
    words: t`allowed and watched`,
    brief: t`watched`,
    icon: { id: 'eye', color: iconColors.allowed },
  },
  denied: { words: t`denied`, icon: { id: 'circle-slash', color: iconColors.denied } },
  approvalNeeded: {
    words: t`denied: needs approval`,
    brief: t`not approved`,
    icon: { id: 'question', color: iconColors.denied },
  },
  wouldBeDenied: {
    words: t`ran; enforce would deny it`,
    brief: t`not enforced`,
    icon: { id: 'circle-slash', color: iconColors.attention },
  },
  wouldNeedApproval: {
    words: t`ran; enforce would need approval`,
    brief: t`not enforced`,
    icon: { id: 'question', color: iconColors.attention },
  },
};

/** What became of a recorded command. */
export function outcomeOf(record: AuditRecord): Outcome {
  switch (record.decision.action) {
    case 'allow':
      return 'allowed';
    case 'watch':
      return 'watched';
    case 'ask':
      return record.enforced ? 'approvalNeeded' : 'wouldNeedApproval';
    case 'deny':
    case 'webhook':
      return record.enforced ? 'denied' : 'wouldBeDenied';
  }
}

/** Whether a record tells of the endpoint itself: there is no command in it that could be allowed, blocked or explained. */
export function isNote({ agent, session, tool }: AuditRecord): boolean {
  return agent === endpointAgent && session === endpointSession && tool === 'rampart';
}

/** Whether the policy spoke against the command, carried out or not. */
export function isDenial(record: AuditRecord): boolean {
  const outcome = outcomeOf(record);
  return outcome !== 'allowed' && outcome !== 'watched';
}

/** Whether the command was really kept from running. */
export function isRefused(record: AuditRecord): boolean {
  return isDenial(record) && record.enforced;
}

/** A rule as people and the refusal line name it: policy and position, counted from 1. */
export function formatRule(rule: RuleReference): string {
  return `${rule.policy}#${rule.index + 1}`;
}

/** One decision, or `count` identical ones of which this is the newest. */
export function formatDecision(record: AuditRecord, count = 1): DecisionLabel {
  const { words, icon } = lookOf(record);
  const label = formatLine(record.request.command);
  const reason = firstClause(record.decision.message);
  const times = count === 1 ? '' : `×${count}`;
  const shownOutcome = isDenial(record) ? words : '';
  return {
    label,
    description: [times, shownOutcome, isDenial(record) ? reason : '']
      .filter((part) => part !== '')
      .join(' · '),
    icon,
    outcome: words,
    brief: briefOutcomeOf(record),
    command: record.request.command,
    spoken: [label, words, reason, count === 1 ? '' : plural(count)`# time | # times`]
      .filter((part) => part !== '')
      .join(', '),
  };
}

/** What became of a command, in so few words that a narrow column has room for them. */
export function briefOutcomeOf(record: AuditRecord): string {
  const { words, brief = words } = lookOf(record);
  return brief;
}

function lookOf(record: AuditRecord): Look {
  return isNote(record) && !isDenial(record) ? noteLook : looks[outcomeOf(record)];
}

/** What a reader may want to know around a decision. */
export interface DecisionContext {
  /** How many identical ones there were. */
  readonly count: number;
  /** The programs that led to it, the outermost first. */
  readonly chain: readonly string[];
}

/** The facts about a decision, for a tooltip or a detail pane; what is not known is left out. */
export function describeDecision(
  record: AuditRecord,
  { count, chain }: DecisionContext,
): readonly DetailField[] {
  const { rule, decision } = record;
  const fields: readonly (readonly [string, string | null])[] = [
    [t`Reason`, decision.message],
    [t`Rule`, isNote(record) ? null : rule === null ? t`none; the default action` : formatRulePlace(rule)],
    [t`Folder`, record.cwd],
    [t`Program`, record.exe],
    [t`Agent`, record.agent === defaultAgent ? null : formatAgent(record.agent)],
    [t`Markers`, record.markers.join(', ')],
    [t`Started by`, chain.length > 1 ? chain.join(' › ') : null],
    [t`Process`, formatProcess(record)],
    [t`Not guardable`, record.guardable ? null : t`what this program starts is not seen`],
    [t`Cut`, record.truncated ? t`the command was too long to be recorded whole` : null],
    [t`Mode`, record.mode],
    [t`Time`, formatFullTime(record.timestamp)],
    [t`Times`, count === 1 ? null : String(count)],
    [t`Check`, isNote(record) ? null : formatCheck(decision.evaluation_time_us)],
    [t`Record`, record.id],
  ];
  return fields.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [{ name, value: formatLine(value) }],
  );
}

/** What the table of earlier answers allowed, the endpoint was not asked about. */
function formatCheck(micros: number): string {
  return micros === 0 ? t`none` : `${(micros / 1000).toFixed(2)} ms`;
}

/** A rule with the place where it stands; the built-in file is in a folder that means nothing to a reader. */
export function formatRulePlace(rule: RuleReference): string {
  const place = isBuiltIn(rule.file) ? t`built-in policy, line ${rule.line}` : `${rule.file}:${rule.line}`;
  return `${formatRule(rule)} (${place})`;
}

function formatFullTime(timestamp: string): string {
  const day = formatDay(new Date(timestamp));
  return day === null ? timestamp : `${day} ${formatTimeOfDay(timestamp)}`;
}

function formatProcess(record: AuditRecord): string | null {
  if (record.pid === null) return null;
  const parts = [
    `${record.pid}`,
    record.ppid === null ? '' : t`started by ${record.ppid}`,
    record.sid === null ? '' : t`in session ${record.sid}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
