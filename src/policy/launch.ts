import type { Word } from './shellScript.ts';

/** What a command starts in turn: another command, or shell text. */
export interface Launch {
  /** The command; empty when it is shell text. */
  readonly words: readonly Word[];
  /** The shell text; null when it is a command. */
  readonly text: Word | null;
  /** What `$0`, `$1` and on are in the shell text. */
  readonly parameters: readonly Word[];
  /** The directory that it starts in, as written; null when that of the launcher. */
  readonly directory: Word | null;
  /** Names that the launcher sets, and that it removes, in the environment. */
  readonly assigned: readonly string[];
  readonly isTransparent: boolean;
  readonly isElsewhere: boolean;
  readonly isOpenEnded: boolean;
}

/** A launch of nothing, to be filled. */
export const emptyLaunch: Launch = {
  words: [],
  text: null,
  parameters: [],
  directory: null,
  assigned: [],
  isTransparent: false,
  isElsewhere: false,
  isOpenEnded: false,
};
