/** The time, as a parameter. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
