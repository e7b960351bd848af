import type { CompletionNode } from './completionTree.ts';
import { takesValue, wordPatterns } from './completionTree.ts';

/** A script that completes `rampart` in bash; to be sourced. All words in it are ours, so none needs quoting. */
export function formatBashCompletion(tree: readonly CompletionNode[]): string {
  return `# Completion of rampart for bash; to be sourced.
_rampart_program() {
  if declare -F _command_offset >/dev/null; then _command_offset "$1"
  elif ((COMP_CWORD == $1)); then COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}"))
  else COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}
_rampart() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} name= options= words= kind= index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$name \${COMP_WORDS[index]}" in
      ${wordPatterns(tree, takesValue)}) ((index++)) ;;
      ${tree.flatMap(({ path }) => (path === '' ? [] : [`' ${path}'`])).join(' | ')}) name+=" \${COMP_WORDS[index]}" ;;
      *' --') _rampart_program $((index + 1)); return ;;
      ${tree.flatMap(({ path, firstWordEnds }) => (firstWordEnds ? [`' ${path} '[!-]*`] : [])).join(' | ')}) _rampart_program "$index"; return ;;
    esac
  done
  case "$name $previous" in
${tree.flatMap(formatChoices).join('\n')}
    ${wordPatterns(tree, ({ takes }) => takes === 'path')}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${wordPatterns(tree, ({ takes }) => takes === 'text')}) return ;;
  esac
  case "$name" in
${tree.map(formatNode).join('\n')}
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [[ $kind == program ]]; then COMPREPLY=($(compgen -c -- "$current"))
  elif [[ $kind == file ]]; then compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _rampart rampart
`;
}

function formatChoices({ path, options }: CompletionNode): readonly string[] {
  return options.flatMap(({ word, takes }) =>
    typeof takes === 'object' && takes !== null
      ? [
          `    '${` ${path}`.trimEnd()} ${word}') COMPREPLY=($(compgen -W '${takes.join(' ')}' -- "$current")); return ;;`,
        ]
      : [],
  );
}

function formatNode({ path, next, options, words }: CompletionNode): string {
  const listed = [...next.map(({ word }) => word), ...(typeof words === 'string' ? [] : words)];
  const kind = typeof words === 'string' && words !== 'none' ? ` kind=${words}` : '';
  const names = options.map(({ word }) => word).join(' ');
  return `    '${` ${path}`.trimEnd()}') options='${names}' words='${listed.join(' ')}'${kind} ;;`;
}
