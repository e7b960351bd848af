/** One step of a compiled pattern. */
type Token =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    }
  | { readonly kind: 'segment' }
  | { readonly kind: 'deep' };

/**
 * Compiles a pattern in which `*` is any run without `/`, `**` any run, `?` one character that is not `/`, and
 * `[…]` a class that never matches `/`. The whole text must match. The time is at most proportional to the
 * length of the text times the length of the pattern.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const tokens = tokenize(pattern);
  const literals = literalRuns(tokens);
  const prefix = tokens[0]?.kind === 'literal' ? (literals[0] ?? '') : '';
  if (prefix.length === pattern.length) return (text) => text === pattern;
  const suffix = tokens.at(-1)?.kind === 'literal' ? (literals.at(-1) ?? '') : '';
  const needle = literals.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
  // Nearly every text fails one of the cheap tests, which must hold for every text that matches.
  return (text) =>
    text.startsWith(prefix) && text.endsWith(suffix) && text.includes(needle) && isMatch(tokens, text);
}

/** What stands between the wildcards of a pattern: in every text that matches, in this order. */
export function literalsOf(pattern: string): readonly string[] {
  return literalRuns(tokenize(pattern));
}

/** What stands between the wildcards. */
function literalRuns(tokens: readonly Token[]): readonly string[] {
  const runs: string[] = [];
  let isInRun = false;
  for (const token of tokens) {
    if (token.kind !== 'literal') isInRun = false;
    else if (isInRun) runs.push(`${runs.pop() ?? ''}${token.text}`);
    else {
      runs.push(token.text);
      isInRun = true;
    }
  }
  return runs;
}

function tokenize(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const read = readToken(pattern, at);
    tokens.push(read.token);
    at = read.next;
  }
  return tokens;
}

function readToken(pattern: string, at: number): { readonly token: Token; readonly next: number } {
  const character = pattern.charAt(at);
  if (character === '*') {
    let next = at + 1;
    while (pattern.charAt(next) === '*') next += 1;
    return { token: { kind: next - at > 1 ? 'deep' : 'segment' }, next };
  }
  if (character === '?') return { token: { kind: 'any' }, next: at + 1 };
  if (character === '[') {
    const read = readClass(pattern, at);
    if (read !== null) return read;
  }
  return { token: { kind: 'literal', text: character }, next: at + 1 };
}

function readClass(pattern: string, at: number): { readonly token: Token; readonly next: number } | null {
  const negated = pattern.charAt(at + 1) === '^' || pattern.charAt(at + 1) === '!';
  const start = at + (negated ? 2 : 1);
  const end = pattern.indexOf(']', start + 1);
  if (end < 0) return null;
  const ranges: (readonly [string, string])[] = [];
  for (let here = start; here < end; here += 1) {
    const isRange = pattern.charAt(here + 1) === '-' && here + 2 < end;
    ranges.push([pattern.charAt(here), pattern.charAt(isRange ? here + 2 : here)]);
    if (isRange) here += 2;
  }
  return { token: { kind: 'class', negated, ranges }, next: end + 1 };
}

/** Simulates all readings at once: `live` holds the tokens that may be next, in ascending order. */
function isMatch(tokens: readonly Token[], text: string): boolean {
  let live = withSkips(tokens, [0]);
  for (let at = 0; at < text.length && live.length > 0; at += 1) {
    const next: number[] = [];
    for (const index of live) advance(tokens, index, text.charAt(at), next);
    live = withSkips(tokens, next);
  }
  return live.at(-1) === tokens.length;
}

function advance(tokens: readonly Token[], index: number, character: string, next: number[]): void {
  const token = tokens[index];
  if (token === undefined || !accepts(token, character)) return;
  const target = token.kind === 'segment' || token.kind === 'deep' ? index : index + 1;
  if (next.at(-1) !== target) next.push(target);
}

function accepts(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'literal':
      return token.text === character;
    case 'any':
    case 'segment':
      return character !== '/';
    case 'deep':
      return true;
    case 'class':
      return (
        character !== '/' &&
        token.ranges.some(([low, high]) => character >= low && character <= high) !== token.negated
      );
  }
}

/** Adds the tokens behind a run, because a run may be empty. */
function withSkips(tokens: readonly Token[], live: readonly number[]): readonly number[] {
  const reached: number[] = [];
  for (const index of live) {
    let at = index;
    if ((reached.at(-1) ?? -1) < at) reached.push(at);
    while (tokens[at]?.kind === 'segment' || tokens[at]?.kind === 'deep') {
      at += 1;
      if ((reached.at(-1) ?? -1) < at) reached.push(at);
    }
  }
  return reached;
}
