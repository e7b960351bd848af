import type { AuditRecord } from '../protocol/auditRecord.ts';
import { defaultAgent, extensionsAgent } from '../protocol/environment.ts';
import { countDecisions, formatCounts } from './decisionCounts.ts';
import { formatAgent } from './agentLabel.ts';
import { isNote, outcomeOf } from './decisionLabel.ts';
import { hostName } from './hostRow.ts';
import type { Icon } from './icon.ts';
import { sessionKeyOf, type RecordedSession } from './sessionKey.ts';
import { formatDay, formatLine, twoDigits } from './text.ts';
import { t } from './localise.ts';

/** What the decisions are put together by. */
export type Grouping = 'source' | 'time' | 'command';

/** The most rows that all groups together show until a person asks for older ones. */
export const maxShownRows = 500;

/** Identical decisions, folded: the same command, folder, agent, rule and outcome. */
export interface DecisionRow {
  /** Stays the same while the row grows. */
  readonly key: string;
  /** The newest of them. */
  readonly record: AuditRecord;
  readonly count: number;
}

/** Rows under one heading, the newest first. */
export interface DecisionGroup {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  readonly rows: readonly DecisionRow[];
  /** How many rows more there are than are shown. */
  readonly hidden: number;
}

/** How to group: by terminal and agent, by hour, or by program. */
export interface GroupingOptions {
  readonly grouping: Grouping;
  /** The most rows that all groups together show. */
  readonly maxRows: number;
  /** The name of a record's terminal or task, as the window knows it; null when it does not. */
  readonly sessionName: (session: RecordedSession) => string | null;
}

interface Heading {
  readonly key: string;
  /** Null where its decisions have to tell what it is called. */
  readonly label: string | null;
  /** What it is called where they do not. */
  readonly fallback: string;
  readonly detail: string;
  readonly icon: Icon;
}

interface Members {
  readonly heading: Heading;
  readonly records: AuditRecord[];
  readonly rows: Map<string, { readonly record: AuditRecord; count: number }>;
  /** The keys of rows that are not shown. */
  readonly hidden: Set<string>;
}

/** Groups decisions that come newest first; the groups keep that order, and the newest rows of all of them are shown. */
export function groupDecisions(
  records: readonly AuditRecord[],
  options: GroupingOptions,
): readonly DecisionGroup[] {
  const groups = new Map<string, Members>();
  let room = options.maxRows;
  for (const record of records) {
    const heading = headingOf(record, options);
    const group = groups.get(heading.key) ?? createMembers(heading);
    groups.set(heading.key, group);
    group.records.push(record);
    const key = `${heading.key} ${identityOf(record)}`;
    const row = group.rows.get(key);
    if (row !== undefined) row.count += 1;
    else if (room === 0) group.hidden.add(key);
    else {
      group.rows.set(key, { record, count: 1 });
      room -= 1;
    }
  }
  return [...groups.values()].map(createGroup);
}

function createMembers(heading: Heading): Members {
  return { heading, records: [], rows: new Map(), hidden: new Set() };
}

function createGroup({ heading, records, rows, hidden }: Members): DecisionGroup {
  return {
    key: heading.key,
    label: heading.label ?? nameIn(records) ?? heading.fallback,
    description: [heading.detail, formatCounts(countDecisions(records))]
      .filter((part) => part !== '')
      .join(' · '),
    icon: heading.icon,
    rows: [...rows].map(([key, { record, count }]) => ({ key, record, count })),
    hidden: hidden.size,
  };
}

/** What the newest of the decisions that say it say their terminal was called; null when none does. */
function nameIn(records: readonly AuditRecord[]): string | null {
  const { terminal = '' } = records.find((record) => record.terminal !== undefined) ?? {};
  return terminal === '' ? null : formatLine(terminal);
}

/** Equal for decisions that a reader takes for the same one. */
function identityOf(record: AuditRecord): string {
  const { rule, request, cwd, agent } = record;
  const ruleKey = rule === null ? '' : `${rule.file}:${rule.policy}:${rule.index}`;
  // Made for every record four times a second, so nothing is quoted; a command holds no NUL.
  return [request.command, cwd, agent, sessionKeyOf(record), outcomeOf(record), ruleKey].join('\0');
}

function headingOf(record: AuditRecord, options: GroupingOptions): Heading {
  if (isNote(record) && options.grouping !== 'time') return noteHeading;
  switch (options.grouping) {
    case 'time':
      return hourHeading(record);
    case 'command':
      return programHeading(record);
    case 'source':
      return sourceHeading(record, options);
  }
}

/** By the program, as its path ends; a text for a shell is the shell's. */
function programHeading({ exe, request }: AuditRecord): Heading {
  const path = exe ?? request.command.trim().split(/\s/u, 1)[0] ?? '';
  const label = formatLine(path.slice(path.lastIndexOf('/') + 1)) || t`unknown program`;
  return {
    key: `command:${label}`,
    label,
    fallback: label,
    detail: '',
    icon: { id: 'symbol-method', color: null },
  };
}

function sourceHeading(record: AuditRecord, options: GroupingOptions): Heading {
  const agent = record.agent === defaultAgent ? '' : formatAgent(record.agent);
  const named = record.sid === null ? null : options.sessionName(record);
  const session = record.sid === null ? formatLine(record.session) : t`Session ${record.sid}`;
  const fallback = record.agent === extensionsAgent ? hostName : session;
  return {
    key: `source:${sessionKeyOf(record) ?? record.session}:${record.agent}`,
    label: named === null || named === '' ? null : formatLine(named),
    fallback,
    detail: agent,
    icon: { id: agent === '' ? 'terminal' : 'hubot', color: null },
  };
}

const noteHeading: Heading = {
  key: 'note',
  label: 'Rampart',
  fallback: 'Rampart',
  detail: '',
  icon: { id: 'shield', color: null },
};

function hourHeading(record: AuditRecord): Heading {
  const time = new Date(record.timestamp);
  const day = formatDay(time);
  const label = day === null ? record.timestamp : `${day} ${twoDigits(time.getHours())}:00`;
  return { key: `time:${label}`, label, fallback: label, detail: '', icon: { id: 'history', color: null } };
}
