import { resolve } from 'node:path';
import { failure } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { homeDirectory } from '../system/stateDirectory.ts';
import type { CommandContext } from './command.ts';
import { say } from './command.ts';
import type { LoadedPolicy, PolicyChoice } from './loadPolicy.ts';
import type { Options } from './options.ts';
import { sharedOptions } from './sharedOptions.ts';

/** The options that say which policies decide. */
export const policyOptions = {
  '--policy': sharedOptions.policy,
  '--no-default-policy': sharedOptions.noDefaultPolicy,
  '--cwd': sharedOptions.workingDirectory,
} as const;

/** The directory that a command is decided for. */
export function workingDirectoryOf(options: Options, context: CommandContext): string {
  return resolve(context.cwd, options.value('--cwd') ?? '.');
}

/** Which policies the options choose. */
export function policyChoiceOf(options: Options, context: CommandContext): PolicyChoice {
  return {
    bundleFolder: context.bundleFolder,
    hasDefault: !options.has('--no-default-policy'),
    files: options.list('--policy').map((file) => resolve(context.cwd, file)),
    home: homeDirectory(context.environment['HOME']),
    temporary: context.environment['TMPDIR'],
    cwd: workingDirectoryOf(options, context),
  };
}

/** Loads the policies of a choice. A file that was named and is of no use is a failure; another is only reported. */
export async function loadChosenPolicy(
  choice: PolicyChoice,
  context: CommandContext,
): Promise<Result<LoadedPolicy, string>> {
  // The grammar's loader takes longer than all the rest; the other commands do without it.
  const { loadPolicy } = await import('./loadPolicy.ts');
  const policy = await loadPolicy(choice);
  if (!policy.ok) return policy;
  const named = problemsOf(policy.value, (file) => choice.files.includes(file));
  if (named.length > 0) return failure(named.join('; '));
  for (const problem of problemsOf(policy.value, () => true)) say(context, `a policy has no say: ${problem}`);
  return policy;
}

function problemsOf(policy: LoadedPolicy, isWanted: (file: string) => boolean): readonly string[] {
  return policy.problems
    .filter(({ file }) => isWanted(file))
    .map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
}
