import type { Component } from './component.ts';
import { quoteWord } from './shellQuote.ts';
import type { Span, Word } from './shellScript.ts';

/** Let through some lines of what they are given, in parts or in another order. */
export const sifters: ReadonlySet<string> = new Set(
  'sort head tail uniq awk sed cut tac shuf tr egrep fgrep'.split(' '),
);

/** Whether a span lies before another, so that going back comes to an end. */
export function isBefore(span: Span | null, other: Span | null): boolean {
  return span !== null && other !== null && span.to < other.to;
}

/** Print paths that lie where their operands say. */
export const listers: ReadonlySet<string> = new Set([
  'ls',
  'git',
  'fd',
  'fdfind',
  'rg',
  'grep',
  'du',
  'tree',
]);

/** The places outside of where it runs that a command lists. */
export function listedPlaces({ words }: Component): readonly Word[] {
  return words
    .slice(1)
    .filter(({ text }) => /^(?:\/|\.\.)/.test(text))
    .map((word) =>
      word.isGlob ? word : { ...word, text: `${word.text.replace(/\/+$/, '')}/?`, written: null },
    );
}

/** A shell text with what parallel would add to it; a wildcard goes on being one. */
export function withOperands(text: string, added: readonly Word[]): string {
  return [text, ...added.map((word) => (word.isGlob ? word.text : quoteWord(word.text)))].join(' ');
}
