import { messageOf } from '../../base/assert.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { isPermitted } from '../../protocol/decision.ts';
import { listAuditFiles, readAuditLines } from '../auditFiles.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import type { Options } from '../options.ts';
import { exitStatus } from '../exitStatus.ts';
import { sharedOptions } from '../sharedOptions.ts';
import { replaceControls } from '../plainText.ts';
import { verifyAuditFiles } from '../verifyAuditLog.ts';

/** `rampart log`: prints the recorded decisions, with or without an endpoint. */
export const logCommand: Command = {
  name: 'log',
  summary: 'print the recorded decisions',
  manual: {
    synopsis: ['[--state-dir D] [--json] [--denied]', '[--state-dir D] --verify'],
    description: ['Prints the recorded decisions, the oldest first. No endpoint is needed.'],
    examples: [
      { line: 'rampart log --denied', text: 'What was refused.' },
      { line: 'rampart log --verify', text: 'Whether every record still stands as it was written.' },
    ],
    exits: [
      [exitStatus.done, 'all was printed'],
      [exitStatus.failed, 'the log cannot be read, or the chain is broken'],
    ],
    files: [['D/audit/YYYY-MM-DD.jsonl', 'the audit log, one record a line, a file for each UTC day']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'one record a line, as it stands in the audit log' },
    '--denied': { kind: 'switch', text: 'only what the policy denies or asks about, in monitor mode too' },
    '--verify': { kind: 'switch', text: 'print instead whether every record still stands as it was written' },
  },
  words: 'none',
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    if (options.has('--verify') && (options.has('--json') || options.has('--denied'))) {
      return { usage: '--verify stands alone' };
    }
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const files = listAuditFiles(paths.value.audit);
    if (!files.ok) {
      say(context, files.error);
      return exitStatus.failed;
    }
    if (options.has('--verify')) return verify(files.value, context);
    return print(files.value, options, context);
  },
};

/** Prints the records, until the reader goes away. */
async function print(files: readonly string[], options: Options, context: CommandContext): Promise<number> {
  const wantsDenied = options.has('--denied');
  const format = options.has('--json')
    ? ({ line }: { line: string }) => line
    : ({ record }: { record: AuditRecord }) => formatRecord(record);
  try {
    for await (const entry of readAuditLines(files)) {
      if (wantsDenied && isPermitted(entry.record.decision.action)) continue;
      if (!context.output.out(`${format(entry)}\n`)) break;
    }
    return exitStatus.done;
  } catch (thrown) {
    say(context, `the audit log cannot be read: ${messageOf(thrown)}`);
    return exitStatus.failed;
  }
}

/** The chain tells of changes to what was written, not of an end that was cut off. */
async function verify(files: readonly string[], context: CommandContext): Promise<number> {
  try {
    const { records, problems } = await verifyAuditFiles(files);
    for (const { file, line, message } of problems) context.output.out(`${file}:${line}: ${message}\n`);
    const found = problems.length === 0 ? 'the chain is whole' : 'the chain is broken';
    context.output.out(`${records} records: ${found}\n`);
    return problems.length === 0 ? exitStatus.done : exitStatus.failed;
  } catch (thrown) {
    say(context, `the audit log cannot be read: ${messageOf(thrown)}`);
    return exitStatus.failed;
  }
}

function formatRecord(record: AuditRecord): string {
  const { action, message } = record.decision;
  const carriedOut = isPermitted(action) || record.enforced ? action : `${action} (not enforced)`;
  const reason = isPermitted(action) || message === '' ? '' : `: ${message}`;
  const time = record.timestamp.replace(/\.\d+Z$/, 'Z');
  return replaceControls(`${time} ${carriedOut} ${record.agent} \`${record.request.command}\`${reason}`);
}
