import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../../base/assert.ts';
import { failure } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { listAuditFiles, readAuditLines } from '../auditFiles.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext, CommandOutcome, Manual } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import type { Options } from '../options.ts';
import { printVerification } from '../printVerification.ts';
import { createProgress } from '../progress.ts';
import { parseDay } from '../recordFilter.ts';
import { sharedOptions } from '../sharedOptions.ts';

const exits: Manual['exits'] = [
  [exitStatus.done, 'it was printed'],
  [exitStatus.failed, 'the log cannot be read, or there is none of that day'],
];

const files: NonNullable<Manual['files']> = [['D/audit/YYYY-MM-DD*.jsonl', 'the audit log, by UTC days']];

/** `rampart audit dates`. */
export const auditDatesCommand: Command = {
  name: 'audit dates',
  summary: 'list the days that have an audit log',
  manual: {
    synopsis: ['[--state-dir D] [--json]'],
    description: ['Prints the UTC days that have records, the newest first. No endpoint is needed.'],
    examples: [{ line: 'rampart audit dates', text: 'One day a line.' }],
    exits,
    files,
  },
  options: { '--state-dir': sharedOptions.stateDirectory, '--json': sharedOptions.json },
  words: 'none',
  run: (options, context) =>
    withFiles(options, context, (all) => {
      const days = [...new Set(all.map(dayOf))].sort().reverse();
      context.output.out(
        options.has('--json')
          ? `${JSON.stringify({ dates: days })}\n`
          : days.map((day) => `${day}\n`).join(''),
      );
      return exitStatus.done;
    }),
};

/** `rampart audit export`. */
export const auditExportCommand: Command = {
  name: 'audit export',
  summary: 'print the audit log of one day',
  manual: {
    synopsis: ['[--state-dir D] [--json] DAY'],
    description: [
      'Prints the audit log of a UTC day (YYYY-MM-DD, or `today`) byte for byte: JSON lines with their hashes.',
    ],
    examples: [{ line: 'rampart audit export today > today.jsonl', text: 'Keep a day elsewhere.' }],
    exits,
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--json': { kind: 'switch', text: 'nothing else: what is printed is JSON, one record a line' },
  },
  words: ['today'],
  run: async (options, context) => {
    const [word, ...others] = options.words;
    const day = word === 'today' ? new Date().toISOString().slice(0, 10) : parseDay(word ?? '');
    if (day === null || others.length > 0) return { usage: 'give one day, such as 2026-01-31' };
    return withLog(options, context, async (all, folder) => {
      const chosen = all.filter((file) => dayOf(file) === day);
      if (chosen.length > 0) return exportFiles(chosen, context);
      say(context, `there is no audit log of ${day} in ${folder}; \`rampart audit dates\` lists the days`);
      return exitStatus.failed;
    });
  },
};

async function exportFiles(files: readonly string[], context: CommandContext): Promise<number> {
  const progress = createProgress(context, 'pieces of 64 KiB');
  for (const file of files) {
    for await (const chunk of createReadStream(file)) {
      if (!context.output.out(chunk as Buffer)) return exitStatus.done;
      // The data itself is enough to see on a terminal.
      if (!context.output.isOutTerminal) progress.step();
    }
  }
  progress.end();
  return exitStatus.done;
}

/** `rampart audit stats`. */
export const auditStatsCommand: Command = {
  name: 'audit stats',
  summary: 'count the recorded decisions',
  manual: {
    synopsis: ['[--state-dir D] [--from DAY] [--to DAY] [--json]'],
    description: [
      'Counts the recorded decisions by action, tool, agent and session, of all days or of some (UTC, both ends included). `--json` prints one object: total_events, by_action, by_tool, by_agent, by_session.',
    ],
    examples: [{ line: 'rampart audit stats --from 2026-01-01', text: 'Of this year.' }],
    exits,
    files,
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--from': { kind: 'value', value: 'DAY', text: 'the first day' },
    '--to': { kind: 'value', value: 'DAY', text: 'the last day' },
    '--json': sharedOptions.json,
  },
  words: 'none',
  run: async (options, context) => {
    const [from, to] = ['--from', '--to'].map((name) => options.value(name));
    const wrong = [from, to].find((day) => day !== undefined && parseDay(day) === null);
    if (wrong !== undefined) return { usage: `\`${wrong}\` is no day: write such as 2026-01-31` };
    return withFiles(options, context, async (all) => {
      const chosen = all.filter((file) => dayOf(file) >= (from ?? '') && dayOf(file) <= (to ?? '9999-12-31'));
      const stats = await countRecords(chosen, context);
      context.output.out(options.has('--json') ? `${JSON.stringify(stats)}\n` : formatStats(stats));
      return exitStatus.done;
    });
  },
};

/** `rampart audit verify`, and `rampart verify`. */
export const auditVerifyCommand: Command = createVerifyCommand('audit verify');

/** The peer's short word for it. */
export const verifyCommand: Command = createVerifyCommand('verify');

function createVerifyCommand(name: string): Command {
  return {
    name,
    summary: 'check that the audit log stands as it was written',
    manual: {
      synopsis: ['[--state-dir D] [--json]'],
      description: [
        'Walks the chain of hashes in the audit log and prints every record that was changed, moved or taken out, as `FILE:LINE: TEXT`. An end that was cut off, or a log that was written anew from its beginning, is not found out by this. The same as `rampart log --verify`; `--json` prints one object: ok, records, files, problems.',
      ],
      examples: [{ line: `rampart ${name}`, text: 'Check all days.' }],
      exits: [
        [exitStatus.done, 'the chain is whole'],
        [exitStatus.failed, 'it is broken, or the log cannot be read'],
      ],
      files,
    },
    options: { '--state-dir': sharedOptions.stateDirectory, '--json': sharedOptions.json },
    words: 'none',
    run: async (options, context) => {
      if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
      const paths = stateDirectoryOf(options, context);
      if (!paths.ok) return { usage: paths.error };
      return printVerification(paths.value.audit, options.has('--json'), context);
    },
  };
}

/** Counts of records, in the peer's shape. */
interface AuditStats {
  readonly total_events: number;
  readonly by_action: Readonly<Record<string, number>>;
  readonly by_tool: Readonly<Record<string, number>>;
  readonly by_agent: Readonly<Record<string, number>>;
  readonly by_session: Readonly<Record<string, number>>;
}

async function countRecords(chosen: readonly string[], context: CommandContext): Promise<AuditStats> {
  const progress = createProgress(context, 'records');
  const counts = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  let total = 0;
  for await (const { record } of readAuditLines(chosen)) {
    total += 1;
    progress.step();
    [record.decision.action, record.tool, record.agent, record.session].forEach((key, index) =>
      counts[index]?.set(key, (counts[index].get(key) ?? 0) + 1),
    );
  }
  progress.end();
  const [action, tool, agent, session] = counts.map((count) => Object.fromEntries(count));
  return {
    total_events: total,
    by_action: action ?? {},
    by_tool: tool ?? {},
    by_agent: agent ?? {},
    by_session: session ?? {},
  };
}

function formatStats({ total_events: total, ...groups }: AuditStats): string {
  const lines = Object.entries(groups).flatMap(([group, counts]) => [
    `${group.replace('_', ' ')}:`,
    ...Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`),
  ]);
  return `${[`${total} decisions`, ...lines].join('\n')}\n`;
}

async function withFiles(
  options: Options,
  context: CommandContext,
  work: (files: readonly string[]) => number | Promise<number>,
): Promise<CommandOutcome> {
  if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
  return withLog(options, context, work);
}

async function withLog(
  options: Options,
  context: CommandContext,
  work: (files: readonly string[], folder: string) => number | Promise<number>,
): Promise<CommandOutcome> {
  const paths = stateDirectoryOf(options, context);
  if (!paths.ok) return { usage: paths.error };
  const found: Result<readonly string[], string> = listAuditFiles(paths.value.audit);
  const outcome = found.ok ? await tryWork(() => work(found.value, paths.value.audit)) : found;
  if (typeof outcome === 'number') return outcome;
  say(context, outcome.error);
  return exitStatus.failed;
}

async function tryWork(
  work: () => number | Promise<number>,
): Promise<number | { readonly ok: false; readonly error: string }> {
  try {
    return await work();
  } catch (thrown) {
    return failure(`the audit log cannot be read: ${messageOf(thrown)}`);
  }
}

function dayOf(file: string): string {
  return basename(file).slice(0, 'YYYY-MM-DD'.length);
}
