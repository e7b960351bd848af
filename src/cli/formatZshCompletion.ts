import type { Choice, CompletionNode } from './completionTree.ts';
import { takesValue, wordPatterns } from './completionTree.ts';

/** A script that completes `rampart` in zsh; to be sourced behind `compinit`, or put into `fpath` as `_rampart`. */
export function formatZshCompletion(tree: readonly CompletionNode[]): string {
  return `#compdef rampart
# Completion of rampart for zsh; to be sourced behind compinit.
_rampart() {
  local current=\${words[CURRENT]} previous=\${words[CURRENT-1]} name= kind= index
  local -a options choices
  for ((index = 2; index < CURRENT; index++)); do
    case "$name \${words[index]}" in
      (${wordPatterns(tree, takesValue)}) ((index++)) ;;
      (${tree.flatMap(({ path }) => (path === '' ? [] : [`' ${path}'`])).join(' | ')}) name+=" \${words[index]}" ;;
      (*' --') shift $index words; ((CURRENT -= index)); _normal; return ;;
      (${tree.flatMap(({ path, firstWordEnds }) => (firstWordEnds ? [`' ${path} '[^-]*`] : [])).join(' | ')}) shift $((index - 1)) words; ((CURRENT -= index - 1)); _normal; return ;;
    esac
  done
  case "$name $previous" in
${tree.flatMap(formatChoices).join('\n')}
    (${wordPatterns(tree, ({ takes }) => takes === 'path')}) _files; return ;;
    (${wordPatterns(tree, ({ takes }) => takes === 'text')}) return ;;
  esac
  case "$name" in
${tree.map(formatNode).join('\n')}
  esac
  if [[ $current == -* ]]; then _describe option options
  elif ((\${#choices} > 0)); then _describe command choices
  elif [[ $kind == program ]]; then _command_names -e
  elif [[ $kind == file ]]; then _files
  fi
}
compdef _rampart rampart
`;
}

function formatChoices({ path, options }: CompletionNode): readonly string[] {
  return options.flatMap(({ word, takes }) =>
    typeof takes === 'object' && takes !== null
      ? [`    ('${` ${path}`.trimEnd()} ${word}') compadd -- ${takes.join(' ')}; return ;;`]
      : [],
  );
}

function formatNode({ path, next, options, words }: CompletionNode): string {
  const listed = [...next, ...(typeof words === 'string' ? [] : words.map((word) => ({ word, text: '' })))];
  const kind = typeof words === 'string' && words !== 'none' ? ` kind=${words}` : '';
  return `    ('${` ${path}`.trimEnd()}') options=(${options.map(formatChoice).join(' ')}) choices=(${listed.map(formatChoice).join(' ')})${kind} ;;`;
}

/** `word:description` as \`_describe\` takes it. */
function formatChoice({ word, text }: Choice): string {
  return `'${word}${text === '' ? '' : `:${text.replaceAll("'", "'\\''")}`}'`;
}
