import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { isPermitted } from '../../protocol/decision.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import { findAuditRecord } from '../auditFiles.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { formatExplanation, formatRule } from '../formatExplanation.ts';
import type { Options } from '../options.ts';
import type { Palette } from '../palette.ts';
import { createPalette } from '../palette.ts';
import { replaceControls } from '../plainText.ts';
import { loadChosenPolicy, policyChoiceOf, policyOptions } from '../policyOptions.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart explain`: why a recorded command was decided as it was. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'say why a recorded command was decided as it was',
  manual: {
    synopsis: ['[OPTION]… ID'],
    description: [
      'Prints a decision from the audit log: the rule, its file and line, what it was decided on. The command is then decided again by the policies in force now, which shows what matches and how to allow it, and says so when they would decide otherwise today.',
      'ID is the id of the record, or as many of its first characters as only it has; `rampart log --json` and the editor show it. `last` is the newest record that was refused.',
    ],
    examples: [{ line: 'rampart explain last', text: 'Why the last refusal.' }],
    exits: [
      [exitStatus.done, 'it was explained'],
      [exitStatus.failed, 'no record, or more than one, has this id'],
    ],
    files: [['D/audit/YYYY-MM-DD.jsonl', 'the audit log']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--policy': policyOptions['--policy'],
    '--no-default-policy': policyOptions['--no-default-policy'],
    '--json': { kind: 'switch', text: 'print one object: record, now, explanation' },
  },
  words: ['last'],
  run: async (options, context) => {
    const [id, ...others] = options.words;
    if (id === undefined || others.length > 0) return { usage: 'give one id of a record, or `last`' };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const found = await findAuditRecord(paths.value.audit, id);
    if (!found.ok) {
      say(
        context,
        isIdLike(id) ? found.error : `${found.error}; of a command, ask \`rampart test --explain\``,
      );
      return exitStatus.failed;
    }
    return explainRecord(found.value, options, context);
  },
};

/** What is no beginning of an id is meant as a command. */
function isIdLike(word: string): boolean {
  return word === 'last' || /^[\w-]+$/.test(word);
}

async function explainRecord(
  record: AuditRecord,
  options: Options,
  context: CommandContext,
): Promise<number> {
  const choice = { ...policyChoiceOf(options, context), ...(record.cwd === null ? {} : { cwd: record.cwd }) };
  const policy = await loadChosenPolicy(choice, context);
  if (!policy.ok) {
    say(context, policy.error);
    return exitStatus.failed;
  }
  const { explain } = await import('../../policy/explain.ts');
  const explanation = explain(policy.value.set, requestOf(record), policy.value.world);
  const { decision: now } = explanation;
  const palette = createPalette(context);
  context.output.out(
    options.has('--json')
      ? `${JSON.stringify({ record, now, explanation: { ...explanation, decision: undefined } })}\n`
      : [
          formatRecord(record, palette),
          isSame(record, now)
            ? ''
            : `The policies in force now say ${now.action}${now.rule === null ? ' by default' : ` by rule ${formatRule(now.rule)}`}.\n\n`,
          formatExplanation(explanation, policy.value.set.policies, palette),
        ].join(''),
  );
  return exitStatus.done;
}

function isSame(
  { decision, rule }: AuditRecord,
  now: { readonly action: string; readonly rule: AuditRecord['rule'] },
): boolean {
  return (
    decision.action === now.action && rule?.policy === now.rule?.policy && rule?.index === now.rule?.index
  );
}

function requestOf(record: AuditRecord): ExecRequest {
  const { agent, session, tool, request, argv, exe, cwd, pid, ppid, sid, door, markers } = record;
  return {
    id: record.id,
    agent,
    session,
    tool,
    command: request.command,
    path: request.path ?? null,
    enforce: record.enforced,
    argv,
    exe,
    cwd,
    pid,
    ppid,
    sid,
    door,
    markers,
    guardable: record.guardable,
    truncated: record.truncated,
  };
}

function formatRecord(record: AuditRecord, palette: Palette): string {
  const { decision, rule, request, enforced, exec_failed: failed } = record;
  const carried = isPermitted(decision.action) || enforced ? '' : ' (not enforced)';
  const rows: readonly (readonly [string, string | null])[] = [
    ['time', record.timestamp],
    ['id', record.id],
    ['agent', record.agent],
    ['session', record.session],
    ['directory', record.cwd],
    ['program', record.exe],
    ['mode', record.mode],
    ['failed', failed === undefined ? null : failed.errno],
  ];
  return [
    `${palette.action(decision.action, decision.action)}${carried}  ${replaceControls(request.command)}`,
    ...(decision.message === '' ? [] : [`  ${replaceControls(decision.message)}`]),
    rule === null ? '  by default: no rule spoke of it' : `  by rule ${formatRule(rule)}`,
    ...rows.flatMap(([name, value]) =>
      value === null || value === '' ? [] : [palette.quiet(`  ${name.padEnd(10)}${replaceControls(value)}`)],
    ),
    ...(record.truncated ? ['  only the beginning of the command was recorded'] : []),
    '',
    '',
  ].join('\n');
}
