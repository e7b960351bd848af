import type { PolicyProblem } from '../../protocol/streamEvent.ts';

/** Problems of which a person is told. */
export type ToldProblems = readonly [PolicyProblem, ...PolicyProblem[]];

/** What the announcer is given. */
export interface ProblemAnnouncerParts {
  /** Whether a file is in front, where it is marked what is wrong with it. */
  readonly isInFront: (file: string) => boolean;
  readonly tell: (problems: ToldProblems) => void;
}

/**
 * Decides when a person is told what is wrong with policy files: of each state of affairs once, and of a file that they
 * are writing when they have left it. Where files are saved as one types, every half-written rule is a problem.
 */
export class ProblemAnnouncer {
  readonly #parts: ProblemAnnouncerParts;
  #problems: readonly PolicyProblem[] = [];
  #told = '';

  constructor(parts: ProblemAnnouncerParts) {
    this.#parts = parts;
  }

  /** Takes all problems that there are now. */
  take(problems: readonly PolicyProblem[]): void {
    this.#problems = problems;
    if (problems.length === 0) this.#told = '';
    this.look();
  }

  /** Looks whether there is something to tell: problems came, or another file is in front. */
  look(): void {
    const [first, ...others] = this.#problems.filter(({ file }) => !this.#parts.isInFront(file));
    if (first === undefined) return;
    const state = JSON.stringify([first, ...others]);
    if (state === this.#told) return;
    this.#told = state;
    this.#parts.tell([first, ...others]);
  }
}
