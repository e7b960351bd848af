import type { Word } from './shellScript.ts';

/** The most words of one command that are judged. */
export const maxWords = 8_192;

/** Of a command with more: how many names are kept in any case, and how many more for each directory outside. */
const maxNames = 1_024;
const maxNamesInDirectory = 2;

/** The longest word that can be such a name, in characters. */
const maxNameLength = 4_096;

/** A name of a file in which nothing means anything else, with directories or without. */
const plainName = /^\/?[\p{L}\p{N}_][\p{L}\p{N}_.,+@%-]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}_.,+@%-]*)*$/u;

/**
 * The words of a command, or of one with very many those that tell what it does: options with what stands behind them, whatever is more
 * than a plain name, names that a rule may seek, and some of the others in the place of all. Null when these are too many.
 */
export function condenseWords(
  words: readonly Word[],
  isSought: (text: string) => boolean,
): readonly Word[] | null {
  if (words.length <= maxWords) return words;
  const names = new Names();
  const kept: Word[] = [];
  let isBehindOption = false;
  for (const word of words) {
    const isOption = /^[-+]./.test(word.text);
    const isSpecial = isOption || isBehindOption || !isPlain(word) || isSought(word.text);
    if (isSpecial || names.areTooFewWith(word.text)) kept.push(word);
    if (kept.length > maxWords) return null;
    isBehindOption = isOption;
  }
  return kept;
}

function isPlain({ text, isKnown, isGlob }: Word): boolean {
  return isKnown && !isGlob && text.length <= maxNameLength && plainName.test(text);
}

/** Counts plain names that are kept. */
class Names {
  #count = 0;
  readonly #inDirectories = new Map<string, number>();

  /** Counts one more, unless there are enough of its kind. */
  areTooFewWith(name: string): boolean {
    this.#count += 1;
    if (this.#count <= maxNames) return true;
    if (!name.startsWith('/')) return false;
    const directory = name.slice(0, name.lastIndexOf('/'));
    const count = (this.#inDirectories.get(directory) ?? 0) + 1;
    this.#inDirectories.set(directory, count);
    return count <= maxNamesInDirectory;
  }
}
