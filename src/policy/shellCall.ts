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
  let isText = false;
  let isInput = false;
  let at = 1;
  for (; at < words.length; at += 1) {
    const option = words[at]?.text ?? '';
    if (option === '--' || option === '-') {
      at += 1;
      break;
    }
    if (!/^[-+]./.test(option)) break;
    if (/^-(?:-?[Cc]ommand|-?EncodedCommand|c\w*)$/.test(option) || isClusterWith(option, 'c')) isText = true;
    if (isClusterWith(option, 's')) isInput = true;
    if (longValueOptions.has(option) || /^[-+][A-Za-z]*[oO]$/.test(option)) at += 1;
  }
  const operands = words.slice(at);
  const [first] = operands;
  if (isText) return { text: first ?? null, parameters: operands.slice(1), script: null, readsInput: false };
  const script = isInput ? null : (first ?? null);
  return { text: null, parameters: operands, script, readsInput: script === null };
}

function isClusterWith(option: string, letter: string): boolean {
  return /^-[A-Za-z]+$/.test(option) && option.includes(letter);
}
