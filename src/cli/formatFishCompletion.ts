import type { CompletedOption, CompletionNode } from './completionTree.ts';

/** A script that completes `rampart` in fish; to be sourced. */
export function formatFishCompletion(tree: readonly CompletionNode[]): string {
  const paths = tree.flatMap(({ path }) => (path === '' ? [] : [quote(path)])).join(' ');
  return `# Completion of rampart for fish; to be sourced.
function __rampart_at
    set -l name
    for word in (commandline -opc)[2..]
        set -l longer (string join ' ' $name $word)
        contains -- "$longer" ${paths}; and set name $longer
    end
    test "$name" = "$argv[1]"
end
complete -c rampart -f
${tree.flatMap(formatNode).join('\n')}
`;
}

function formatNode({ path, next, options, words }: CompletionNode): readonly string[] {
  const at = `complete -c rampart -n ${quote(`__rampart_at ${quote(path)}`)}`;
  return [
    ...next.map(({ word, text }) => `${at} -a ${word} -d ${quote(text)}`),
    ...options.map((option) => `${at} ${formatOption(option)}`),
    ...(typeof words === 'string' ? [] : [`${at} -a ${quote(words.join(' '))}`]),
    ...(words === 'program' ? [`${at} -a '(__fish_complete_subcommand)'`] : []),
    ...(words === 'file' ? [`${at} -F`] : []),
  ];
}

function formatOption({ word, text, takes }: CompletedOption): string {
  const name = `-l ${word.slice(2)} -d ${quote(text)}`;
  if (takes === null) return name;
  if (takes === 'text') return `${name} -x`;
  return takes === 'path' ? `${name} -r -F` : `${name} -x -a ${quote(takes.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
