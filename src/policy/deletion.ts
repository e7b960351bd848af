/** One thing that a command deletes, or whose content it destroys. */
export interface Deletion {
  /** As the command names it. */
  readonly path: string;
  /** Where the command runs, absolute; null when that is not known. */
  readonly directory: string | null;
  /** Nothing in `path` depends on the run. */
  readonly isKnown: boolean;
  /** All of it goes, not only what a filter picks. */
  readonly isWhole: boolean;
}
