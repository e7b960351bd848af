import type {
  Assignment,
  DirectoryChange,
  Redirection,
  ShellCommand,
  ShellVariables,
  Span,
  Word,
} from './shellScript.ts';
import { literalWord } from './shellScript.ts';
import { expandCommandWord, expandWord } from './shellWord.ts';

/** The most commands that are read from one text. */
export const maxCommands = 5_000;

/** What holds in one shell. A subshell begins with what holds around it, and changes nothing of that. */
interface ShellState {
  /** What the text has set in this shell so far; null for what only the run can tell. */
  readonly changed: Map<string, readonly string[] | null>;
  readonly directory: DirectoryChange | null;
  readonly input: Span | null;
}

/** A command as it stands in the text, before anything is put in. */
export interface CommandSource {
  readonly words: readonly string[];
  readonly assignments: readonly string[];
  readonly redirections: readonly string[];
  readonly hereText: string | null;
}

/** Commands that set variables from words of the form `NAME=value`. */
export const declarations: ReadonlySet<string> = new Set([
  'export',
  'declare',
  'local',
  'readonly',
  'typeset',
]);

/** Commands after which the variables that they name hold something that only the run can tell. */
const forgetting: ReadonlySet<string> = new Set([
  'read',
  'unset',
  'mapfile',
  'readarray',
  'getopts',
  'printf',
  'let',
]);

const positional: readonly string[] = [...Array.from({ length: 10 }, (_, index) => String(index)), '@', '*'];

/**
 * Collects the commands of a text in the order in which they stand, and follows what the shell would know at each:
 * variables, working directory, pipes.
 */
export class ScriptBuilder {
  readonly #commands: ShellCommand[] = [];
  readonly #outer: ShellState[] = [];
  readonly #functions = new Map<string, string>();
  readonly #variables: ShellVariables;
  #state: ShellState = { changed: new Map(), directory: null, input: null };

  constructor(given: ShellVariables) {
    this.#variables = {
      get: (name) => {
        const changed = this.#changeOf(name);
        return changed === undefined ? given.get(name) : (changed ?? undefined);
      },
    };
  }

  get count(): number {
    return this.#commands.length;
  }

  get commands(): readonly ShellCommand[] {
    return this.#commands;
  }

  /** How many shells deep the text is. */
  get depth(): number {
    return this.#outer.length;
  }

  /** Enters a shell of its own: what it changes ends with `leave`. */
  enter(input: Span | null): void {
    this.#outer.push(this.#state);
    this.#state = { changed: new Map(), directory: this.#state.directory, input };
  }

  leave(): void {
    this.#state = this.#outer.pop() ?? this.#state;
  }

  get input(): Span | null {
    return this.#state.input;
  }

  set input(input: Span | null) {
    this.#state = { ...this.#state, input };
  }

  /** Keeps a place for a command whose inside is read before its words are complete. */
  reserve(): number {
    const none: ShellCommand = {
      words: [],
      assignments: [],
      redirections: [],
      directory: this.#state.directory,
      input: this.#state.input,
      inner: { from: this.#commands.length + 1, to: this.#commands.length + 1 },
      hereText: null,
      body: null,
    };
    return this.#commands.push(none) - 1;
  }

  /** Fills a reserved place; everything reserved since then is inside it. */
  fill(index: number, source: CommandSource): void {
    const reserved = this.#commands[index];
    if (reserved === undefined) return;
    const words = source.words.flatMap((word) => expandCommandWord(word, this.#variables));
    const command: ShellCommand = {
      ...reserved,
      words,
      assignments: source.assignments.flatMap((text) => this.#readAssignment(text)),
      redirections: source.redirections.flatMap((text) => this.#readRedirection(text)),
      inner: { from: index + 1, to: this.#commands.length },
      input: isFed(source.redirections) ? { from: index + 1, to: this.#commands.length } : reserved.input,
      hereText: source.hereText,
      body: this.#functions.get(words[0]?.text ?? '') ?? null,
    };
    this.#commands[index] = command;
    this.#follow(command);
  }

  /** Adds what a redirection behind a group says to every command of the group. */
  redirect(span: Span, redirections: readonly string[], hereText: string | null): void {
    const added = redirections.flatMap((text) => this.#readRedirection(text));
    for (let index = span.from; index < span.to; index += 1) {
      const command = this.#commands[index];
      if (command === undefined) continue;
      this.#commands[index] = {
        ...command,
        redirections: [...command.redirections, ...added],
        // The commands of the substitution stand behind the group.
        input: isFed(redirections) ? { from: span.to, to: this.#commands.length } : command.input,
        hereText: hereText ?? command.hereText,
      };
    }
  }

  /** The words that a here-string or another single word becomes, as one text. */
  textOf(source: string): string {
    return expandWord(source, this.#variables)
      .map((word) => word.text)
      .join(' ');
  }

  /** The variable of a loop takes each of the words in turn. */
  loop(name: string, sources: readonly string[]): void {
    const values = sources.flatMap((source) => expandWord(source, this.#variables));
    const isKnown = values.length > 0 && values.every((word) => word.isKnown);
    this.#set(name, isKnown ? values.map((word) => word.text) : null);
  }

  /** From here on a command of this name runs this text. */
  define(source: string): void {
    const parts = /^(?:function\s+)?([^\s(){}]{1,100})\s*(?:\(\s*\))?\s*([\s\S]*)$/.exec(source);
    if (parts?.[1] !== undefined && parts[2] !== undefined) this.#functions.set(parts[1], parts[2]);
  }

  /** Inside a function the parameters are its own. */
  forgetParameters(): void {
    for (const name of positional) this.#set(name, null);
  }

  #readAssignment(text: string): readonly Assignment[] {
    const parts = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?(\+?=)/.exec(text);
    if (parts?.[1] === undefined) return [];
    const source = text.slice(parts[0].length);
    const isPlain = parts[2] === '=' && !source.startsWith('(') && !parts[0].includes('[');
    const [first, ...more] = isPlain ? expandWord(source, this.#variables) : [];
    const value =
      first !== undefined && more.length === 0 ? first : { ...literalWord(source), isKnown: source === '' };
    return [{ name: parts[1], value }];
  }

  #readRedirection(text: string): readonly Redirection[] {
    const parts = /^(?:\d+|\{\w+\})?(&>>|&>|>>|>\||<>|>&|<&|>|<)\s*/.exec(text);
    if (parts?.[1] === undefined) return [];
    const operator = parts[1];
    const target = expandWord(text.slice(parts[0].length), this.#variables)[0];
    return target === undefined ? [] : [{ operator, target }];
  }

  /** What the commands behind this one find changed. */
  #follow(command: ShellCommand): void {
    const [first, ...rest] = command.words;
    const name = first?.text ?? '';
    if (first === undefined || declarations.has(name))
      for (const assignment of command.assignments) this.#assign(assignment);
    else if (/^(?:cd|pushd|popd)$/.test(name))
      this.#changeDirectory(
        name === 'popd' ? literalWord('-') : rest.find((word) => !/^-[LPe@]+$|^--$/.test(word.text)),
      );
    else if (name === 'set' || name === 'shift') this.forgetParameters();
    else if (forgetting.has(name)) for (const word of rest) this.#set(word.text, null);
  }

  #assign({ name, value }: Assignment): void {
    this.#set(name, value.isKnown ? [value.text] : null);
  }

  #changeDirectory(target: Word | undefined): void {
    const word = target ?? literalWord(this.#variables.get('HOME')?.[0] ?? '~');
    const isFound = word.text !== '-' && word.text !== '~';
    const to = isFound ? word : { ...word, isKnown: false };
    this.#state = { ...this.#state, directory: { to, before: this.#state.directory } };
    this.#set('PWD', null);
  }

  #set(name: string, values: readonly string[] | null): void {
    this.#state.changed.set(name, values);
  }

  /** What the innermost shell has set that sets it; undefined when none does. */
  #changeOf(name: string): readonly string[] | null | undefined {
    const own = this.#state.changed.get(name);
    return own === undefined
      ? this.#outer.findLast(({ changed }) => changed.has(name))?.changed.get(name)
      : own;
  }
}

/** `sh < <(curl …)`: the standard input comes from a substitution. */
function isFed(redirections: readonly string[]): boolean {
  return redirections.some((text) => /^\d*<\s*<\(/.test(text));
}
