/** What is done with a decision: refuse by it, only record it, or do not even ask. */
export type Mode = 'enforce' | 'monitor' | 'disabled';

/** Every mode, the strictest first. */
export const modes: readonly Mode[] = ['enforce', 'monitor', 'disabled'];

/** The stricter of two modes. */
export function stricterMode(first: Mode, second: Mode): Mode {
  return modes.indexOf(first) <= modes.indexOf(second) ? first : second;
}

/** Whether a word names a mode. */
export function isMode(word: unknown): word is Mode {
  return modes.some((mode) => mode === word);
}

/** The longest time for which the mode can be changed, in seconds: a week. */
export const maxTimedSeconds = 604_800;
