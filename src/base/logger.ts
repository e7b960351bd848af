/** A log, as a parameter. Messages are lower case, without full stop, the cause after a colon. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
