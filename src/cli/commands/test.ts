import type { Decision } from '../../protocol/decision.ts';
import { isPermitted } from '../../protocol/decision.ts';
import type { Command, CommandContext } from '../command.ts';
import type { TypedCommand } from '../execQuestion.ts';
import { createExecQuestion, readTyped, textOfTyped } from '../execQuestion.ts';
import { exitStatus } from '../exitStatus.ts';
import { formatExplanation, formatRule } from '../formatExplanation.ts';
import type { LoadedPolicy } from '../loadPolicy.ts';
import type { Options } from '../options.ts';
import type { Palette } from '../palette.ts';
import { createPalette } from '../palette.ts';
import { replaceControls } from '../plainText.ts';
import { loadChosenPolicy, policyChoiceOf, policyOptions, workingDirectoryOf } from '../policyOptions.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** `rampart test`: says what the policies decide about a command, without running or recording it. */
export const testCommand: Command = {
  name: 'test',
  summary: 'say what would be decided about a command, and why',
  manual: {
    synopsis: [
      '[OPTION]… SHELL-TEXT',
      '[OPTION]… -- PROGRAM [ARGUMENT]…',
      '[OPTION]… --text SHELL-TEXT',
      '[--cwd C] [--json] FILE.yaml',
    ],
    description: [
      'Says what the policies decide about a command. One word is shell text, as a terminal would be given it; several are the words of one program. Nothing is run and nothing is recorded; no endpoint is needed.',
      'One word that ends with `.yaml` or `.yml` is a file of tests, which are run as by `rampart policy test`.',
      'With `--json` it prints one object: decision, action, allowed, command, message, matched_policies, rule; with `--explain` also explanation.',
    ],
    examples: [
      { line: "rampart test 'rm -rf ~/'", text: 'Why this is refused.', exits: exitStatus.failed },
      {
        line: "rampart test --explain 'cd .. && sudo rm -rf precious'",
        text: 'What it would run, which rules were tried, what matched, and how to allow it.',
        exits: exitStatus.failed,
      },
      {
        line: 'rampart test --json -- git commit -m "a && rm -rf /"',
        text: 'The words of one program: quoted text is data.',
      },
    ],
    exits: [
      [exitStatus.done, 'allow or watch; all tests passed'],
      [exitStatus.failed, 'deny or ask; a test failed, or its file cannot be read'],
    ],
    files: [
      ['~/.rampart/policies/*.yaml', 'the policies of the user'],
      ['WORKSPACE/.rampart/policy.yaml', 'the policy of a project, which can only tighten'],
    ],
  },
  options: {
    '--text': { kind: 'value', value: 'T', text: 'shell text, also where it looks like an option' },
    '--explain': { kind: 'switch', text: 'show how the decision came about' },
    ...policyOptions,
    '--agent': sharedOptions.agent,
    '--json': sharedOptions.json,
  },
  words: 'program',
  run: async (options, context) => {
    const command = readCommand(options);
    if (typeof command === 'string') return { usage: command };
    if (!options.has('--text') && 'text' in command && isTestFile(command.text)) {
      if (options.has('--explain')) return { usage: '`--explain` is for a command, not for a file of tests' };
      const { testPolicyFiles } = await import('../testPolicyFiles.ts');
      const choice = policyChoiceOf(options, context);
      return testPolicyFiles([command.text], { choice, context, isJson: options.has('--json') });
    }
    const policy = await loadChosenPolicy(policyChoiceOf(options, context), context);
    if (!policy.ok) return { usage: policy.error };
    return decide(command, policy.value, options, context);
  },
};

function readCommand(options: Options): TypedCommand | string {
  const text = options.value('--text');
  const typed = readTyped(options.words);
  if (text !== undefined && typed !== null) return 'give the command as words or with --text, not both';
  const command = text === undefined ? typed : { text };
  return command === null || textOfTyped(command).trim() === '' ? 'no command given' : command;
}

/** A file of tests in the place of a command, as the peer takes it; nobody means to start one. */
function isTestFile(text: string): boolean {
  return /^\S+\.ya?ml$/.test(text);
}

async function decide(
  command: TypedCommand,
  policy: LoadedPolicy,
  options: Options,
  context: CommandContext,
): Promise<number> {
  const agent = options.value('--agent') ?? 'agent';
  const request = createExecQuestion(command, agent, workingDirectoryOf(options, context));
  const decision = policy.decide(request);
  const palette = createPalette(context);
  const isJson = options.has('--json');
  if (options.has('--explain')) {
    const { explain } = await import('../../policy/explain.ts');
    const explanation = explain(policy.set, request, policy.world);
    context.output.out(
      isJson
        ? formatJson(command, decision, { explanation: { ...explanation, decision: undefined } })
        : `${formatText(command, decision, palette)}\n${formatExplanation(explanation, policy.set.policies, palette)}`,
    );
  } else {
    context.output.out(isJson ? formatJson(command, decision, {}) : formatText(command, decision, palette));
  }
  return isPermitted(decision.action) ? exitStatus.done : exitStatus.failed;
}

/** The peer's word for an action that is neither allowed nor asked about here: no hook can be called. */
function actionOf(decision: Decision): string {
  return decision.action === 'webhook' ? 'deny' : decision.action;
}

function formatJson(command: TypedCommand, decision: Decision, more: object): string {
  const action = actionOf(decision);
  const answer = {
    decision: action,
    action,
    allowed: isPermitted(decision.action),
    command: textOfTyped(command),
    message: decision.message,
    matched_policies: decision.matchedPolicies ?? [],
    rule: decision.rule,
    ...more,
  };
  return `${JSON.stringify(answer)}\n`;
}

function formatText(command: TypedCommand, decision: Decision, palette: Palette): string {
  const { rule, message } = decision;
  const lines = [
    `${palette.action(decision.action, actionOf(decision))}  ${replaceControls(textOfTyped(command))}`,
    ...(message === '' ? [] : [`  ${message}`]),
    rule === null ? '  by default: no rule speaks of it' : `  by rule ${formatRule(rule)}`,
  ];
  return `${lines.join('\n')}\n`;
}
