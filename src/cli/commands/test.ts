import { resolve } from 'node:path';
import { failure } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { isPermitted } from '../../protocol/decision.ts';
import type { Decision } from '../../protocol/decision.ts';
import type { ExecRequest } from '../../protocol/execRequest.ts';
import { homeDirectory } from '../../system/stateDirectory.ts';
import { say } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { sharedOptions } from '../sharedOptions.ts';
import type { LoadedPolicy } from '../loadPolicy.ts';
import type { Options } from '../options.ts';

/** `rampart test`: says what the policies decide about a command, without running or recording it. */
export const testCommand: Command = {
  name: 'test',
  summary: 'say what would be decided about a command, and why',
  manual: {
    synopsis: ['[OPTION]… SHELL-COMMAND'],
    description: [
      'Says what the policies decide about a shell command. Nothing is run and nothing is recorded; no endpoint is needed.',
    ],
    examples: [{ line: "rampart test 'rm -rf ~/'", text: 'Why this is refused.', exits: exitStatus.failed }],
    exits: [
      [exitStatus.done, 'allow or watch'],
      [exitStatus.failed, 'deny or ask'],
    ],
  },
  options: {
    '--policy': sharedOptions.policy,
    '--no-default-policy': sharedOptions.noDefaultPolicy,
    '--agent': sharedOptions.agent,
    '--cwd': sharedOptions.workingDirectory,
    '--json': sharedOptions.json,
  },
  words: 'none',
  run: async (options, context) => {
    const [command, ...others] = options.words;
    if (command === undefined) return { usage: 'no command given' };
    if (others.length > 0) return { usage: 'more than one command given: quote it as one word' };
    const cwd = resolve(context.cwd, options.value('--cwd') ?? '.');
    const policy = await load(options, context, cwd);
    if (!policy.ok) return { usage: policy.error };
    const decision = policy.value.decide(requestOf(command, options.value('--agent') ?? 'agent', cwd));
    const format = options.has('--json') ? formatJson : formatText;
    context.output.out(format(command, decision));
    return isPermitted(decision.action) ? exitStatus.done : exitStatus.failed;
  },
};

/** A file that was named and is of no use is a wrong argument; one that was not named is only reported. */
async function load(
  options: Options,
  context: CommandContext,
  cwd: string,
): Promise<Result<LoadedPolicy, string>> {
  // The grammar's loader takes longer than all the rest; the other commands do without it.
  const { loadPolicy } = await import('../loadPolicy.ts');
  const files = options.list('--policy').map((file) => resolve(context.cwd, file));
  const policy = await loadPolicy({
    bundleFolder: context.bundleFolder,
    hasDefault: !options.has('--no-default-policy'),
    files,
    home: homeDirectory(context.environment['HOME']),
    temporary: context.environment['TMPDIR'],
    cwd,
  });
  if (!policy.ok) return policy;
  const named = problemsOf(policy.value, (file) => files.includes(file));
  if (named.length > 0) return failure(named.join('; '));
  for (const problem of problemsOf(policy.value, () => true)) say(context, `a policy has no say: ${problem}`);
  return policy;
}

function problemsOf(policy: LoadedPolicy, isWanted: (file: string) => boolean): readonly string[] {
  return policy.problems
    .filter(({ file }) => isWanted(file))
    .map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

function requestOf(command: string, agent: string, cwd: string): ExecRequest {
  return {
    id: null,
    agent,
    session: 'test',
    tool: 'exec',
    command,
    path: null,
    enforce: false,
    argv: null,
    exe: null,
    cwd,
    pid: null,
    ppid: null,
    sid: null,
    door: 'system',
    markers: [],
    guardable: true,
    truncated: false,
  };
}

/** The peer's word for an action that is neither allowed nor asked about here: no hook can be called. */
function actionOf(decision: Decision): string {
  return decision.action === 'webhook' ? 'deny' : decision.action;
}

function formatJson(command: string, decision: Decision): string {
  const action = actionOf(decision);
  const answer = {
    decision: action,
    action,
    allowed: isPermitted(decision.action),
    command,
    message: decision.message,
    matched_policies: decision.matchedPolicies ?? [],
    rule: decision.rule,
  };
  return `${JSON.stringify(answer)}\n`;
}

function formatText(command: string, decision: Decision): string {
  const { rule, message } = decision;
  const lines = [
    `${actionOf(decision)}  ${command}`,
    ...(message === '' ? [] : [`  ${message}`]),
    rule === null
      ? '  by default: no rule speaks of it'
      : `  by rule ${rule.policy}#${rule.index + 1} (${rule.file}:${rule.line})`,
  ];
  return `${lines.join('\n')}\n`;
}
