import type { Word } from './shellScript.ts';

/**
 * The directory that `cp`, `install`, `ln` or `mv` is told to put all operands into: `-t DIRECTORY`, `-ftDIRECTORY`,
 * `--target-directory=DIRECTORY`; undefined where it is the last operand.
 */
export function targetDirectoryIn(words: readonly Word[]): Word | undefined {
  const end = words.findIndex(({ text }) => text === '--');
  const options = end < 0 ? words : words.slice(0, end);
  for (const [index, word] of options.entries()) {
    const [, value] = /^(?:-[A-RT-Za-su-z]*t|--t[a-z-]*(?:$|=))(.*)$/s.exec(word.text) ?? [];
    if (value !== undefined) return value === '' ? words[index + 1] : { ...word, text: value };
  }
  return undefined;
}
