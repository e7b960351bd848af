import type { Result } from '../base/result.ts';
import { failure, success } from '../base/result.ts';
import type { Word } from './shellScript.ts';
import { valueOptionsOf } from './valueOptions.ts';
import { compileWildcard } from './wildcard.ts';

/** The longest shape that loads. */
const maxShapeLength = 512;

/**
 * A command described by its program, its first operands and its options: `git push -f|--force`.
 * Options may stand anywhere, in a cluster, abbreviated or with `=value`; further operands and options may follow.
 */
export interface CommandShape {
  readonly source: string;
  /** The names that the program can have; null when they are patterns. */
  readonly programs: readonly string[] | null;
  /**
   * Whether a command has this shape. A granting test takes the program only as it is written in the shape, and
   * never guesses whether a word is an option's value.
   */
  test(program: string, words: readonly Word[], isGranting: boolean): boolean;
}

/** One word of a shape: any of its alternatives will do. */
type Alternatives = (word: string) => boolean;

interface Shape {
  readonly program: Alternatives;
  /** `null` stands for `...`: any operands, or none. */
  readonly operands: readonly (Alternatives | null)[];
  readonly options: readonly (readonly string[])[];
  readonly absent: readonly (readonly string[])[];
}

/** A word of a command that is not an option; `isGuess` when it may as well be the value of the option before it. */
interface Operand {
  readonly text: string;
  readonly isGuess: boolean;
}

/** Reads a shape: a program, operands, `...`, options, and with `!` before it an option that must be absent. */
export function parseCommandShape(source: string): Result<CommandShape, string> {
  const words = source.split(' ').filter((word) => word !== '');
  const [program, ...rest] = words;
  if (source.length > maxShapeLength) return failure(`shape is longer than ${maxShapeLength} characters`);
  if (program === undefined || /^[-!.]/.test(program))
    return failure('a shape begins with the name of a program');
  const absent = rest.filter((word) => word.startsWith('!'));
  const wrong = absent.find((word) => !word.startsWith('!-'));
  if (wrong !== undefined) return failure(`only an option can be absent: ${wrong}`);
  const shape: Shape = {
    program: compileAlternatives(program),
    operands: rest
      .filter((word) => !/^[-!]/.test(word))
      .map((word) => (word === '...' ? null : compileAlternatives(word))),
    options: rest.filter((word) => word.startsWith('-')).map((word) => word.split('|')),
    absent: absent.map((word) => word.slice(1).split('|')),
  };
  return success({
    source,
    programs: /[*?[]/.test(program) ? null : program.split('|'),
    test: (name, given, isGranting) => isMatch(shape, name, given, isGranting),
  });
}

function compileAlternatives(word: string): Alternatives {
  if (!/[*?[]/.test(word)) {
    const names = new Set(word.split('|'));
    return (text) => names.has(text);
  }
  const patterns = word.split('|').map((part) => compileWildcard(part.replaceAll(/\*+/g, '**')));
  return (text) => patterns.some((pattern) => pattern(text));
}

function isMatch(shape: Shape, program: string, words: readonly Word[], isGranting: boolean): boolean {
  if (!shape.program(isGranting ? (words[0]?.text ?? '') : program)) return false;
  const { operands, options } = sortWords(program, words);
  return (
    shape.options.every((wanted) => hasOption(options, wanted)) &&
    !shape.absent.some((unwanted) => hasOption(options, unwanted)) &&
    isOperandMatch(shape.operands, operands, isGranting)
  );
}

/** The option as if the next word were attached to it. */
function withNext(option: string, next: Word | undefined): readonly string[] {
  return next === undefined || option.includes('=') ? [] : [`${option}=${next.text}`];
}

/** Tells options from operands. The word behind an option that may take a value is a guess. */
function sortWords(
  program: string,
  words: readonly Word[],
): { readonly operands: readonly Operand[]; readonly options: readonly string[] } {
  const withValue = valueOptionsOf(program);
  const operands: Operand[] = [];
  const options: string[] = [];
  let isBehindOption = false;
  for (let at = 1; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (text === '--') {
      operands.push(...words.slice(at + 1).map((word) => ({ text: word.text, isGuess: false })));
      break;
    }
    const isOption = text.length > 1 && text.startsWith('-');
    if (!isOption) operands.push({ text, isGuess: isBehindOption });
    else {
      options.push(text, ...withNext(text, words[at + 1]));
      if (withValue.has(text)) at += 1;
    }
    isBehindOption = isOption && !withValue.has(text) && !text.includes('=');
  }
  return { operands, options };
}

function hasOption(given: readonly string[], wanted: readonly string[]): boolean {
  return given.some((option) => wanted.some((name) => isSameOption(option, name)));
}

/** The shortest abbreviation of a long option that is taken for it. */
const minAbbreviation = 5;

function isSameOption(given: string, wanted: string): boolean {
  if (given === wanted) return true;
  if (wanted.includes('=')) return /^-\w=/.test(wanted) && given === wanted.replace('=', '');
  const name = given.split('=', 1)[0] ?? given;
  if (wanted.startsWith('--'))
    return name === wanted || (name.length >= minAbbreviation && wanted.startsWith(name));
  if (wanted.length > 2) return name === wanted;
  return /^-[A-Za-z0-9]+$/.test(given) && given.includes(wanted.charAt(1));
}

/** Follows every reading at once: `live` holds how many of the wanted operands have been met. */
function isOperandMatch(
  wanted: readonly (Alternatives | null)[],
  given: readonly Operand[],
  isGranting: boolean,
): boolean {
  let live = skipOpen(wanted, new Set([0]));
  for (const { text, isGuess } of given) {
    if (live.has(wanted.length)) return true;
    if (isGuess && isGranting) return false;
    const next = new Set<number>();
    for (const index of live) {
      const pattern = wanted[index];
      if (pattern === null || isGuess) next.add(index);
      if (pattern?.(text) === true) next.add(index + 1);
    }
    live = skipOpen(wanted, next);
  }
  return live.has(wanted.length);
}

function skipOpen(wanted: readonly (Alternatives | null)[], live: ReadonlySet<number>): ReadonlySet<number> {
  const reached = new Set(live);
  for (const index of reached) if (wanted[index] === null) reached.add(index + 1);
  return reached;
}
