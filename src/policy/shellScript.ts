/** A word of a command after quotes are removed and what is known has been put in. */
export interface Word {
  /** Its value; a part that only the run can tell stands as it is written. */
  readonly text: string;
  /** As it is written, with only its quotes removed; null for the further words that one word becomes. */
  readonly written: string | null;
  /** Nothing in it depends on the run. */
  readonly isKnown: boolean;
  /** It has an unquoted `*`, `?` or `[`, so the shell may make several words of it. */
  readonly isGlob: boolean;
}

/** Part of a script's commands: from the first index, up to but without the second. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A redirection of a command. */
export interface Redirection {
  readonly operator: string;
  readonly target: Word;
}

/** `NAME=value` before a command or as a command of its own. */
export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

/** A change of the working directory, and the one before it; null before the first. */
export interface DirectoryChange {
  readonly to: Word;
  readonly before: DirectoryChange | null;
}

/** One command of a shell script, as it would be started. */
export interface ShellCommand {
  readonly words: readonly Word[];
  readonly assignments: readonly Assignment[];
  readonly redirections: readonly Redirection[];
  /** Where the shell last changed to before this command; null when it stayed where it began. */
  readonly directory: DirectoryChange | null;
  /** The commands whose output is its standard input; null when there is no pipe. */
  readonly input: Span | null;
  /** The commands in substitutions inside it. */
  readonly inner: Span;
  /** The text of its here-document or here-string; null when there is none. */
  readonly hereText: string | null;
  /** The text of the function that it calls; null when it is none of this text. */
  readonly body: string | null;
}

/** What a shell text would run, in the order in which it stands there. */
export interface ShellScript {
  readonly commands: readonly ShellCommand[];
  /** The grammar could not read the text, or a bound was met: it was read by its quotes and operators alone. */
  readonly isFallback: boolean;
  /** There are more commands than are read. */
  readonly isCut: boolean;
}

/** What variables are known to hold; several values when a loop gives several. */
export type ShellVariables = Pick<ReadonlyMap<string, readonly string[]>, 'get'>;

/** A word that is taken as it stands. */
export function literalWord(text: string): Word {
  return { text, written: text, isKnown: true, isGlob: false };
}

/** Words as they are written, and with everything put in that is known; null when that is no other text. */
export function textsOf(words: readonly Word[]): { readonly text: string; readonly expanded: string | null } {
  const written: string[] = [];
  let isOther = false;
  for (const word of words) {
    if (word.written !== null) written.push(word.written);
    if (word.written !== word.text) isOther = true;
  }
  const text = written.join(' ');
  if (!isOther) return { text, expanded: null };
  const expanded = words.map((word) => word.text).join(' ');
  return { text, expanded: expanded === text ? null : expanded };
}

/** A command that stands by itself, with these words as they are. */
export function literalCommand(argv: readonly string[]): ShellCommand {
  return {
    words: argv.map(literalWord),
    assignments: [],
    redirections: [],
    directory: null,
    input: null,
    inner: { from: 1, to: 1 },
    hereText: null,
    body: null,
  };
}
