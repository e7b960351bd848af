import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';

/** One option of a command. */
export interface OptionEntry {
  /** A switch, one value (the last counts), or many. */
  readonly kind: 'switch' | 'value' | 'list';
  /** What the manual calls its value. */
  readonly value?: string;
  /** What the manual says of it. */
  readonly text: string;
  /** Its value is a path. */
  readonly isPath?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
}

/** What options a command takes, by name with their dashes. */
export type OptionTable = Readonly<Record<string, OptionEntry>>;

/** What a command was told. */
export interface Options {
  has(name: string): boolean;
  /** The value of an option; undefined when it was not given. */
  value(name: string): string | undefined;
  list(name: string): readonly string[];
  /** The words that are no options. */
  readonly words: readonly string[];
}

/**
 * Reads a command's arguments. `--name value` and `--name=value` are the same, `--` ends the options.
 * With `firstWordEnds` the first word that is no option does so too: what follows is another program's.
 */
export function parseOptions(
  table: OptionTable,
  words: readonly string[],
  firstWordEnds = false,
): Result<Options, string> {
  const given = new Map<string, string[]>();
  const rest: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--' || (firstWordEnds && !isOption(word))) {
      rest.push(...words.slice(word === '--' ? index + 1 : index));
      break;
    }
    if (!isOption(word)) {
      rest.push(word);
      continue;
    }
    const option = parseOption(table, word, words[index + 1]);
    if (!option.ok) return option;
    const { name, value, takesNext } = option.value;
    given.set(name, [...(given.get(name) ?? []), value]);
    if (takesNext) index += 1;
  }
  return success({
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    list: (name) => given.get(name) ?? [],
    words: rest,
  });
}

interface ParsedOption {
  readonly name: string;
  readonly value: string;
  readonly takesNext: boolean;
}

function parseOption(
  table: OptionTable,
  word: string,
  next: string | undefined,
): Result<ParsedOption, string> {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word : word.slice(0, equals);
  const kind = Object.hasOwn(table, name) ? table[name]?.kind : undefined;
  if (kind === undefined) return failure(`unknown option \`${name}\``);
  if (kind === 'switch') {
    return equals === -1
      ? success({ name, value: '', takesNext: false })
      : failure(`option \`${name}\` takes no value`);
  }
  if (equals !== -1) return success({ name, value: word.slice(equals + 1), takesNext: false });
  if (next === undefined || next.startsWith('--')) return failure(`option \`${name}\` needs a value`);
  return success({ name, value: next, takesNext: true });
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}
