import treeSitter from '@vscode/tree-sitter-wasm';
import { KnownScripts } from './knownScripts.ts';
import { scanShellText } from './scanShellText.ts';
import type { ShellScript, ShellVariables, Span } from './shellScript.ts';
import { walkShellTree } from './walkShellTree.ts';

/** The longest text that the grammar reads. */
const maxGrammarText = 65_536;

/** How long the grammar may take for all texts of one decision. */
export const maxReadingMs = 20;

/** Reads shell text into the commands it would run. */
export interface ShellReader {
  /**
   * The commands of a text, with the variables put in that are known. Text that the grammar cannot read, or not
   * within its bounds, is read by its quotes and operators alone. Never throws.
   */
  read(text: string, variables: ShellVariables, isExpired: () => boolean): ShellScript;
}

type Parser = InstanceType<typeof treeSitter.Parser>;

/**
 * Prepares a reader from the bytes of tree-sitter's runtime and of its bash grammar
 * (`wasm/tree-sitter.wasm` and `wasm/tree-sitter-bash.wasm` of `@vscode/tree-sitter-wasm`).
 * Rejects when the bytes are not what they should be.
 */
export async function createShellReader(runtime: Uint8Array, grammar: Uint8Array): Promise<ShellReader> {
  const options = { wasmBinary: runtime, locateFile: (file: string) => file };
  await treeSitter.Parser.init(options);
  const parser = new treeSitter.Parser();
  parser.setLanguage(await treeSitter.Language.load(grammar));
  const known = new KnownScripts();
  let isBroken = false;
  const readAnew = (text: string, variables: ShellVariables, isExpired: () => boolean): ShellScript => {
    if (isBroken || text.length > maxGrammarText) return scanShellText(text, variables);
    try {
      const read = (source: string): ShellScript | null =>
        readByGrammar(parser, source, variables, isExpired);
      const plain = withoutNegations(text);
      return read(text) ?? (plain === text ? null : read(plain)) ?? readBroken(text, variables, read);
    } catch {
      // The runtime ran out of memory or trapped: what it would say from now on is worth nothing.
      isBroken = true;
      return scanShellText(text, variables);
    }
  };
  return {
    read: (text, variables, isExpired) =>
      known.read(text, variables, (asked) => readAnew(text, asked, isExpired)),
  };
}

/** Text that is no shell text as a whole. A shell runs the lines before the one that it cannot read: the grammar reads those. */
function readBroken(
  text: string,
  variables: ShellVariables,
  read: (source: string) => ShellScript | null,
): ShellScript {
  const whole = scanShellText(text, variables);
  const head = text.slice(0, text.lastIndexOf('\n', findOpenQuote(text)) + 1);
  const first = head.trim() === '' ? null : read(head);
  if (first === null) return whole;
  const by = first.commands.length;
  const shifted = ({ from, to }: Span): Span => ({ from: from + by, to: to + by });
  const rest = whole.commands.map((command) => ({
    ...command,
    input: command.input === null ? null : shifted(command.input),
    inner: shifted(command.inner),
  }));
  return { commands: [...first.commands, ...rest], isFallback: true, isCut: whole.isCut || first.isCut };
}

/** Where a quote begins that does not end; where the text ends when there is none. */
function findOpenQuote(text: string): number {
  const pieces = /\\[\s\S]|(?<=^|\s)#.*|'[^']*('|$)|"(?:\\[\s\S]|[^"\\])*("|$)/g;
  for (const { 1: single, 2: double, index } of text.matchAll(pieces))
    if (single === '' || double === '') return index;
  return text.length;
}

/** The grammar knows `!` before commands only, and not before `{`, `for` or a function; for what would run it makes no difference. */
function withoutNegations(text: string): string {
  return text.replaceAll(/(^|[\n;&|({]\s{0,8})!(?=\s)/g, '$1 ');
}

/** The commands as the grammar sees them; null when it meets an error or a bound. */
function readByGrammar(
  parser: Parser,
  text: string,
  variables: ShellVariables,
  isExpired: () => boolean,
): ShellScript | null {
  if (isExpired()) return null;
  const tree = parser.parse(text, null, { progressCallback: isExpired });
  if (tree === null) {
    parser.reset();
    return null;
  }
  try {
    return tree.rootNode.hasError ? null : walkShellTree(tree, text, variables, isExpired);
  } finally {
    tree.delete();
  }
}
