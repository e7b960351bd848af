import type { Word } from './shellScript.ts';

const shells: ReadonlySet<string> = new Set(
  'sh bash rbash zsh dash ash ksh ksh93 mksh pdksh yash fish csh tcsh pwsh powershell'.split(' '),
);

/** Long options of shells whose value is the next word. */
const longValueOptions: ReadonlySet<string> = new Set(['--rcfile', '--init-file', '--emulate']);

/** How a shell was called. */
export interface ShellCall {
  /** The text of `-c`; null when there is none. */
  readonly text: Word | null;
  /** What `$0`, `$1` and on are in that text. */
  readonly parameters: readonly Word[];
  /** The script file that it runs; null when there is none. */
  readonly script: Word | null;
  /** It runs what it reads from its standard input. */
  readonly readsInput: boolean;
}

/** Whether a program, by its name without a path, is a shell; a login shell's name begins with a dash. */
export function isShell(program: string): boolean {
  return shells.has(program.startsWith('-') ? program.slice(1) : program);
}

/**
 * Reads the words of a call of a shell, in every spelling of `-c`: `-euo pipefail -c`, `-c -l`, `-lc`, `--norc -c`.
 * Option parsing ends at the first operand, as POSIX has it; that operand is the text when `-c` stood before it.
 */
export function readShellCall(words: readonly Word[]): ShellCall {
  const start = operandStart(words);
  const options = words.slice(1, start).map((word) => word.text);
  const operands = words.slice(start);
  const [first = null, ...rest] = operands;
  if (options.some(isTextOption)) return { text: first, parameters: rest, script: null, readsInput: false };
  const script = options.some((option) => isClusterWith(option, 's')) ? null : first;
  return { text: null, parameters: operands, script, readsInput: script === null };
}

/** Where the operands begin; a lone dash ends the options too. */
function operandStart(words: readonly Word[]): number {
  let at = 1;
  for (; at < words.length; at += 1) {
    const option = words[at]?.text ?? '';
    if (/^--?$/.test(option)) return at + 1;
    if (!/^[-+]/.test(option)) break;
    if (longValueOptions.has(option) || /^[-+][A-Za-z]*[oO]$/.test(option)) at += 1;
  }
  return at;
}

function isTextOption(option: string): boolean {
  return isClusterWith(option, 'c') || /^--?[Cc]ommand$/.test(option);
}

function isClusterWith(option: string, letter: string): boolean {
  return /^-[A-Za-z]+$/.test(option) && option.includes(letter);
}
