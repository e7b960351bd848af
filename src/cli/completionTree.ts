import type { Command, WordKind } from './command.ts';
import type { OptionEntry } from './options.ts';

/** Something that can stand at a place of the line, and what it is. */
export interface Choice {
  readonly word: string;
  readonly text: string;
}

/** An option as a shell completes it. */
export interface CompletedOption extends Choice {
  /** What its value is; null for a switch. */
  readonly takes: 'text' | 'path' | readonly string[] | null;
}

/** What can follow one command's words, or the beginning of some. */
export interface CompletionNode {
  /** `policy lint`; empty for the line's beginning. */
  readonly path: string;
  readonly next: readonly Choice[];
  readonly options: readonly CompletedOption[];
  readonly words: WordKind;
  /** What follows the first word belongs to another program. */
  readonly firstWordEnds: boolean;
}

/** A node for the line's beginning and for every place that words of commands lead to. */
export function createCompletionTree(commands: readonly Command[]): readonly CompletionNode[] {
  const paths = new Set(['']);
  for (const { name } of commands) {
    const parts = name.split(' ');
    parts.forEach((_, index) => paths.add(parts.slice(0, index + 1).join(' ')));
  }
  return [...paths].map((path) => createNode(path, commands));
}

function createNode(path: string, commands: readonly Command[]): CompletionNode {
  const lead = path === '' ? '' : `${path} `;
  const next = new Map<string, string>();
  for (const { name, summary } of commands.filter((each) => each.name.startsWith(lead))) {
    const [word = '', ...rest] = name.slice(lead.length).split(' ');
    const known = next.get(word);
    next.set(word, rest.length === 0 ? summary : (known ?? `${word} …`));
  }
  const command = commands.find(({ name }) => name === path);
  return {
    path,
    next: [...next].map(([word, text]) => ({ word, text })),
    options: [
      ...Object.entries(command?.options ?? {}).map(completeOption),
      { word: '--help', text: 'print the manual', takes: null },
    ],
    words: command?.words ?? 'none',
    firstWordEnds: command?.firstWordEnds === true,
  };
}

function completeOption([word, { kind, text, isPath, choices }]: [string, OptionEntry]): CompletedOption {
  if (kind === 'switch') return { word, text, takes: null };
  return { word, text, takes: choices ?? (isPath === true ? 'path' : 'text') };
}

/** Whether a word follows an option that is its own. */
export function takesValue({ takes }: CompletedOption): boolean {
  return takes !== null;
}

/** Patterns of a shell's `case` for every option of this kind, each behind the words of its command. */
export function wordPatterns(
  tree: readonly CompletionNode[],
  isWanted: (option: CompletedOption) => boolean,
): string {
  return tree
    .flatMap(({ path, options }) =>
      options.filter(isWanted).map(({ word }) => `'${` ${path}`.trimEnd()} ${word}'`),
    )
    .join(' | ');
}
