import type { Mount } from './mounts.ts';
import type { Assignment, Redirection, Span, Word } from './shellScript.ts';

/** One command that a call would run, at any depth: typed, started by a launcher, or part of shell text. */
export interface Component {
  readonly words: readonly Word[];
  /** The program's name without its path. */
  readonly program: string;
  /** The words as they are written, quotes removed, with one space between them. */
  readonly text: string;
  /** The same with everything put in that is known; null when that is no other text. */
  readonly expanded: string | null;
  readonly assignments: readonly Assignment[];
  /** Names that a launcher sets for it. */
  readonly assigned: readonly string[];
  readonly redirections: readonly Redirection[];
  /** Where it runs, absolute; null when that is not known. */
  readonly directory: string | null;
  /** It runs on another machine, in a container or under another root: its paths are not ours. */
  readonly isElsewhere: boolean;
  /** It runs in a container of the project's own: what it reaches beside it is the developer's. */
  readonly isInOwnContainer: boolean;
  /** What of this machine a container that it runs in can see. */
  readonly mounts: readonly Mount[];
  /** More operands come from its input. */
  readonly isOpenEnded: boolean;
  /** A granting rule must cover it; what an opaque launcher starts is covered by the launcher. */
  readonly isGrantable: boolean;
  /** Its here-document or here-string; null when there is none. */
  readonly hereText: string | null;
  /** The code that an interpreter is given as an argument or on its standard input; null when there is none. */
  readonly code: string | null;
  /** The components whose output is its standard input, and those in its substitutions: indices into the reading. */
  readonly input: Span | null;
  readonly inner: Span;
}

/** A request as the commands that it would run. */
export interface Reading {
  /** The command text as it came. */
  readonly raw: string;
  readonly components: readonly Component[];
  /** The components that a granting rule must cover, joined with ` && `. */
  readonly whole: string;
  /** It is more than one command. */
  readonly isComposite: boolean;
  /** It holds more commands, or deeper ones, than are read. */
  readonly isCut: boolean;
  /** Some shell text in it was read without the grammar. */
  readonly isFallback: boolean;
}
