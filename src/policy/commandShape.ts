import type { Result } from '../base/result.ts';
import { failure, success } from '../base/result.ts';
import type { Word } from './shellScript.ts';
import { valueOptionsOf } from './valueOptions.ts';
import { compileWildcard } from './wildcard.ts';

/** The longest shape that loads, and the most operands that it names; as many as an integer has bits to follow them with. */
const maxShapeLength = 512;
const maxShapeOperands = 30;

/**
 * A command described by its program, its first operands and its options: `git push -f|--force`.
 * Options may stand anywhere, in a cluster, abbreviated or with `=value`; further operands and options may follow.
 */
export interface CommandShape {
  readonly source: string;
  /** The names that the program can have; null when they are patterns. */
  readonly programs: readonly string[] | null;
  /** Words one of which stands in every command of this shape; null when none is known. */
  readonly needed: readonly string[] | null;
  /** Whether it speaks of a program of this name. */
  isNamed(program: string): boolean;
  /**
   * Whether a command has this shape. A granting test takes the program only as it is written in the shape, and
   * never guesses whether a word is an option's value.
   */
  test(command: SortedCommand, isGranting: boolean): boolean;
}

/** A command with its words told apart. */
export interface SortedCommand {
  readonly program: string;
  /** The program as it is written. */
  readonly written: string;
  readonly operands: readonly Operand[];
  readonly options: readonly Option[];
}

/** A word of a command that is not an option; `isGuess` when it may as well be the value of the option before it. */
interface Operand {
  readonly text: string;
  readonly isGuess: boolean;
}

/** An option, and the word behind it, which may be its value. */
interface Option {
  readonly text: string;
  readonly next: string | null;
}

/** One word of a shape: any of its alternatives will do. */
type Alternatives = (word: string) => boolean;

type OptionTest = (option: Option) => boolean;

interface Shape {
  /** `null` stands for `...`: any operands, or none. */
  readonly operands: readonly (Alternatives | null)[];
  readonly options: readonly (readonly OptionTest[])[];
  readonly absent: readonly (readonly OptionTest[])[];
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
  const operands = rest.filter((word) => !/^[-!]/.test(word));
  if (operands.length > maxShapeOperands) return failure(`shape has more than ${maxShapeOperands} operands`);
  const shape: Shape = {
    operands: operands.map((word) => (word === '...' ? null : compileAlternatives(word))),
    options: rest.filter((word) => word.startsWith('-')).map(compileOptions),
    absent: absent.map((word) => compileOptions(word.slice(1))),
  };
  const isNamed = compileAlternatives(program);
  return success({
    source,
    programs: namesIn(program),
    needed: operands.map(namesIn).find((names) => names !== null) ?? null,
    isNamed,
    test: (command, isGranting) =>
      isNamed(isGranting ? command.written : command.program) &&
      (isGranting || !isAskedForHelp(command)) &&
      isMatch(shape, command, isGranting),
  });
}

/** The texts that a word of a shape stands for; null when they are patterns, or any. */
function namesIn(word: string): readonly string[] | null {
  return word === '...' || /[*?[]/.test(word) ? null : word.split('|');
}

function compileAlternatives(word: string): Alternatives {
  const texts = namesIn(word);
  if (texts !== null) {
    const names = new Set(texts);
    return (text) => names.has(text);
  }
  const patterns = word.split('|').map((part) => compileWildcard(part.replaceAll(/\*+/g, '**')));
  return (text) => patterns.some((pattern) => pattern(text));
}

function compileOptions(word: string): readonly OptionTest[] {
  return word.split('|').map(compileOption);
}

/** The shortest abbreviation of a long option that is taken for it. */
const minAbbreviation = 5;

function compileOption(wanted: string): OptionTest {
  const equals = wanted.indexOf('=');
  if (equals >= 0) {
    const attached = /^-\w=/.test(wanted) ? wanted.replace('=', '') : wanted;
    const name = wanted.slice(0, equals);
    const value = wanted.slice(equals + 1);
    return ({ text, next }) =>
      text === wanted || text === attached || (next === value && text === name && name !== '');
  }
  if (wanted.startsWith('--'))
    return ({ text }) => {
      const name = nameOf(text);
      return name === wanted || isAbbreviation(name, wanted);
    };
  if (wanted.length > 2) return ({ text }) => text === wanted || nameOf(text) === wanted;
  const letter = wanted.charAt(1);
  return ({ text }) => text === wanted || (text.includes(letter) && /^-[A-Za-z0-9]+$/.test(text));
}

/** What stops before a dash is an option of its own: `--export` is no short form of `--export-secret-keys`. */
function isAbbreviation(name: string, wanted: string): boolean {
  return name.length >= minAbbreviation && wanted.startsWith(name) && wanted[name.length] !== '-';
}

function nameOf(option: string): string {
  const equals = option.indexOf('=');
  return equals < 0 ? option : option.slice(0, equals);
}

/** Tools whose last word `--help` makes them print how they are used, whatever else was said. */
const helpful: ReadonlySet<string> = new Set(
  'git gh glab kubectl oc helm aws gcloud az terraform tofu pulumi npm pnpm yarn cargo rampart systemctl heroku fly flyctl vercel netlify wrangler firebase supabase doctl hcloud vault consul nomad'.split(
    ' ',
  ),
);

function isAskedForHelp({ program, operands, options }: SortedCommand): boolean {
  const last = options.at(-1);
  if (operands.length === 0 && options.length === 1 && /^--(?:help|version)$/.test(last?.text ?? ''))
    return true;
  if (program === 'aws' && operands.at(-1)?.text === 'help') return true;
  return last?.text === '--help' && last.next === null && helpful.has(program);
}

function isMatch({ operands, options, absent }: Shape, command: SortedCommand, isGranting: boolean): boolean {
  const has = (wanted: readonly OptionTest[]): boolean =>
    command.options.some((option) => wanted.some((test) => test(option)));
  return (
    (operands.length === 0 || isOperandMatch(operands, command.operands, isGranting)) &&
    options.every(has) &&
    !absent.some(has)
  );
}

/** Tells options from operands. The word behind an option that may take a value is a guess. */
export function sortCommand(program: string, words: readonly Word[]): SortedCommand {
  const withValue = valueOptionsOf(program);
  const texts = words.map((word) => word.text);
  const end = texts.indexOf('--', 1);
  const operands: Operand[] = [];
  const options: Option[] = [];
  let isBehindOption = false;
  for (let at = 1; at < (end < 0 ? texts.length : end); at += 1) {
    const text = texts[at] ?? '';
    if (isOption(text)) {
      options.push({ text, next: texts[at + 1] ?? null });
      isBehindOption = !withValue.has(text) && !text.includes('=');
      if (withValue.has(text)) at += 1;
    } else {
      operands.push({ text, isGuess: isBehindOption });
      isBehindOption = false;
    }
  }
  if (end >= 0) for (const text of texts.slice(end + 1)) operands.push({ text, isGuess: false });
  return { program, written: texts[0] ?? '', operands, options };
}

function isOption(text: string): boolean {
  return text.length > 1 && text.startsWith('-');
}

/** Follows every reading at once: a bit of `live` says that so many of the wanted operands may have been met. */
function isOperandMatch(
  wanted: readonly (Alternatives | null)[],
  given: readonly Operand[],
  isGranting: boolean,
): boolean {
  const all = 1 << wanted.length;
  let live = skipOpen(wanted, 1);
  for (const { text, isGuess } of given) {
    if ((live & all) !== 0) return true;
    if (isGuess && isGranting) return false;
    let next = 0;
    for (let index = 0; index < wanted.length; index += 1) {
      if ((live & (1 << index)) === 0) continue;
      const pattern = wanted[index];
      if (pattern === null || isGuess) next |= 1 << index;
      if (pattern?.(text) === true) next |= 1 << (index + 1);
    }
    if (next === 0) return false;
    live = skipOpen(wanted, next);
  }
  return (live & all) !== 0;
}

function skipOpen(wanted: readonly (Alternatives | null)[], live: number): number {
  let reached = live;
  for (let index = 0; index < wanted.length; index += 1)
    if (wanted[index] === null && (reached & (1 << index)) !== 0) reached |= 1 << (index + 1);
  return reached;
}
