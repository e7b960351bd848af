/** What was found out about one thing that guarding depends on. */
export interface Check {
  readonly name: string;
  /** A problem keeps this terminal from being guarded; a warning may, or is a gap; a note is only to be known. */
  readonly status: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; null where nothing has to be done. */
  readonly remedy: string | null;
}

/** A thing that is as it should be. */
export function good(name: string, message: string): Check {
  return { name, status: 'ok', message, remedy: null };
}

/** A thing that is not. */
export function bad(
  name: string,
  status: Exclude<Check['status'], 'ok'>,
  [message, remedy]: readonly [message: string, remedy: string],
): Check {
  return { name, status, message, remedy };
}
