import { readSync } from 'node:fs';
import type { CommandContext } from './command.ts';

/** The longest answer that is read, in bytes. */
const maxAnswerBytes = 100;

/** Asks on standard error and reads a line from standard input; only `y` and `yes` say yes, no answer says no. */
export function askPerson(question: string, { output }: CommandContext): boolean {
  output.err(`${question} [y/N] `);
  const bytes = Buffer.alloc(maxAnswerBytes);
  let length = 0;
  try {
    while (length < maxAnswerBytes && !bytes.subarray(0, length).includes('\n')) {
      const read = readSync(0, bytes, length, 1, null);
      if (read === 0) break;
      length += read;
    }
  } catch {
    return false;
  }
  return /^(?:y|yes)$/i.test(bytes.toString('utf8', 0, length).trim());
}
