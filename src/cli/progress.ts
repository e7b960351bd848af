import type { CommandContext } from './command.ts';

/** How often a count is shown anew, in milliseconds. */
const showIntervalMs = 100;

/** A count that a person watches while a long command works. */
export interface Progress {
  /** One more is done. */
  step(): void;
  /** Takes the count away. */
  end(): void;
}

/** Counts on a person's terminal, beside the data; anywhere else it says nothing. */
export function createProgress({ output }: Pick<CommandContext, 'output'>, unit: string): Progress {
  let count = 0;
  let shownAt = performance.now();
  let isShown = false;
  const clear = '\r\x1b[K';
  return {
    step: () => {
      count += 1;
      if (!output.isErrTerminal || performance.now() - shownAt < showIntervalMs) return;
      shownAt = performance.now();
      isShown = true;
      output.err(`${clear}${count} ${unit} …`);
    },
    end: () => {
      if (isShown) output.err(clear);
      isShown = false;
    },
  };
}
