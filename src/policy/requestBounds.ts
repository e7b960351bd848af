import type { ExecRequest } from '../protocol/execRequest.ts';
import { condenseWords } from './condenseWords.ts';
import type { ShellCommand } from './shellScript.ts';

/** The longest command text, and the longest arguments together, in characters; the library sends no more. */
const maxTextLength = 1_048_576;

/** The longest shell text that is read, in characters: twice what Linux takes as one argument. */
export const maxShellTextLength = 262_144;

/** The most redirections, and the most assignments, of one command. */
const maxAttached = 1_024;

/** Whether a request has more text than is judged. */
export function isTooLong({ command, argv }: ExecRequest): boolean {
  if (command.length > maxTextLength) return true;
  let left = maxTextLength;
  return argv?.every(({ length }) => (left -= length + 1) >= 0) === false;
}

/** A command as far as it is judged: itself, or with fewer words. Null when it has too much of anything. */
export function boundCommand(
  command: ShellCommand,
  isSought: (word: string) => boolean,
): ShellCommand | null {
  const { words, redirections, assignments } = command;
  if (redirections.length > maxAttached || assignments.length > maxAttached) return null;
  const judged = condenseWords(words, isSought);
  if (judged === null) return null;
  return judged === words ? command : { ...command, words: judged };
}
