/** A word as a shell reads it back, whatever stands in it. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Where a piece of shell text ends, and whether it was closed at all. */
export interface Extent {
  readonly end: number;
  readonly isClosed: boolean;
}

const closers: ReadonlyMap<string, string> = new Map([
  ['$(', ')'],
  ['<(', ')'],
  ['>(', ')'],
  ['${', '}'],
  ['(', ')'],
]);

/**
 * Finds the end of the quoted or substituted piece that begins at `start`: a quote, `$(`, `${`, `<(`, `>(`, a
 * parenthesis or a backtick. Nesting is followed with a stack of its own, however deep. A piece that nothing closes runs to the end.
 */
export function findExtent(text: string, start: number): Extent {
  const open: string[] = [];
  let at = start;
  do {
    const innermost = open.at(-1);
    const character = text.charAt(at);
    if (innermost === "'" || innermost === "$'") at = skipSingle(text, at, innermost, open);
    else if (character === '\\') at += 2;
    else if (character === closerOf(innermost)) {
      open.pop();
      at += 1;
    } else at += openPiece(text, at, open);
  } while (open.length > 0 && at < text.length);
  return { end: Math.min(at, text.length), isClosed: open.length === 0 };
}

function closerOf(opener: string | undefined): string | undefined {
  return opener === undefined ? undefined : (closers.get(opener) ?? opener);
}

function skipSingle(text: string, at: number, opener: string, open: string[]): number {
  if (opener === "$'" && text.charAt(at) === '\\') return at + 2;
  if (text.charAt(at) === "'") open.pop();
  return at + 1;
}

/** What begins with two characters, by both; the texts are these, for a slice each of a long text would be dear. */
const pairs: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    '$',
    new Map([
      ['(', '$('],
      ['{', '${'],
      ["'", "$'"],
    ]),
  ],
  ['<', new Map([['(', '<(']])],
  ['>', new Map([['(', '>(']])],
]);

/** Notes what begins here, if anything does, and returns how many characters it takes. */
function openPiece(text: string, at: number, open: string[]): number {
  const isInDouble = open.at(-1) === '"';
  const single = text.charAt(at);
  const pair = pairs.get(single)?.get(text.charAt(at + 1));
  if (pair !== undefined && (!isInDouble || pair === '$(' || pair === '${')) {
    open.push(pair);
    return 2;
  }
  if (single === '"' || single === '`') open.push(single);
  else if (!isInDouble && (single === "'" || single === '(')) open.push(single);
  return 1;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['E', '\x1b'],
  ['f', '\f'],
  ['v', '\v'],
]);

/** The value of what stands between `$'` and `'`, with the escapes of ANSI C. */
export function decodeAnsiC(body: string): string {
  return body.replaceAll(
    /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|c(.)|([\s\S]))/g,
    (...found: (string | undefined)[]) => decodeEscape(found.slice(1, 7)),
  );
}

function decodeEscape(groups: readonly (string | undefined)[]): string {
  const [hex, short, long, octal, control, other] = groups;
  const digits = hex ?? short ?? long;
  if (digits !== undefined) return characterOf(parseInt(digits, 16));
  if (octal !== undefined) return characterOf(parseInt(octal, 8) & 0xff);
  if (control !== undefined) return characterOf(control.charCodeAt(0) & 0x1f);
  return escapes.get(other ?? '') ?? other ?? '';
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
