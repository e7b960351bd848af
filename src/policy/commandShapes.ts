import type { CommandShape } from './commandShape.ts';

/** Shapes any of which a command may have, ready to be found by program. */
export class CommandShapes {
  readonly each: readonly CommandShape[];
  /** Those that speak of a program by a pattern. */
  readonly #patterned: readonly CommandShape[];
  readonly #byProgram = new Map<string, readonly CommandShape[]>();

  constructor(each: readonly CommandShape[]) {
    this.each = each;
    this.#patterned = each.filter(({ programs }) => programs === null);
    for (const program of each.flatMap(({ programs }) => programs ?? []))
      this.#byProgram.set(
        program,
        each.filter((shape) => shape.isNamed(program)),
      );
  }

  /** The shapes that may speak of a program. */
  of(program: string): readonly CommandShape[] {
    return this.#byProgram.get(program) ?? this.#patterned;
  }

  /** The programs that are spoken of by their names. */
  programs(): readonly string[] {
    return [...this.#byProgram.keys()];
  }

  /** Words one of which stands in every command of a program that has one of the shapes; null when it can do without. */
  neededWith(program: string): readonly string[] | null {
    const needed = this.of(program)
      .filter((shape) => shape.isNamed(program))
      .map((shape) => shape.needed);
    return needed.includes(null) ? null : needed.flatMap((words) => words ?? []);
  }

  /** Whether some shape speaks of programs by a pattern. */
  hasPatterns(): boolean {
    return this.#patterned.length > 0;
  }

  /** Whether a shape speaks of a program. */
  areNamed(program: string): boolean {
    return this.#byProgram.has(program) || this.#patterned.some((shape) => shape.isNamed(program));
  }
}
