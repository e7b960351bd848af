import { decodeAnsiC, findExtent } from './shellQuote.ts';
import type { ShellVariables, Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';

const noVariables: ShellVariables = new Map();

/** How many words one word may become through braces and loops, and how long all together; beyond that the rest stays as written. */
const maxExpansions = 64;
const maxExpandedLength = 524_288;

/** How many opening braces of a word are tried; each may read the word to its end. */
const maxBraceTries = 16;

/** A word being put together: every character is marked as quoted or not. */
interface Draft {
  readonly text: string;
  /** As long as `text`: `q` for a quoted character, `u` for one that the shell still interprets, `s` for one of a variable that is not quoted. */
  readonly marks: string;
  readonly isKnown: boolean;
}

/** A piece of a word's source: the values that it can have, and where the next piece begins. */
interface Piece {
  readonly values: readonly string[];
  readonly mark: 'q' | 'u' | 's';
  readonly isKnown: boolean;
  readonly next: number;
}

/**
 * The words that one word of shell source becomes: quotes removed, known variables, `~` and braces put in.
 * What only the run can tell stays as it is written.
 */
export function expandWord(source: string, variables: ShellVariables): readonly Word[] {
  return expand(source, variables, (draft) => [draft]);
}

/** The words that one word of a command becomes: what a variable holds that is not quoted is split at its spaces. */
export function expandCommandWord(source: string, variables: ShellVariables): readonly Word[] {
  return expand(source, variables, splitFields);
}

function expand(
  source: string,
  variables: ShellVariables,
  split: (draft: Draft) => readonly Draft[],
): readonly Word[] {
  if (/^[\w./:=@%+,-]*$/.test(source)) return [literalWord(source)];
  let drafts: readonly Draft[] = [{ text: '', marks: '', isKnown: true }];
  let at = 0;
  while (at < source.length) {
    const piece = readPiece(source, at, variables);
    drafts = append(drafts, piece);
    at = piece.next;
  }
  const written = /[$`~{]/.test(source) ? unquoteWord(source) : (drafts[0]?.text ?? '');
  return drafts
    .flatMap((draft) => expandBraces(draft))
    .flatMap(split)
    .slice(0, maxExpansions)
    .map((draft, index) => toWord(expandTilde(draft, variables), index === 0 ? written : null));
}

/** What stands between the spaces of variables that are not quoted. */
function splitFields(draft: Draft): readonly Draft[] {
  const { text, marks, isKnown } = draft;
  if (!marks.includes('s') || !/\s/.test(text)) return [draft];
  const fields: Draft[] = [];
  let from = 0;
  for (let at = 0; at <= text.length && fields.length < maxExpansions; at += 1) {
    const isEnd = at === text.length || (marks.charAt(at) === 's' && /\s/.test(text.charAt(at)));
    if (!isEnd) continue;
    if (at > from) fields.push({ text: text.slice(from, at), marks: marks.slice(from, at), isKnown });
    from = at + 1;
  }
  return fields;
}

/** A word of shell source with its quotes removed and nothing put in. */
function unquoteWord(source: string): string {
  let text = '';
  let at = 0;
  while (at < source.length) {
    const piece = readPiece(source, at, noVariables);
    text += piece.values[0] ?? '';
    at = piece.next;
  }
  return text;
}

function append(drafts: readonly Draft[], piece: Piece): readonly Draft[] {
  if (drafts.length * piece.values.length > maxExpansions)
    return drafts.map((draft) => ({ ...draft, isKnown: false }));
  return drafts.flatMap((draft) =>
    piece.values.map((value) => ({
      text: draft.text + value,
      marks: draft.marks + piece.mark.repeat(value.length),
      isKnown: draft.isKnown && piece.isKnown,
    })),
  );
}

function toWord({ text, marks, isKnown }: Draft, written: string | null): Word {
  let isGlob = false;
  for (let at = 0; at < text.length && !isGlob; at += 1)
    isGlob = marks.charAt(at) !== 'q' && '*?['.includes(text.charAt(at));
  return { text, written, isKnown, isGlob };
}

function readPiece(source: string, at: number, variables: ShellVariables): Piece {
  switch (source.charAt(at)) {
    case "'":
      return readSingle(source, at);
    case '"':
      return readDouble(source, at, variables);
    case '\\':
      return readEscape(source, at);
    case '$':
      return readDollar(source, at, variables);
    case '`':
      return readBackquoted(source, at, variables);
    case '<':
    case '>':
      return source.charAt(at + 1) === '(' ? readUnknown(source, at) : readPlain(source, at);
    default:
      return readPlain(source, at);
  }
}

function readPlain(source: string, at: number): Piece {
  let next = at + 1;
  while (next < source.length && !'\'"\\$`<>'.includes(source.charAt(next))) next += 1;
  return { values: [source.slice(at, next)], mark: 'u', isKnown: true, next };
}

function readSingle(source: string, at: number): Piece {
  const { end, isClosed } = findExtent(source, at);
  return { values: [source.slice(at + 1, isClosed ? end - 1 : end)], mark: 'q', isKnown: true, next: end };
}

function readEscape(source: string, at: number): Piece {
  const escaped = source.charAt(at + 1);
  return { values: [escaped === '\n' ? '' : escaped], mark: 'q', isKnown: true, next: at + 2 };
}

function readUnknown(source: string, at: number): Piece {
  const { end } = findExtent(source, at);
  return { values: [source.slice(at, end)], mark: 'q', isKnown: false, next: end };
}

function readDouble(source: string, at: number, variables: ShellVariables): Piece {
  const { end, isClosed } = findExtent(source, at);
  const body = source.slice(at + 1, isClosed ? end - 1 : end);
  let drafts: readonly Draft[] = [{ text: '', marks: '', isKnown: true }];
  let here = 0;
  while (here < body.length) {
    const piece = readQuotedPiece(body, here, variables);
    drafts = append(drafts, piece);
    here = piece.next;
  }
  const isKnown = drafts.every((draft) => draft.isKnown);
  return { values: drafts.map((draft) => draft.text), mark: 'q', isKnown, next: end };
}

function readQuotedPiece(body: string, at: number, variables: ShellVariables): Piece {
  const character = body.charAt(at);
  const following = body.charAt(at + 1);
  if (character === '\\' && '$`"\\\n'.includes(following)) return readEscape(body, at);
  if (character === '`') return readBackquoted(body, at, variables);
  if (character === '$' && following !== "'" && following !== '"') return readDollar(body, at, variables);
  let next = at + 1;
  while (next < body.length && !'\\$`'.includes(body.charAt(next))) next += 1;
  return { values: [body.slice(at, next)], mark: 'q', isKnown: true, next };
}

function readDollar(source: string, at: number, variables: ShellVariables): Piece {
  const following = source.charAt(at + 1);
  if (following === "'") {
    const { end, isClosed } = findExtent(source, at);
    const body = source.slice(at + 2, isClosed ? end - 1 : end);
    return { values: [decodeAnsiC(body)], mark: 'q', isKnown: true, next: end };
  }
  if (following === '"') return readDouble(source, at + 1, variables);
  if (following === '(') return readCommandSubstitution(source, at, variables);
  const name = /^\$(?:\{(\w+|@|\*)\}|([A-Za-z_]\w*|[0-9@*]))/.exec(source.slice(at, at + 256));
  if (name !== null) return readVariable(name[0], at, variables.get(name[1] ?? name[2] ?? ''));
  if (following === '{') return readExpansion(source, at, variables);
  const isSpecial = '?$!#-'.includes(following) && following !== '';
  const next = at + (isSpecial ? 2 : 1);
  return { values: [source.slice(at, next)], mark: 'q', isKnown: !isSpecial, next };
}

function readVariable(written: string, at: number, values: readonly string[] | undefined): Piece {
  const next = at + written.length;
  if (values === undefined) return { values: [written], mark: 'q', isKnown: false, next };
  return { values: values.length === 0 ? [''] : values, mark: 's', isKnown: true, next };
}

/** What a substitution begins with of which the value could be known; a long text may have thousands of others. */
const mayBeKnown = /^\s*(?:pwd|echo|printf|realpath|readlink|which|command|type)\b/;

/** The older spelling of a command substitution. */
function readBackquoted(source: string, at: number, variables: ShellVariables): Piece {
  const piece = readUnknown(source, at);
  const inner = source.slice(at + 1, piece.next - 1);
  if (!mayBeKnown.test(inner)) return piece;
  const known = readCommandSubstitution(`$(${inner})`, 0, variables);
  return known.isKnown ? { ...known, next: piece.next } : piece;
}

/** `${NAME:-text}` and its like: the value where it is known, else the text that stands for it; `${NAME%text}` where nothing is a pattern. */
function readExpansion(source: string, at: number, variables: ShellVariables): Piece {
  const piece = readUnknown(source, at);
  const written = source.slice(at, piece.next);
  const parts = /^\$\{(\w+)(:?[-=?+]|%%?|##?)([^{}]*)\}$/.exec(written);
  if (parts === null) return readReplacement(piece, written, variables);
  const [, name = '', operator = '', operand = ''] = parts;
  const values = variables.get(name);
  if (values === undefined) return /[-=]$/.test(operator) ? readDefault(piece, operand, variables) : piece;
  const isPattern = /^[%#]/.test(operator) && /[*?[\\$`'"]/.test(operand);
  if (isPattern || operator.endsWith('+')) return piece;
  return { ...piece, values: values.map((value) => strip(value, operator, operand)), isKnown: true };
}

/** `${NAME//text/other}`, where nothing is a pattern. */
function readReplacement(piece: Piece, written: string, variables: ShellVariables): Piece {
  const parts = /^\$\{(\w+)(\/\/?)([^/{}*?[\\$`'"]+)\/([^{}\\$`'"]*)\}$/.exec(written);
  const [, name = '', operator = '', text = '', other = ''] = parts ?? [];
  const values = parts === null ? undefined : variables.get(name);
  if (values === undefined) return piece;
  const replace = (value: string): string =>
    operator === '//' ? value.split(text).join(other) : value.replace(text, () => other);
  return { ...piece, values: values.map(replace), isKnown: true };
}

function readDefault(piece: Piece, operand: string, variables: ShellVariables): Piece {
  const [word, ...more] = operand === '' ? [] : expandWord(operand, variables);
  if (word?.isKnown !== true || more.length > 0) return piece;
  return { ...piece, values: [word.text], isKnown: true };
}

function strip(value: string, operator: string, affix: string): string {
  if (operator.startsWith('%') && value.endsWith(affix)) return value.slice(0, value.length - affix.length);
  return operator.startsWith('#') && value.startsWith(affix) ? value.slice(affix.length) : value;
}

/** Commands that print the word behind them, or a path that means the same. */
const echoing =
  /^\$\(\s{0,4}(?:echo(?: -n)?|printf(?: ['"]?%s(?:\\n)?['"]?)?|realpath|readlink -f|which|command -v|type -p)\s{1,4}([^\s;&|<>`$()*?[{\\%]+)\s{0,4}\)$/;

/** `$(pwd)` is known where the working directory is; `$(echo x)` and `$(realpath x)` are as good as x. */
function readCommandSubstitution(source: string, at: number, variables: ShellVariables): Piece {
  const piece = readUnknown(source, at);
  const written = source.slice(at, piece.next);
  const directory = /^\$\(\s*pwd\s*\)$/.test(written) ? variables.get('PWD') : undefined;
  if (directory !== undefined) return { ...piece, values: directory, isKnown: true };
  const word = variables === noVariables ? undefined : echoing.exec(written)?.[1];
  if (word === undefined) return piece;
  const values = expandWord(word, variables);
  return values.every((value) => value.isKnown)
    ? { ...piece, values: values.map(({ text }) => text), isKnown: true }
    : piece;
}

/** The homes of other users lie beside one's own. */
function homeOf(name: string | undefined, home: string | undefined): string | undefined {
  if (name === '' || home === undefined) return home;
  return name === undefined || name === '-' ? undefined : `${home.slice(0, home.lastIndexOf('/'))}/${name}`;
}

function expandTilde(draft: Draft, variables: ShellVariables): Draft {
  if (!draft.text.startsWith('~') || !draft.marks.startsWith('u')) return draft;
  const home = variables.get('HOME')?.[0];
  const name = /^~([\w.+-]*)(?=\/|$)/.exec(draft.text)?.[1];
  const directory = name === '+' ? variables.get('PWD')?.[0] : homeOf(name, home);
  if (name === undefined || directory === undefined) return { ...draft, isKnown: false };
  return {
    text: directory + draft.text.slice(1 + name.length),
    marks: 'q'.repeat(directory.length) + draft.marks.slice(1 + name.length),
    isKnown: draft.isKnown,
  };
}

/** Expands `{a,b}` and `{1..3}` that are not quoted, the leftmost first. */
function expandBraces(draft: Draft): readonly Draft[] {
  if (!draft.text.includes('{')) return [draft];
  const done: Draft[] = [];
  const pending: Draft[] = [draft];
  let length = draft.text.length;
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const hasRoom = done.length + pending.length < maxExpansions && length < maxExpandedLength;
    const parts = hasRoom ? splitBrace(next) : null;
    length += (parts ?? [next]).reduce((sum, { text }) => sum + text.length, -next.text.length);
    if (parts === null) done.push(next);
    else pending.unshift(...parts);
  }
  return done;
}

function splitBrace(draft: Draft): readonly Draft[] | null {
  let tried = 0;
  for (
    let at = draft.text.indexOf('{');
    at >= 0 && tried < maxBraceTries;
    at = draft.text.indexOf('{', at + 1)
  ) {
    tried += 1;
    const found = isUnquoted(draft, at, '{') ? readBrace(draft, at) : null;
    if (found !== null) return found;
  }
  return null;
}

function readBrace(draft: Draft, open: number): readonly Draft[] | null {
  const cuts = [open];
  let depth = 0;
  for (let at = open; at < draft.text.length; at += 1) {
    if (isUnquoted(draft, at, '{')) depth += 1;
    else if (isUnquoted(draft, at, ',') && depth === 1) cuts.push(at);
    else if (isUnquoted(draft, at, '}')) depth -= 1;
    if (depth > 0) continue;
    cuts.push(at);
    return cuts.length > 2 ? joinAlternatives(draft, cuts) : expandRange(draft, open, at);
  }
  return null;
}

function isUnquoted(draft: Draft, at: number, character: string): boolean {
  return draft.text.charAt(at) === character && draft.marks.charAt(at) === 'u';
}

function joinAlternatives(draft: Draft, cuts: readonly number[]): readonly Draft[] {
  const first = cuts[0] ?? 0;
  const last = cuts.at(-1) ?? 0;
  const alternatives = cuts.slice(1).map((cut, index) => [(cuts[index] ?? 0) + 1, cut] as const);
  const cutOut = (text: string, from: number, to: number): string =>
    text.slice(0, first) + text.slice(from, to) + text.slice(last + 1);
  return alternatives.slice(0, maxExpansions).map(([from, to]) => ({
    text: cutOut(draft.text, from, to),
    marks: cutOut(draft.marks, from, to),
    isKnown: draft.isKnown,
  }));
}

function expandRange(draft: Draft, open: number, close: number): readonly Draft[] | null {
  const range = /^(-?\d{1,9})\.\.(-?\d{1,9})$/.exec(draft.text.slice(open + 1, close));
  if (range === null) return null;
  const from = Number(range[1]);
  const to = Number(range[2]);
  const count = Math.min(Math.abs(to - from) + 1, maxExpansions);
  const step = to < from ? -1 : 1;
  return Array.from({ length: count }, (_, index) => {
    const value = String(from + index * step);
    return {
      text: draft.text.slice(0, open) + value + draft.text.slice(close + 1),
      marks: draft.marks.slice(0, open) + 'q'.repeat(value.length) + draft.marks.slice(close + 1),
      isKnown: draft.isKnown,
    };
  });
}
