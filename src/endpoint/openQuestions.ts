import type { Stopwatch } from '../base/clock.ts';
import type { QuestionFrame } from '../system/questionFrame.ts';

/** How many questions may be on their way at once; the oldest is given up for a new one. */
const maxOpenQuestions = 256;

/** How much all of them may hold, in bytes. */
const maxHeldBytes = 16_777_216;

/** How long the rest of a question is waited for, in milliseconds: its asker has given up by then. */
const maxWaitMs = 2_000;

/** A question that is whole. */
export interface WholeQuestion {
  readonly id: string;
  readonly body: Buffer;
}

interface OpenQuestion {
  readonly count: number;
  readonly pieces: Buffer[];
  /** As the stopwatch has it. */
  readonly since: number;
}

/** Puts the pieces of questions together. One writer's pieces come in their order; a question that lacks one is given up. */
export class OpenQuestions {
  readonly #stopwatch: Stopwatch;
  /** By id, the oldest first. */
  readonly #open = new Map<string, OpenQuestion>();
  #held = 0;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** Takes the next piece; gives the question back that it completes. */
  take({ id, index, count, piece }: QuestionFrame): WholeQuestion | null {
    this.#giveUpLate();
    const open = this.#open.get(id);
    if ((open?.pieces.length ?? 0) !== index || (open?.count ?? count) !== count || index >= count) {
      this.#forget(id);
      return null;
    }
    const pieces = [...(open?.pieces ?? []), piece];
    if (pieces.length === count) {
      this.#forget(id);
      return { id, body: Buffer.concat(pieces) };
    }
    this.#keep(id, open ?? { count, pieces: [], since: this.#stopwatch.elapsed() }, piece);
    return null;
  }

  #keep(id: string, question: OpenQuestion, piece: Buffer): void {
    question.pieces.push(piece);
    this.#open.set(id, question);
    this.#held += piece.length;
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= maxOpenQuestions && this.#held <= maxHeldBytes) return;
      this.#forget(oldest);
    }
  }

  #giveUpLate(): void {
    for (const [id, { since }] of this.#open) {
      if (this.#stopwatch.elapsed() - since < maxWaitMs) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    for (const piece of this.#open.get(id)?.pieces ?? []) this.#held -= piece.length;
    this.#open.delete(id);
  }
}
