import type { Result } from '../base/result.ts';
import { failure, success } from '../base/result.ts';
import type { PathWorld } from './paths.ts';
import { compileWildcard, literalsOf } from './wildcard.ts';

/** The longest pattern that loads. */
const maxPatternLength = 8192;
/** The longest pattern with `**` that loads, and how often `**` may stand in it. */
const maxDeepPatternLength = 256;
const maxDeepWildcards = 2;

/** A pattern over commands, tools, agents, sessions, addresses and parameters. */
export interface TextPattern {
  readonly source: string;
  /** Stands in every text that matches, in which a backslash may be written for a slash; empty when nothing does. */
  readonly needle: string;
  /** The pattern is itself several commands, so it is compared with a whole command line. */
  readonly isComposite: boolean;
  /** It has no wildcards, but for those that a class makes a character: it is one text. */
  readonly isExact: boolean;
  test(text: string): boolean;
}

/** A pattern over absolute paths; `~/` at its start is the home directory. */
export interface PathPattern {
  readonly source: string;
  /** Stands in every path that matches. */
  readonly needle: string;
  /** It has no wildcards: it is one path. */
  readonly isPlain: boolean;
  test(path: string, world: Pick<PathWorld, 'home'>): boolean;
}

/** A pattern over host names. */
export interface DomainPattern {
  readonly source: string;
  test(host: string): boolean;
}

/** How commands and names are compared: the peer's general matcher, in its order of steps. */
export function parseTextPattern(source: string): Result<TextPattern, string> {
  const fault = faultOf(source);
  if (fault !== null) return failure(fault);
  const matcher = compileText(source.replaceAll('\\', '/'));
  return success({
    source,
    needle: longestOf(literalsOf(source.replaceAll('\\', '/')).flatMap((literal) => literal.split('/'))),
    isComposite: /&&|\|\||[;|&\n`]|\$\(/.test(source),
    isExact: !/[*?[]/.test(source.replaceAll(/\[[*?[]\]/g, '')),
    test: (text) => matcher(text.includes('\\') ? text.replaceAll('\\', '/') : text),
  });
}

function compileText(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => false;
  if (pattern === '*') return () => true;
  if (pattern.includes('**')) return compilePath(pattern);
  if (!pattern.endsWith('*')) return compileUnprefixed(pattern);
  const prefix = pattern.slice(0, -1);
  if (!/[*?[]/.test(prefix)) return (text) => text.startsWith(prefix);
  const rest = compileUnprefixed(pattern);
  return (text) => text.startsWith(prefix) || rest(text);
}

function compileUnprefixed(pattern: string): (text: string) => boolean {
  if (!pattern.startsWith('*')) return compileWildcard(pattern);
  const pieces = pattern.split('*').filter((piece) => piece !== '');
  return (text) => hasInOrder(text, pieces);
}

function hasInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return true;
}

/** A pattern that begins with two stars and a slash also matches without them. */
function compilePath(pattern: string): (text: string) => boolean {
  const whole = compileWildcard(pattern);
  if (!pattern.startsWith('**/')) return whole;
  const bare = compileWildcard(pattern.slice(3));
  return (text) => whole(text) || bare(text);
}

/** How paths are compared. */
export function parsePathPattern(source: string): Result<PathPattern, string> {
  const fault = faultOf(source);
  if (fault !== null) return failure(fault);
  const pattern = source.replaceAll('\\', '/');
  const needle = needleOf(pattern);
  const isPlain = !/[*?[]/.test(pattern);
  if (pattern !== '~' && !pattern.startsWith('~/'))
    return success({ source, needle, isPlain, test: compilePath(pattern) });
  const below = compilePath(pattern.slice(1));
  return success({
    source,
    needle,
    isPlain,
    test: (path, { home }) => home !== null && path.startsWith(home) && below(path.slice(home.length)),
  });
}

/** What every path must hold that can match: the longest part of a pattern without wildcards. */
function needleOf(pattern: string): string {
  return longestOf(literalsOf(pattern.replace(/^~/, '')).flatMap((literal) => literal.split('/')));
}

function longestOf(parts: readonly string[]): string {
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/** How host names are compared: `*` crosses dots; case and a dot at the end do not count. */
export function parseDomainPattern(source: string): Result<DomainPattern, string> {
  const fault = faultOf(source);
  if (fault !== null) return failure(fault);
  const matcher = compileWildcard(hostName(source).replaceAll(/\*+/g, '**'));
  return success({ source, test: (host) => matcher(hostName(host)) });
}

function hostName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

function faultOf(pattern: string): string | null {
  if (pattern.length > maxPatternLength) return `pattern is longer than ${maxPatternLength} characters`;
  const deepWildcards = pattern.split('**').length - 1;
  if (deepWildcards === 0) return null;
  if (pattern.length > maxDeepPatternLength)
    return `pattern with ** is longer than ${maxDeepPatternLength} characters`;
  return deepWildcards > maxDeepWildcards ? `pattern has more than ${maxDeepWildcards} times **` : null;
}
