import type { Document, Node, Pair } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { messageOf } from '../base/assert.ts';
import { thawYaml } from './frozenYaml.ts';
import type { FrozenNode } from './frozenYaml.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';

/** The largest policy file that loads. */
const maxFileLength = 1_048_576;

/** How often aliases may be followed in one value. */
const maxAliases = 100;

/** The most problems that are reported of one file. */
const maxProblems = 100;

/** One YAML document with its positions; what is wrong with it is noted where it stands. */
export class YamlFile {
  readonly file: string;
  readonly problems: PolicyProblem[] = [];
  readonly root: Node | null;
  readonly #lines = new LineCounter();
  readonly #document: Document | null;

  /** `frozen` is what the text was understood as before, if it was. */
  constructor(file: string, text: string, frozen: FrozenNode | null = null) {
    this.file = file;
    this.#document = frozen === null ? this.#parse(text) : this.#thaw(frozen, text);
    this.root = this.#document === null ? null : this.#resolve(this.#document.contents);
  }

  /** Notes a problem at a node; without one, at the beginning of the file. */
  report(node: Node | null, message: string): void {
    this.reportAt(node?.range?.[0] ?? 0, message);
  }

  /** Where a node begins, from 1. */
  placeOf(node: Node): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(node.range?.[0] ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** The values of a mapping by key; null, and a problem, when it is none, or has keys beyond the known ones. */
  readMap(node: Node | null, known: readonly string[], what: string): ReadonlyMap<string, Node> | null {
    if (!isMap(node)) {
      this.report(node, `${what} must be a mapping`);
      return null;
    }
    const values = new Map<string, Node>();
    for (const pair of node.items) {
      const key = this.#readKey(pair);
      if (key === null) continue;
      const value = this.#resolve(pair.value);
      if (known.length > 0 && !known.includes(key.text))
        this.report(key.node, unknownKey(key.text, known, what));
      else if (value !== null) values.set(key.text, value);
    }
    return values;
  }

  /** The texts of a mapping by key, whatever the keys, an empty one as an empty text; null, and a problem, when it is none. */
  readTexts(
    node: Node,
    what: string,
  ): ReadonlyMap<string, { readonly node: Node; readonly text: string }> | null {
    if (!isMap(node)) {
      this.report(node, `${what} must be a mapping`);
      return null;
    }
    const texts = new Map<string, { readonly node: Node; readonly text: string }>();
    for (const pair of node.items) {
      const key = this.#readKey(pair);
      const value = this.#follow(pair.value);
      const text = key === null || value === null ? null : this.readText(value, `${what} ${key.text}`);
      if (key !== null && value !== null && text !== null) texts.set(key.text, { node: value, text });
    }
    return texts;
  }

  /** The items of a sequence, empty ones too; null, and a problem, when it is none. */
  readList(node: Node, what: string): readonly Node[] | null {
    if (!isSeq(node)) {
      this.report(node, `${what} must be a list`);
      return null;
    }
    return node.items.flatMap((item) => this.#follow(item) ?? []);
  }

  /** A scalar as it is written, an empty one as an empty text; null, and a problem, when it is none. */
  readText(node: Node, what: string): string | null {
    if (!isScalar(node)) {
      this.report(node, `${what} must be a text`);
      return null;
    }
    if (node.value === null) return '';
    if (typeof node.value === 'string') return node.value;
    return node.source ?? '';
  }

  /** A value as plain data. */
  valueOf(node: Node): unknown {
    return this.#document === null ? null : node.toJS(this.#document, { maxAliasCount: maxAliases });
  }

  readBoolean(node: Node, what: string): boolean | null {
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.report(node, `${what} must be true or false`);
    return null;
  }

  readInteger(node: Node, what: string): number | null {
    if (isScalar(node) && typeof node.value === 'number' && Number.isSafeInteger(node.value))
      return node.value;
    this.report(node, `${what} must be a whole number`);
    return null;
  }

  #thaw(frozen: FrozenNode, text: string): Document {
    this.#lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#lines.addNewLine(at + 1);
    }
    return thawYaml(frozen);
  }

  #parse(text: string): Document | null {
    if (text.length > maxFileLength) {
      this.report(null, `file is longer than ${maxFileLength} characters`);
      return null;
    }
    try {
      const documents = parseAllDocuments(text, { lineCounter: this.#lines, merge: false });
      const [document, second] = Array.isArray(documents) ? documents : [];
      for (const error of document?.errors ?? []) this.reportAt(error.pos[0], plainMessage(error.message));
      if (document === undefined || document.contents === null) this.report(null, 'file is empty');
      if (second !== undefined) this.report(second.contents, 'file has a second document');
      return this.problems.length > 0 || document === undefined ? null : document;
    } catch (thrown) {
      this.report(null, `file could not be read as YAML: ${messageOf(thrown)}`);
      return null;
    }
  }

  reportAt(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const problem = { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message };
    if (this.problems.length < maxProblems) this.problems.push(problem);
  }

  /** What a node stands for; null when that is nothing, as behind a key without a value. */
  #resolve(node: unknown): Node | null {
    const value = this.#follow(node);
    return isScalar(value) && value.value === null ? null : value;
  }

  #follow(node: unknown): Node | null {
    if (!isNode(node)) return null;
    if (!isAlias(node)) return node;
    return (this.#document === null ? undefined : node.resolve(this.#document)) ?? null;
  }

  #readKey(pair: Pair): { readonly node: Node; readonly text: string } | null {
    const { key } = pair;
    if (isScalar(key)) return { node: key, text: String(key.value) };
    this.report(isNode(key) ? key : null, 'key must be a text');
    return null;
  }
}

/** The parser's message without the picture of the line behind it. */
function plainMessage(message: string): string {
  const first = message.split('\n', 1)[0] ?? message;
  return first
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** What others call our keys. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ['reason', 'message'],
  ['msg', 'message'],
  ['condition', 'when'],
  ['conditions', 'when'],
  ['if', 'when'],
  ['decision', 'action'],
  ['effect', 'action'],
  ['default', 'default_action'],
  ['tools', 'tool'],
  ['command', 'command_matches'],
  ['commands', 'command_matches'],
  ['path', 'path_matches'],
  ['paths', 'path_matches'],
]);

function unknownKey(key: string, known: readonly string[], what: string): string {
  const meant = otherWords.get(key);
  const close = known.find((candidate) => candidate === meant || isClose(key, candidate));
  if (key === 'match' && what === 'rule') return 'unknown key "match" in rule: it belongs to the policy';
  return `unknown key ${JSON.stringify(key)} in ${what}${close === undefined ? '' : `, did you mean ${close}?`}`;
}

/** Whether two names differ by at most two letters, or only in what separates their parts. */
export function isClose(given: string, wanted: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, '');
  return plain(given) === plain(wanted) || editDistance(given.slice(0, 40), wanted) <= 2;
}

function editDistance(first: string, second: string): number {
  let previous = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let row = 1; row <= first.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= second.length; column += 1) {
      const swap =
        (previous[column - 1] ?? 0) + (first.charAt(row - 1) === second.charAt(column - 1) ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
