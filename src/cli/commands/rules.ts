import type { Command } from '../command.ts';
import { stateDirectoryOf } from '../command.ts';
import { describeRule } from '../describeRule.ts';
import { exitStatus } from '../exitStatus.ts';
import type { ListedRule } from '../ownRules.ts';
import { listRules } from '../ownRules.ts';
import type { Palette } from '../palette.ts';
import { createPalette } from '../palette.ts';
import { replaceControls } from '../plainText.ts';
import { loadChosenPolicy, policyChoiceOf, policyOptions } from '../policyOptions.ts';
import { requirePermission } from '../permission.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart rules`: lists the rules in force. */
export const rulesCommand: Command = {
  name: 'rules',
  summary: 'list the rules in force',
  manual: {
    synopsis: ['[--own] [--full] [--policy F]… [--no-default-policy] [--cwd C] [--json]'],
    description: [
      'Lists the rules that decide in a directory: those that were added by hand first, with the numbers by which `rampart rules remove` takes them out again, then all others in the order in which they are walked.',
      'Of what a built-in or written rule is about the beginning is shown; `--full` shows all of it.',
      '`--json` prints an array of objects: index, source, line, policy, rule, action, tool, pattern, message, expires_at, once.',
    ],
    examples: [
      { line: 'rampart rules', text: 'All of them.' },
      { line: 'rampart rules --own', text: 'Only what was allowed or blocked by hand.' },
    ],
    exits: [[exitStatus.done, 'they were listed']],
    files: [['~/.rampart/policies/by-hand.yaml', 'what was allowed and blocked by hand']],
  },
  options: {
    '--own': { kind: 'switch', text: 'only those that were added by hand' },
    '--full': { kind: 'switch', text: 'show all that a rule is about' },
    ...policyOptions,
    '--json': sharedOptions.json,
  },
  words: ['remove'],
  run: async (options, context) => {
    if (options.words.length > 0) return { usage: `unexpected argument \`${options.words.join(' ')}\`` };
    const policy = await loadChosenPolicy(policyChoiceOf(options, context), context);
    if (!policy.ok) return { usage: policy.error };
    const rules = listRules(policy.value.set.policies).filter(
      ({ number }) => number !== null || !options.has('--own'),
    );
    context.output.out(
      options.has('--json')
        ? `${JSON.stringify(rules.map(toJson))}\n`
        : formatRules(rules, createPalette(context), options.has('--full') ? Infinity : maxShownLength),
    );
    return exitStatus.done;
  },
};

/** `rampart rules remove`: takes a rule that was added by hand out again. */
export const rulesRemoveCommand: Command = {
  name: 'rules remove',
  summary: 'take out a rule that was added by hand',
  manual: {
    synopsis: ['[--state-dir D] [--json] N|NAME'],
    description: [
      'Takes out a rule that was added by hand: by its number in `rampart rules`, or by the name of its policy, with `#2` for its second rule. Comments and all else in the file stay. An endpoint that runs follows at once.',
    ],
    examples: [
      { line: 'rampart rules remove 1', text: 'The first of the list.' },
      { line: 'rampart rules remove by-hand-allow-0002b61d', text: 'By its name.' },
    ],
    exits: [
      [exitStatus.done, 'it is gone'],
      [exitStatus.failed, 'there is no such rule, or its file cannot be written'],
      [exitStatus.refused, 'a guarded program cannot change the rules'],
    ],
    files: [['~/.rampart/policies/*.yaml', 'where the rules stand']],
  },
  options: {
    '--state-dir': sharedOptions.stateDirectory,
    '--cwd': policyOptions['--cwd'],
    '--json': { kind: 'switch', text: 'print an object: removed, policy, rule, action, file' },
  },
  words: 'none',
  run: async (options, context) => {
    const [wanted, ...others] = options.words;
    if (wanted === undefined || others.length > 0) return { usage: 'give one number or name of a rule' };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const permission = await requirePermission(paths.value, context, 'change the rules');
    if (typeof permission === 'number') return permission;
    const { removeOwnRule } = await import('../removeOwnRule.ts');
    const change = { choice: policyChoiceOf(options, context), context, isJson: options.has('--json') };
    return removeOwnRule(wanted, permission, change);
  },
};

/** How much is shown of what a rule is about, in characters; what was added by hand is shown whole. */
const maxShownLength = 100;

function formatRules(rules: readonly ListedRule[], palette: Palette, shown: number): string {
  const own = rules.filter(({ number }) => number !== null);
  const others = rules.filter(({ number }) => number === null);
  return [
    palette.strong('Added by hand:'),
    ...(own.length === 0 ? ['  none'] : own.flatMap((rule) => formatListed(rule, palette, Infinity))),
    ...(others.length === 0 ? [] : [palette.strong('Others, in the order in which they are walked:')]),
    ...others.flatMap((rule) => formatListed(rule, palette, shown)),
    '',
  ].join('\n');
}

function formatListed(
  { number, policy, rule }: ListedRule,
  palette: Palette,
  shown: number,
): readonly string[] {
  const about = replaceControls(describeRule(rule));
  const { file, line, index } = rule.reference;
  const title = number === null ? `${policy.name}#${index + 1}` : `${number}. ${policy.name}#${index + 1}`;
  const limits = [
    ...(rule.expiresAt === null ? [] : [`until ${new Date(rule.expiresAt).toISOString()}`]),
    ...(rule.isOnce ? ['once'] : []),
  ];
  return [
    `  ${title}  ${palette.action(rule.action, rule.action)}  ${about.length > shown ? `${about.slice(0, shown)}…` : about}`,
    palette.quiet(`       ${file}:${line}${limits.length === 0 ? '' : `  ${limits.join(', ')}`}`),
    ...(rule.message === '' ? [] : [palette.quiet(`       ${replaceControls(rule.message)}`)]),
  ];
}

function toJson({ number, policy, rule }: ListedRule): object {
  const { file, line, index } = rule.reference;
  return {
    index: number,
    source: file,
    line,
    policy: policy.name,
    rule: index,
    action: rule.action,
    tool: policy.tools?.map(({ source }) => source).join(',') ?? '*',
    pattern: describeRule(rule),
    message: rule.message,
    expires_at: rule.expiresAt === null ? null : new Date(rule.expiresAt).toISOString(),
    once: rule.isOnce,
  };
}
