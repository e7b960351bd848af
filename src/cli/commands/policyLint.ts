import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { policyChoiceOf, policyOptions } from '../policyOptions.ts';

/** `rampart policy lint`: what is wrong with policy files. */
export const policyLintCommand: Command = {
  name: 'policy lint',
  summary: 'say what is wrong with policy files',
  manual: {
    synopsis: ['[--strict] [--json] [FILE]…'],
    description: [
      'Reads policy files and prints `FILE:LINE:COLUMN: SEVERITY: TEXT` for what is wrong with them. An error keeps a file out: bad YAML, an unknown or misspelt key, a pattern that cannot be compiled, a name that is taken. A warning is a rule that does nothing: it is never reached, or can match nothing. All else is for information.',
      "Without FILE those that are in force in the directory are read: the built-in one, the user's and the project's.",
    ],
    examples: [
      { line: 'rampart policy lint', text: 'Everything that is in force here.' },
      { line: 'rampart policy lint --strict policy.yaml', text: 'One file, and let warnings fail.' },
    ],
    exits: [
      [exitStatus.done, 'there is no error'],
      [exitStatus.failed, 'there is an error, or with --strict a warning'],
    ],
    files: [
      ['~/.rampart/policies/*.yaml', 'the policies of the user'],
      ['WORKSPACE/.rampart/policy.yaml', 'the policy of a project'],
    ],
  },
  options: {
    '--strict': { kind: 'switch', text: 'warnings count as errors' },
    '--cwd': policyOptions['--cwd'],
    '--json': { kind: 'switch', text: 'print an array of objects: severity, file, line, column, message' },
  },
  words: 'file',
  run: async (options, context) => {
    const { lintFiles } = await import('../lintFiles.ts');
    return lintFiles(options.words, {
      choice: policyChoiceOf(options, context),
      context,
      isStrict: options.has('--strict'),
      isJson: options.has('--json'),
    });
  },
};
