import { messageOf } from '../../base/assert.ts';
import type { Logger } from '../../base/logger.ts';

/** The one place for work that nobody waits for: what it throws is logged under its name. */
export interface Background {
  run(name: string, work: () => Promise<void>): void;
}

/** Creates a background that logs failures; it starts nothing by itself. */
export function createBackground(logger: Logger): Background {
  return {
    run: (name, work) => {
      work().catch((thrown: unknown) => logger.error(`${name} failed: ${messageOf(thrown)}`));
    },
  };
}
