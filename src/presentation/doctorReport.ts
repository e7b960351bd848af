import type { Result } from '../base/result.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { plural, t } from './localise.ts';
import { formatSession, type SessionSubject } from './sessionLabel.ts';
import { formatStatus, type GuardStatus } from './statusText.ts';
import { formatLine } from './text.ts';

/** What was found out about one thing. */
export interface ReportedCheck {
  readonly name: string;
  readonly status: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  readonly remedy: string | null;
}

/** Everything a report tells. */
export interface DoctorFacts {
  /** What runs where, `editor 1.99.3` and the like. */
  readonly versions: readonly string[];
  /** What the machine's examination found, or why there was none. */
  readonly checks: Result<readonly ReportedCheck[], string>;
  readonly settingProblems: readonly string[];
  readonly policyProblems: readonly PolicyProblem[];
  readonly status: GuardStatus;
  readonly terminals: readonly SessionSubject[];
  /** Is shown as `~`, so that a report can be passed on. */
  readonly home: string;
}

/** The name of the report. */
export const doctorTitle = t`Rampart Doctor`;

/** Over the report: puts it on the clipboard. */
export const copyReportTitle = t`$(copy) Copy this report`;

/** Said when it was. */
export const reportCopiedText = t`The report is on the clipboard.`;

/** Said while the machine is looked at. */
export const examiningText = t`Rampart looks at this machine…`;

/** The longest text of one fact: a page has room for more than a row. */
const maxFactCharacters = 2_000;

/** What keeps terminals from being guarded, or could, as a page of text. */
export function formatDoctorReport(facts: DoctorFacts): string {
  const found = [...checkWindow(facts), ...checkMachine(facts.checks)];
  const text = [
    doctorTitle,
    ...facts.versions,
    '',
    formatSummary(found),
    '',
    ...found.flatMap(formatCheck),
    '',
    t`Terminals of this window`,
    ...formatTerminals(facts.terminals),
    '',
  ].join('\n');
  return facts.home === '/' ? text : text.replaceAll(facts.home, '~');
}

function checkMachine(checks: DoctorFacts['checks']): readonly ReportedCheck[] {
  if (checks.ok) return checks.value;
  const message = t`the machine could not be looked at: ${checks.error}`;
  return [{ name: 'doctor', status: 'problem', message, remedy: t`run \`rampart doctor\` in a terminal` }];
}

function checkWindow({ status, settingProblems, policyProblems }: DoctorFacts): readonly ReportedCheck[] {
  const { text, tooltip, tone } = formatStatus({ ...status, unseenDenials: 0 });
  const window: ReportedCheck = {
    name: t`this window`,
    status: tone === 'warning' ? 'warning' : 'ok',
    message: `${text.replaceAll(/\$\([\w~-]+\) ?/gu, '').trim()}: ${formatLine(tooltip.split('\n\n')[0] ?? '', maxFactCharacters)}`,
    remedy: null,
  };
  const settings = settingProblems.map((message): ReportedCheck => ({
    name: t`settings`,
    status: 'problem',
    message,
    remedy: t`correct it in the settings`,
  }));
  const policies = policyProblems.map(({ file, line, column, message }): ReportedCheck => ({
    name: t`policy`,
    status: 'problem',
    message: `${file}:${line}:${column}: ${formatLine(message, maxFactCharacters)}`,
    remedy: t`correct it; until then the last good policy is in force`,
  }));
  return [window, ...settings, ...policies];
}

function formatSummary(checks: readonly ReportedCheck[]): string {
  const count = (status: ReportedCheck['status']): number =>
    checks.filter((check) => check.status === status).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return t`Nothing is in the way.`;
  const parts = [
    problems === 0 ? '' : plural(problems)`# problem | # problems`,
    warnings === 0 ? '' : plural(warnings)`# warning | # warnings`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const statusWords: Readonly<Record<ReportedCheck['status'], string>> = {
  ok: t`ok`,
  note: t`note`,
  warning: t`warning`,
  problem: t`PROBLEM`,
};

function formatCheck({ name, status, message, remedy }: ReportedCheck): readonly string[] {
  const line = `${statusWords[status].padEnd(8)} ${name}: ${message}`;
  return remedy === null || status === 'ok' ? [line] : [line, `${' '.repeat(9)}→ ${remedy}`];
}

function formatTerminals(terminals: readonly SessionSubject[]): readonly string[] {
  if (terminals.length === 0) return [`  ${t`none is open`}`];
  return terminals.map((subject) => {
    const { label, description } = formatSession(subject);
    return `  ${label}: ${description}`;
  });
}
