import type { Background } from '../adapters/background.ts';

/** What follows the guard of other windows. */
export interface GuardNewsParts {
  /** Whether the setting, as this window knows it, has the guard on. */
  readonly isEnabled: () => boolean;
  /** Has the editor read the user's settings anew. */
  readonly readAnew: () => Promise<void>;
  /** Carries out what they say. */
  readonly apply: () => Promise<unknown>;
  readonly background: Background;
}

/**
 * Follows what other windows make of the guard. All of them obey one setting, and each hears of it by the editor's watch
 * over the file: late on a busy machine, and never where the watch does not work. The endpoint tells at once.
 */
export class GuardNews {
  readonly #parts: GuardNewsParts;
  #reading: Promise<void> = Promise.resolve();

  constructor(parts: GuardNewsParts) {
    this.#parts = parts;
  }

  /** Resolves when everything that was heard is carried out, or could not be. */
  get settled(): Promise<void> {
    return this.#reading;
  }

  /** A window turned the guard on or off, everywhere or in its workspace: only the setting says which. */
  hear(guarded: boolean): void {
    const { isEnabled, readAnew, apply, background } = this.#parts;
    if (isEnabled() === guarded) return;
    const reading = this.#reading.then(readAnew).then(async () => {
      await apply();
    });
    this.#reading = reading.catch(() => undefined);
    background.run('reading whether the guard is on', () => reading);
  }
}
