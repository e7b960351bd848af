/** The time, as a parameter. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** How time passes, whatever the clock is set to meanwhile: for all that has to be over after a while. */
export interface Stopwatch {
  /** Milliseconds since some moment, never fewer than before. */
  elapsed(): number;
}
