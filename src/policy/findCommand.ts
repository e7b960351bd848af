import type { Launch } from './launch.ts';
import { emptyLaunch } from './launch.ts';
import type { Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';

/** Actions of find and fd that start a command. */
const execActions: ReadonlySet<string> = new Set([
  '-exec',
  '-execdir',
  '-ok',
  '-okdir',
  '-x',
  '-X',
  '--exec',
  '--exec-batch',
]);

/** The commands that a call of find or fd starts; `{}` in them stands for what is found. */
export function readFindLaunches(words: readonly Word[]): readonly Launch[] {
  const launches: Launch[] = [];
  for (let at = 1; at < words.length; at += 1) {
    if (!execActions.has(words[at]?.text ?? '')) continue;
    const start = at + 1;
    while (at < words.length && !/^[;+]$/.test(words[at]?.text ?? '')) at += 1;
    const command = words.slice(start, at);
    if (command.length > 0) launches.push(launchOf(command));
  }
  return launches;
}

function launchOf(command: readonly Word[]): Launch {
  return {
    ...emptyLaunch,
    words: command.map((word) => (word.text.includes('{}') ? { ...word, isKnown: false } : word)),
  };
}

/** Where a call of find looks, and whether it takes everything it meets there. */
export interface FindScope {
  readonly roots: readonly Word[];
  readonly hasFilter: boolean;
}

/** Options of fd whose value is the next word. */
const fdValueOptions: ReadonlySet<string> = new Set(
  '-t --type -e --extension -d --max-depth --min-depth --exact-depth -E --exclude -c --color -j --threads -S --size -o --owner'.split(
    ' ',
  ),
);

/** Where a call of fd looks: everything behind the pattern; without it, the current directory. */
export function readFdScope(words: readonly Word[]): FindScope {
  const operands: Word[] = [];
  for (let at = 1; at < words.length && !execActions.has(words[at]?.text ?? ''); at += 1) {
    const word = words[at];
    if (fdValueOptions.has(word?.text ?? '')) at += 1;
    else if (word !== undefined && !word.text.startsWith('-')) operands.push(word);
  }
  const roots = operands.slice(1);
  return { roots: roots.length === 0 ? [literalWord('.')] : roots, hasFilter: true };
}

/** Expressions of find that pick nothing out. */
const neutralExpressions: ReadonlySet<string> = new Set([
  '-delete',
  '-print',
  '-print0',
  '-depth',
  '-mindepth',
  '-xdev',
  '-mount',
  '-noleaf',
  '-exec',
  '-execdir',
]);

/** The starting points of a call of find; without one it is the current directory. */
export function readFindScope(words: readonly Word[]): FindScope {
  let at = 1;
  while (/^-(?:[HLP]|O\d|D)$/.test(words[at]?.text ?? '')) at += words[at]?.text === '-D' ? 2 : 1;
  const roots: Word[] = [];
  for (; at < words.length && !/^[-(!]/.test(words[at]?.text ?? ''); at += 1) {
    const root = words[at];
    if (root !== undefined) roots.push(root);
  }
  // Options of the `rm` behind -exec are no expressions of find.
  const hasFilter = words
    .slice(at)
    .some(({ text }) => /^-[a-z]/.test(text) && !neutralExpressions.has(text) && !/^-[rfRdv]+$/.test(text));
  return { roots: roots.length === 0 ? [literalWord('.')] : roots, hasFilter };
}

/** How many names below places are told apart; of more, each stands below the first place alone. */
const maxSought = 4_096;

/** A name below each place where `find` looks, without its wildcards. */
export function namesSought(words: readonly Word[]): readonly Word[] {
  const { roots } = readFindScope(words);
  const names = words.flatMap(({ text }, index) =>
    /^-(?:i?name|i?path|i?wholename)$/.test(words[index - 1]?.text ?? '') ? [text.replaceAll('*', '')] : [],
  );
  const below = (root: Word): readonly Word[] =>
    names.map((name) => ({ ...root, text: `${root.text}/${name}` }));
  if (roots.length * names.length > maxSought) return [...roots, ...roots.slice(0, 1).flatMap(below)];
  return roots.flatMap((root) => [root, ...below(root)]);
}
