import { success } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { Command, CommandContext, CommandOutcome, Manual } from '../command.ts';
import { stateDirectoryOf } from '../command.ts';
import { parseDurationWord } from '../durationWord.ts';
import { readTyped, textOfTyped } from '../execQuestion.ts';
import { exitStatus } from '../exitStatus.ts';
import type { OptionTable, Options } from '../options.ts';
import { requirePermission } from '../permission.ts';
import { policyChoiceOf, policyOptions } from '../policyOptions.ts';
import { sharedOptions } from '../sharedOptions.ts';
import type { NewRule } from '../writeOwnRule.ts';

const ruleOptions: OptionTable = {
  '--pattern': {
    kind: 'value',
    value: 'P',
    text: 'a pattern instead of one command: `*`, `?` and `[…]` as in a policy',
  },
  '--for': { kind: 'value', value: 'T', text: 'how long, such as 90s, 10m, 2h or 7d' },
  '--once': { kind: 'switch', text: 'for one decision' },
  '--tool': { kind: 'value', value: 'T', text: 'a tool other than exec; its pattern is a path' },
  '--message': { kind: 'value', value: 'M', text: 'the reason that is shown' },
};

const stateOptions: OptionTable = {
  '--cwd': policyOptions['--cwd'],
  '--state-dir': sharedOptions.stateDirectory,
  '--json': sharedOptions.json,
};

const exits: Manual['exits'] = [
  [exitStatus.done, 'the rule is in force'],
  [exitStatus.failed, 'it cannot be written, or would have no effect'],
  [exitStatus.refused, 'a guarded program cannot change the rules'],
];

/** `rampart allow`: writes a rule that allows. */
export const allowCommand: Command = {
  name: 'allow',
  summary: 'allow a command from now on',
  manual: {
    synopsis: ['[OPTION]… SHELL-TEXT', '[OPTION]… -- PROGRAM [ARGUMENT]…', '[OPTION]… --pattern P'],
    description: [
      'Writes a rule that allows exactly this command, or all that a pattern matches. It wins over every `ask`, but not over a denial: what would stay denied is not written, and the rule that denies it is named.',
      '`rampart rules` lists such rules, `rampart rules remove` takes them out again.',
    ],
    examples: [
      { line: "rampart allow 'npm publish'", text: 'This very command.' },
      {
        line: "rampart allow --for 1h --pattern 'kubectl apply *'",
        text: 'Whatever begins so, for an hour.',
      },
      {
        line: 'rampart allow --once -- sudo make install',
        text: 'The words of one program, for one time.',
      },
    ],
    exits,
    files: [
      [
        '~/.rampart/policies/by-hand.yaml',
        'where the rule is written, with the keys of `rampart serve` only',
      ],
    ],
  },
  options: {
    ...ruleOptions,
    '--global': { kind: 'switch', text: 'everywhere; that is the default, for a project can only tighten' },
    ...stateOptions,
  },
  words: 'program',
  run: (options, context) => change('allow', options, context),
};

/** `rampart block`: writes a rule that denies. */
export const blockCommand: Command = {
  name: 'block',
  summary: 'deny a command from now on',
  manual: {
    synopsis: ['[OPTION]… SHELL-TEXT', '[OPTION]… -- PROGRAM [ARGUMENT]…', '[OPTION]… --pattern P'],
    description: [
      'Writes a rule that denies exactly this command, or all that a pattern matches, everywhere or in one workspace. A denial wins over everything.',
      '`rampart rules` lists such rules, `rampart rules remove` takes them out again.',
    ],
    examples: [
      {
        line: "rampart block --pattern 'terraform destroy*' --message 'plan it first'",
        text: 'Never, and why.',
      },
      { line: "rampart block --project 'make release'", text: 'Not in this workspace.' },
      { line: "rampart block --for 2h 'git push'", text: 'Not for two hours.' },
    ],
    exits,
    files: [
      [
        '~/.rampart/policies/rampart-blocks.yaml',
        'where the rule is written, with the keys of `rampart serve` only',
      ],
      ['WORKSPACE/.rampart/policy.yaml', 'where it is written with --project'],
    ],
  },
  options: {
    ...ruleOptions,
    '--global': { kind: 'switch', text: 'everywhere (default)' },
    '--project': { kind: 'switch', text: 'only in the workspace of the directory' },
    ...stateOptions,
  },
  words: 'program',
  run: (options, context) => change('deny', options, context),
};

async function change(
  action: NewRule['action'],
  options: Options,
  context: CommandContext,
): Promise<CommandOutcome> {
  const rule = readRule(action, options);
  if (typeof rule === 'string') return { usage: rule };
  const paths = stateDirectoryOf(options, context);
  if (!paths.ok) return { usage: paths.error };
  const permission = await requirePermission(paths.value, context, 'change the rules');
  if (typeof permission === 'number') return permission;
  const { writeOwnRule } = await import('../writeOwnRule.ts');
  return writeOwnRule(rule, permission, {
    choice: policyChoiceOf(options, context),
    context,
    isJson: options.has('--json'),
  });
}

function readRule(action: NewRule['action'], options: Options): NewRule | string {
  const given = options.value('--pattern');
  const command = readTyped(options.words);
  const pattern = given ?? (command === null ? null : textOfTyped(command));
  if (pattern === null || pattern.trim() === '') return 'no command given';
  const wrong = findMistake(action, pattern, options);
  if (wrong !== null) return wrong;
  const lasts = readDuration(options.value('--for'));
  if (!lasts.ok) return lasts.error;
  return {
    action,
    tool: options.value('--tool') ?? 'exec',
    command,
    pattern,
    message: options.value('--message') ?? null,
    lastsMs: lasts.value,
    isOnce: options.has('--once'),
    isProject: options.has('--project'),
  };
}

/** What cannot be meant so. */
function findMistake(action: NewRule['action'], pattern: string, options: Options): string | null {
  const isCommand = !options.has('--pattern');
  if (!isCommand && readTyped(options.words) !== null) return 'give a command or `--pattern`, not both';
  if (isCommand && action === 'allow' && isRecordId(pattern))
    return `\`${pattern}\` is no command but looks like the id of a record: \`rampart run-anyway ${pattern}\` lets what was refused run once`;
  const isTwofold = options.has('--global') && options.has('--project');
  return isTwofold ? '`--global` and `--project` exclude each other' : null;
}

/** The digits of an id, as a refusal shows them; a rule for a program of that name would never fit. */
function isRecordId(word: string): boolean {
  return /^(?=.*\d)[0-9a-f]{8,32}$/.test(word);
}

function readDuration(word: string | undefined): Result<number | null, string> {
  return word === undefined ? success(null) : parseDurationWord(word);
}
