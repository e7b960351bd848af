import { declarations, maxCommands, ScriptBuilder } from './scriptBuilder.ts';
import { findExtent } from './shellQuote.ts';
import type { ShellScript, ShellVariables, Span } from './shellScript.ts';

/** How deep substitutions are followed, and how many characters are read in them; a text with more is cut. */
const maxNesting = 50;
const maxNestedLength = 262_144;

/** The most words, redirections and assignments that are read from one text. */
const maxPieces = 32_768;

/** Words that begin or end a group and are no command. */
const keywords: ReadonlySet<string> = new Set(
  'if then elif else fi do done while until { } ! esac coproc'.split(' '),
);

/** Words whose line is no command: its words are names and patterns. */
const headers: ReadonlySet<string> = new Set(['for', 'select', 'case', 'function']);

/** A command being read. */
interface Draft {
  words: string[];
  assignments: string[];
  redirections: string[];
  /** Texts of the substitutions in its words. */
  inner: string[];
  hereText: string | null;
}

/** A here-document whose body begins with the next line. */
interface AwaitedBody {
  readonly delimiter: string;
  /** Its body is text as it stands, without substitutions. */
  readonly isQuoted: boolean;
  /** The place of its command; -1 until the command has ended. */
  place: number;
}

/** A parenthesis that is still open: what holds again behind it. */
interface Group {
  readonly stageFrom: number;
  readonly input: Span | null;
}

/**
 * Reads shell text by its quotes, operators and here-documents alone. It takes any text whatever, in time proportional to
 * its length.
 */
export function scanShellText(text: string, variables: ShellVariables): ShellScript {
  const builder = new ScriptBuilder(variables);
  const bounds: Bounds = { isTooDeep: false, nestedLength: 0, pieces: 0 };
  new TextScan(builder, text, 0, bounds).run();
  return {
    commands: builder.commands,
    isFallback: true,
    isCut: bounds.isTooDeep || bounds.pieces >= maxPieces || builder.count >= maxCommands,
  };
}

/** What all scans of a text share. */
interface Bounds {
  isTooDeep: boolean;
  nestedLength: number;
  pieces: number;
}

class TextScan {
  readonly #builder: ScriptBuilder;
  readonly #text: string;
  readonly #nesting: number;
  readonly #bounds: Bounds;
  readonly #awaited: AwaitedBody[] = [];
  readonly #groups: Group[] = [];
  #at = 0;
  #draft = emptyDraft();
  #stageFrom: number;
  #pipelineInput: Span | null;

  constructor(builder: ScriptBuilder, text: string, nesting: number, bounds: Bounds) {
    this.#builder = builder;
    this.#text = text;
    this.#nesting = nesting;
    this.#bounds = bounds;
    this.#stageFrom = builder.count;
    this.#pipelineInput = builder.input;
  }

  run(): void {
    const hasRoom = (): boolean => this.#builder.count < maxCommands && this.#bounds.pieces < maxPieces;
    while (this.#at < this.#text.length && hasRoom()) this.#step();
    this.#endCommand();
  }

  #step(): void {
    const character = this.#text.charAt(this.#at);
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
        this.#at += 1;
        break;
      case '\n':
        this.#endPipeline();
        this.#at += 1;
        this.#readBodies();
        break;
      case '#':
        this.#at = lineEnd(this.#text, this.#at);
        break;
      case ';':
        this.#endPipeline();
        this.#at += 1;
        break;
      case '&':
      case '|':
        this.#readOperator();
        break;
      case '(':
        this.#openGroup();
        break;
      case ')':
        this.#closeGroup();
        break;
      default:
        if (!this.#readRedirection()) this.#readWord();
    }
  }

  #readOperator(): void {
    const rest = this.#text.slice(this.#at, this.#at + 3);
    if (rest.startsWith('&>')) {
      this.#readRedirection();
      return;
    }
    const isPipe = rest.startsWith('|') && !rest.startsWith('||');
    if (isPipe) this.#endStage();
    else this.#endPipeline();
    this.#at += /^(?:&&|\|\||\|&)/.test(rest) ? 2 : 1;
  }

  #endStage(): void {
    this.#endCommand();
    this.#builder.input = { from: this.#stageFrom, to: this.#builder.count };
    this.#stageFrom = this.#builder.count;
  }

  #endPipeline(): void {
    this.#endCommand();
    this.#builder.input =
      this.#groups.length > 0 ? (this.#groups.at(-1)?.input ?? null) : this.#pipelineInput;
    this.#stageFrom = this.#builder.count;
  }

  #openGroup(): void {
    const isFunction = this.#text.charAt(this.#at + 1) === ')';
    if (isFunction) this.#draft = emptyDraft();
    this.#endCommand();
    if (!isFunction) {
      this.#groups.push({ stageFrom: this.#stageFrom, input: this.#builder.input });
      this.#stageFrom = this.#builder.count;
    }
    this.#at += isFunction ? 2 : 1;
  }

  #closeGroup(): void {
    this.#endCommand();
    const group = this.#groups.pop();
    this.#stageFrom = group?.stageFrom ?? this.#builder.count;
    this.#at += 1;
  }

  /** A redirection at this place, with its target; false when there is none. */
  #readRedirection(): boolean {
    const head = /^(?:\d{1,9}|\{\w{1,64}\})?(?:<<<|<<-?|&>>|&>|>>|>\||<>|>&|<&|>|<)/.exec(
      this.#text.slice(this.#at, this.#at + 80),
    );
    const operator = head?.[0];
    if (operator === undefined || /[<>]\($/.test(this.#text.slice(this.#at, this.#at + 2))) return false;
    this.#at += operator.length;
    while (' \t'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
    const target = this.#takeWord();
    if (operator.includes('<<<')) this.#draft.hereText = this.#builder.textOf(target);
    else if (operator.includes('<<'))
      this.#awaited.push({
        delimiter: this.#builder.textOf(target),
        isQuoted: /['"\\]/.test(target),
        place: -1,
      });
    else this.#draft.redirections.push(operator + target);
    return true;
  }

  #readWord(): void {
    const word = this.#takeWord();
    const { words, assignments } = this.#draft;
    const [first] = words;
    if (first === undefined && keywords.has(word)) return;
    const isAssignment = /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/.test(word);
    if (isAssignment && (first === undefined || declarations.has(first))) assignments.push(word);
    if (!isAssignment || first !== undefined) words.push(word);
  }

  /** The source of the word that begins here; what it substitutes is noted. */
  #takeWord(): string {
    this.#bounds.pieces += 1;
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#isWordEnd()) this.#at = this.#skipPiece();
    if (this.#at === start) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #isWordEnd(): boolean {
    const character = this.#text.charAt(this.#at);
    if ('<>'.includes(character)) return this.#text.charAt(this.#at + 1) !== '(';
    return ' \t\r\n;&|()'.includes(character);
  }

  /** Where the next piece of a word begins. */
  #skipPiece(): number {
    const character = this.#text.charAt(this.#at);
    const following = this.#text.charAt(this.#at + 1);
    if (character === '\\') return this.#at + 2;
    const isSubstitution = ('$<>'.includes(character) && following === '(') || character === '`';
    const isPiece =
      isSubstitution ||
      '\'"'.includes(character) ||
      (character === '$' && '{\'"'.includes(following) && following !== '');
    if (!isPiece) return this.#at + 1;
    const { end } = findExtent(this.#text, this.#at);
    const piece = this.#text.slice(this.#at, end);
    if (isSubstitution) this.#draft.inner.push(innerText(piece));
    else if (character !== "'" && following !== "'") this.#draft.inner.push(...findSubstitutions(piece));
    return end;
  }

  /** The bodies of the here-documents of the line that just ended. */
  #readBodies(): void {
    for (const { delimiter, isQuoted, place } of this.#awaited.splice(0)) {
      const body = this.#readBody(delimiter);
      if (place >= 0) this.#builder.redirect({ from: place, to: place + 1 }, [], body);
      if (!isQuoted) this.#readInner(findSubstitutions(body));
    }
  }

  #readBody(delimiter: string): string {
    const start = this.#at;
    while (this.#at < this.#text.length) {
      const begin = this.#at;
      const end = lineEnd(this.#text, begin);
      this.#at = end + 1;
      if (this.#text.slice(begin, end).trim() === delimiter) return this.#text.slice(start, begin);
    }
    return this.#text.slice(start);
  }

  #readInner(texts: readonly string[]): void {
    if (texts.length > 0 && this.#nesting >= maxNesting) this.#bounds.isTooDeep = true;
    for (const text of texts) {
      this.#bounds.nestedLength += text.length;
      if (this.#bounds.nestedLength > maxNestedLength) this.#bounds.isTooDeep = true;
      if (this.#bounds.isTooDeep) return;
      this.#builder.enter(null);
      new TextScan(this.#builder, text, this.#nesting + 1, this.#bounds).run();
      this.#builder.leave();
    }
  }

  #endCommand(): void {
    const draft = this.#draft;
    this.#draft = emptyDraft();
    const [first, name, ...values] = draft.words;
    const isHeader = headers.has(first ?? '');
    if ((first === 'for' || first === 'select') && name !== undefined)
      this.#builder.loop(name, values.slice(1));
    const isEmpty = draft.words.length + draft.assignments.length + draft.redirections.length === 0;
    if (isEmpty && draft.hereText === null) return;
    const place = this.#builder.reserve();
    for (const awaited of this.#awaited) if (awaited.place < 0) awaited.place = place;
    this.#readInner(draft.inner);
    this.#builder.fill(place, isHeader ? { ...draft, words: [] } : draft);
  }
}

function emptyDraft(): Draft {
  return { words: [], assignments: [], redirections: [], inner: [], hereText: null };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** What stands between the marks of a substitution. */
function innerText(piece: string): string {
  const start = piece.startsWith('`') ? 1 : 2;
  return piece.slice(start, /[`)]$/.test(piece) && piece.length > start ? -1 : undefined);
}

/** The substitutions inside double quotes or an expansion. */
function findSubstitutions(piece: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < piece.length; at += 1) {
    const character = piece.charAt(at);
    if (character === '\\') at += 1;
    else if (character === '`' || (character === '$' && piece.charAt(at + 1) === '(')) {
      const { end } = findExtent(piece, at);
      found.push(innerText(piece.slice(at, end)));
      at = end - 1;
    }
  }
  return found;
}
