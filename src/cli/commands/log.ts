import { messageOf } from '../../base/assert.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { actions, isPermitted } from '../../protocol/decision.ts';
import type { AuditLine } from '../auditFiles.ts';
import { listAuditFiles, readAuditLines } from '../auditFiles.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext, CommandOutcome } from '../command.ts';
import { deleteHistory } from '../deleteHistory.ts';
import { exitStatus } from '../exitStatus.ts';
import { followAuditLines } from '../followAuditLines.ts';
import type { Options } from '../options.ts';
import type { Palette } from '../palette.ts';
import { createPalette } from '../palette.ts';
import { replaceControls } from '../plainText.ts';
import { printVerification } from '../printVerification.ts';
import { parseRecordFilter } from '../recordFilter.ts';
import { settleJournal } from '../settleJournal.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** The most records that `--tail` holds back. */
const maxTail = 100_000;

/** Options that belong to another use of the command each. */
const uses: readonly (readonly [option: string, goesWith: readonly string[]])[] = [
  ['--verify', ['--state-dir', '--json']],
  ['--delete', ['--state-dir', '--before', '--yes']],
];

/** `rampart log`: prints the recorded decisions, with or without an endpoint. */
export const logCommand: Command = {
  name: 'log',
  summary: 'print, follow or delete the recorded decisions',
  manual: {
    synopsis: [
      '[OPTION]…',
      '[--state-dir D] [--json] --verify',
      '[--state-dir D] --delete [--before DAY] [--yes]',
    ],
    description: [
      'Prints the recorded decisions, the oldest first. No endpoint is needed.',
      '`--verify` prints instead whether every record still stands as it was written. `--delete` deletes records, by whole days (UTC). The chain of what stays is whole and begins with its first record; that there was something before cannot be seen from it. The day that a running endpoint writes stays: stop it first.',
    ],
    examples: [
      { line: 'rampart log --denied', text: 'What was refused.' },
      { line: 'rampart log --since 1h --agent claude', text: 'What one agent did within the last hour.' },
      { line: 'rampart log --json --tail 100', text: 'The last hundred, for a program.' },
      { line: 'rampart log --verify', text: 'Whether every record still stands as it was written.' },
      { line: 'rampart log --delete --before 2026-01-01 --yes', text: 'Forget what was before this year.' },
    ],
    exits: [
      [exitStatus.done, 'all was printed, or deleted'],
      [exitStatus.failed, 'the log cannot be read, the chain is broken, or nothing was deleted'],
      [exitStatus.refused, 'a guarded program cannot delete records'],
    ],
    files: [['D/audit/YYYY-MM-DD*.jsonl', 'the audit log, one record a line, by UTC days']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'one record a line, as it stands in the audit log' },
    '--denied': { kind: 'switch', text: 'only what the policy denies or asks about, in monitor mode too' },
    '--action': { kind: 'list', value: 'A', text: 'only these decisions; may be repeated', choices: actions },
    '--agent': { kind: 'value', value: 'A', text: 'only those of an agent' },
    '--session': { kind: 'value', value: 'S', text: 'only those of a session' },
    '--text': { kind: 'value', value: 'T', text: 'only commands that hold this text' },
    '--since': {
      kind: 'value',
      value: 'T',
      text: 'only from then on: a day, a time such as 2026-01-31T12:00:00Z, or how long ago, such as 2h',
    },
    '--until': { kind: 'value', value: 'T', text: 'only up to then, written as for --since' },
    '--tail': { kind: 'value', value: 'N', text: `only the last N, at most ${maxTail}` },
    '--follow': { kind: 'switch', text: 'go on with what is recorded from now on' },
    '--verify': { kind: 'switch', text: 'check the chain' },
    '--delete': { kind: 'switch', text: 'delete records' },
    '--before': { kind: 'value', value: 'DAY', text: 'with --delete: only of earlier days' },
    '--yes': { kind: 'switch', text: 'with --delete: do not ask' },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const stray = findStray(options);
    if (stray !== null) return { usage: stray };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    if (options.has('--delete')) return deleteHistory(paths.value, options, context);
    if (options.has('--verify')) return printVerification(paths.value.audit, options.has('--json'), context);
    await settleJournal(paths.value);
    return print(paths.value.audit, options, context);
  },
};

/** An option that belongs to another use. */
function findStray(options: Options): string | null {
  const given = Object.keys(logCommand.options).filter((name) => options.has(name));
  for (const [use, goesWith] of uses) {
    const stray = given.find((name) => name !== use && !goesWith.includes(name));
    if (options.has(use) && stray !== undefined) return `${stray} does not go with ${use}`;
  }
  const lonely = ['--before', '--yes'].find((name) => options.has(name) && !options.has('--delete'));
  return lonely === undefined ? null : `${lonely} goes with --delete only`;
}

/** Prints the records, until the reader goes away. */
async function print(folder: string, options: Options, context: CommandContext): Promise<CommandOutcome> {
  const filter = parseRecordFilter(options, Date.now());
  if (!filter.ok) return { usage: filter.error };
  const tail = options.value('--tail');
  if (tail !== undefined && !(/^\d{1,6}$/.test(tail) && Number(tail) <= maxTail))
    return { usage: `\`${tail}\` is no count up to ${maxTail}` };
  const palette = createPalette(context);
  const show = ({ record, line }: AuditLine): boolean =>
    !filter.value(record) ||
    context.output.out(`${options.has('--json') ? line : formatRecord(record, palette)}\n`);
  const files = listAuditFiles(folder);
  if (!files.ok) {
    say(context, files.error);
    return exitStatus.failed;
  }
  if (files.value.length === 0 && !options.has('--json')) {
    say(context, `nothing was recorded yet: there is no log in ${folder}`);
  }
  try {
    if (options.has('--follow')) await follow(folder, tail, show);
    else
      await printLines(files.value, tail === undefined ? null : Number(tail), {
        show,
        isWanted: filter.value,
      });
    return exitStatus.done;
  } catch (thrown) {
    say(context, `the audit log cannot be read: ${messageOf(thrown)}`);
    return exitStatus.failed;
  }
}

interface Printing {
  /** False when the reader is gone. */
  readonly show: (entry: AuditLine) => boolean;
  readonly isWanted: (record: AuditRecord) => boolean;
}

async function printLines(
  files: readonly string[],
  tail: number | null,
  { show, isWanted }: Printing,
): Promise<void> {
  const held: AuditLine[] = [];
  for await (const entry of readAuditLines(files)) {
    if (tail === null && !show(entry)) return;
    if (tail === null || !isWanted(entry.record)) continue;
    held.push(entry);
    if (held.length > tail) held.shift();
  }
  for (const entry of held) if (!show(entry)) return;
}

/** Without `--tail` what was recorded before is not repeated. */
async function follow(
  folder: string,
  tail: string | undefined,
  show: (entry: AuditLine) => boolean,
): Promise<void> {
  for await (const entry of followAuditLines(folder, tail === undefined ? 0 : Number(tail)))
    if (!show(entry)) return;
}

function formatRecord(record: AuditRecord, palette: Palette): string {
  const { action, message } = record.decision;
  const carriedOut = isPermitted(action) || record.enforced ? action : `${action} (not enforced)`;
  const reason = isPermitted(action) || message === '' ? '' : `: ${message}`;
  const blind = record.guardable ? '' : ' (not guardable: what it starts is not seen)';
  const time = record.timestamp.replace(/\.\d+Z$/, 'Z');
  return [
    palette.quiet(replaceControls(time)),
    palette.action(action, carriedOut),
    replaceControls(`${record.agent} \`${record.request.command}\`${reason}${blind}`),
  ].join(' ');
}
