/** Doors whose argument is shell text already; docs/protocol.md, section 3. */
const shellDoors: readonly string[] = ['system', 'popen', 'wordexp'];

/** One call as the caller made it; every text holds either characters or, one each, bytes. */
export interface ExecCall {
  /** The libc name that was called, or `preload`. */
  readonly door: string;
  /** The path or name given to the call; for a shell door the text itself. */
  readonly path: string;
  readonly argv: readonly string[];
}

/**
 * The command text of a call, as docs/protocol.md, section 3 composes it.
 * A spoofed `argv[0]` does not show: unless it names the program, the path stands in its place.
 */
export function formatCommandText(call: ExecCall): string {
  if (shellDoors.includes(call.door)) return call.path;
  const [name = '', ...rest] = call.argv;
  const lastComponent = call.path.slice(call.path.lastIndexOf('/') + 1);
  const first = call.argv.length > 0 && (name === call.path || name === lastComponent) ? name : call.path;
  return [first, ...rest].map(formatCommandWord).join(' ');
}

/** A word as it stands in a command text: quoted where it is not plain. */
export function formatCommandWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
