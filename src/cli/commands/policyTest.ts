import type { Command } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { policyChoiceOf, policyOptions } from '../policyOptions.ts';

/** `rampart policy test`: runs the cases that stand in policy files. */
export const policyTestCommand: Command = {
  name: 'policy test',
  summary: 'run the tests that stand in policy files',
  manual: {
    synopsis: ['[--cwd C] [--json] [FILE]…'],
    description: [
      "Decides the cases under `tests:` of policy files and prints `ok` or `not ok` for each. A file is a policy with tests of its own, or a suite: `policy:` names the file (absolute, with ~/, or from the suite's directory) that its cases are decided by. Only that one policy counts.",
      'Without FILE the files of the user and the project that have tests are taken. `--json` prints one object: passed, failed, errors, total, tests.',
    ],
    examples: [
      { line: 'rampart policy test policy.yaml', text: 'The tests of one file.' },
      { line: 'rampart policy test --json policy.yaml', text: 'The same for a program.' },
    ],
    exits: [
      [exitStatus.done, 'all passed'],
      [exitStatus.failed, 'one failed, or a file cannot be read'],
    ],
    files: [['~/.rampart/policies/*.yaml', 'the policies of the user']],
  },
  options: {
    '--cwd': {
      ...policyOptions['--cwd'],
      text: 'the directory of cases that name none (default: the current one)',
    },
    '--json': { kind: 'switch', text: 'print JSON' },
  },
  words: 'file',
  run: async (options, context) => {
    const { testPolicyFiles } = await import('../testPolicyFiles.ts');
    return testPolicyFiles(options.words, {
      choice: policyChoiceOf(options, context),
      context,
      isJson: options.has('--json'),
    });
  },
};
