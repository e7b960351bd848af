import type { Command } from '../command.ts';
import { createCompletionTree } from '../completionTree.ts';
import type { CompletionNode } from '../completionTree.ts';
import { exitStatus } from '../exitStatus.ts';
import { formatBashCompletion } from '../formatBashCompletion.ts';
import { formatFishCompletion } from '../formatFishCompletion.ts';
import { formatZshCompletion } from '../formatZshCompletion.ts';

const formats: ReadonlyMap<string, (tree: readonly CompletionNode[]) => string> = new Map([
  ['bash', formatBashCompletion],
  ['zsh', formatZshCompletion],
  ['fish', formatFishCompletion],
]);

const shells = [...formats.keys()];

/** `rampart completion`: prints the script by which a shell completes our words. `commands` gives all of them. */
export function createCompletionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print what lets a shell complete our words',
    manual: {
      synopsis: ['bash|zsh|fish'],
      description: [
        'Prints a script that the shell sources: commands, options and their values are then completed with the tab key.',
      ],
      examples: [
        { line: 'source <(rampart completion bash)', text: 'In ~/.bashrc.' },
        {
          line: 'rampart completion zsh',
          text: 'In ~/.zshrc, behind compinit, as `source <(rampart completion zsh)`.',
        },
        {
          line: 'rampart completion fish',
          text: 'Into ~/.config/fish/completions/rampart.fish.',
        },
      ],
      exits: [[exitStatus.done, 'it was printed']],
    },
    options: {},
    words: shells,
    run: (options, context) => {
      const [shell = '', ...others] = options.words;
      const format = formats.get(shell);
      if (format === undefined || others.length > 0)
        return Promise.resolve({ usage: `name one shell: ${shells.join(', ')}` });
      context.output.out(format(createCompletionTree(commands())));
      return Promise.resolve(exitStatus.done);
    },
  };
}
