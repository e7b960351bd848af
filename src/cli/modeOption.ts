import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { isMode, modes } from '../protocol/mode.ts';
import type { Mode } from '../protocol/mode.ts';

/** Reads a mode that somebody typed; undefined stays undefined. */
export function parseModeWord(word: string | undefined): Result<Mode | undefined, string> {
  if (word === undefined || isMode(word)) return success(word);
  return failure(`unknown mode \`${word}\`, there are ${modes.join(', ')}`);
}
