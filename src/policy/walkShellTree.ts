import type { Tree, TreeCursor } from '@vscode/tree-sitter-wasm';
import type { CommandSource } from './scriptBuilder.ts';
import { maxCommands, ScriptBuilder } from './scriptBuilder.ts';
import type { ShellScript, ShellVariables } from './shellScript.ts';

/** How many shells and commands may be nested, two for each level; deeper text is left to the fallback. */
const maxFrames = 400;

/** How many nodes are visited between two looks at the clock. */
const nodesPerClockLook = 512;

/** A node that the walk is inside of, as far as it matters. */
interface Frame {
  readonly type: string;
  readonly words: string[];
  readonly assignments: string[];
  readonly redirections: string[];
  hereText: string | null;
  /** Where its commands begin; for a command its own place. */
  from: number;
  /** Where the commands of a redirected group end. */
  bodyEnd: number;
  /** Where the last part of a command ends in the text; -1 before the first. */
  partEnd: number;
}

/** Nodes whose inside changes nothing for what stands behind them. */
const ownShells: ReadonlySet<string> = new Set([
  'subshell',
  'command_substitution',
  'process_substitution',
  'pipeline',
  'function_definition',
]);

const commandNodes: ReadonlySet<string> = new Set(['command', 'declaration_command', 'unset_command']);

/** Words that name no command where one may stand. */
const reserved: ReadonlySet<string> = new Set(
  'if then elif else fi for select while until do done case esac function { }'.split(' '),
);

const frameNodes: ReadonlySet<string> = new Set([
  ...ownShells,
  ...commandNodes,
  'redirected_statement',
  'for_statement',
  'variable_assignment',
]);

/**
 * Collects the commands from a tree of the bash grammar. The walk keeps its own stack, so no nesting can exhaust the caller's;
 * null when a bound is met.
 */
export function walkShellTree(
  tree: Tree,
  text: string,
  variables: ShellVariables,
  isExpired: () => boolean,
): ShellScript | null {
  const cursor = tree.walk();
  try {
    return new TreeWalk(cursor, text, variables).run(isExpired);
  } finally {
    cursor.delete();
  }
}

class TreeWalk {
  readonly #cursor: TreeCursor;
  readonly #text: string;
  readonly #builder: ScriptBuilder;
  readonly #frames: Frame[] = [];
  /** For every node above the cursor, whether it has a frame. */
  readonly #isFramed: boolean[] = [];
  /** The tree is not what a shell would read. */
  #isWrong = false;

  constructor(cursor: TreeCursor, text: string, variables: ShellVariables) {
    this.#cursor = cursor;
    this.#text = text;
    this.#builder = new ScriptBuilder(variables);
  }

  run(isExpired: () => boolean): ShellScript | null {
    for (let visited = 1; ; visited += 1) {
      if (visited % nodesPerClockLook === 0 && isExpired()) return null;
      if (this.#frames.length > maxFrames || this.#builder.count > maxCommands || this.#isWrong) return null;
      this.#isFramed.push(this.#enter());
      if (this.#cursor.gotoFirstChild()) continue;
      if (!this.#goOn()) return { commands: this.#builder.commands, isFallback: false, isCut: false };
    }
  }

  /** Leaves the node and its parents until there is a next one; false at the end. */
  #goOn(): boolean {
    for (;;) {
      if (this.#isFramed.pop() === true) this.#leave();
      if (this.#cursor.gotoNextSibling()) return true;
      if (!this.#cursor.gotoParent()) return false;
    }
  }

  #slice(): string {
    return this.#text.slice(this.#cursor.startIndex, this.#cursor.endIndex);
  }

  #enter(): boolean {
    const type = this.#cursor.nodeType;
    const parent = this.#frames.at(-1);
    // A here-document that begins with a backslash is taken for words of a command.
    if (type === 'word' && this.#text[this.#cursor.startIndex] === '\n') this.#isWrong = true;
    if (parent !== undefined) this.#noteChild(parent, type);
    if (!frameNodes.has(type) && !this.#isRedirectedList(type)) return false;
    const frame: Frame = {
      type,
      words: [],
      assignments: [],
      redirections: [],
      hereText: null,
      from: this.#builder.count,
      bodyEnd: -1,
      partEnd: -1,
    };
    this.#open(frame, parent);
    this.#frames.push(frame);
    return true;
  }

  /** `a && b > FILE`: the grammar puts the list into the redirection, the shell only its last command. */
  #isRedirectedList(type: string): boolean {
    return (
      type === 'list' &&
      this.#isFramed.at(-1) === true &&
      this.#frames.at(-1)?.type === 'redirected_statement'
    );
  }

  #open(frame: Frame, parent: Frame | undefined): void {
    const { type } = frame;
    if (commandNodes.has(type) || (type === 'variable_assignment' && !isCommandFrame(parent)))
      frame.from = this.#builder.reserve();
    else if (ownShells.has(type)) this.#builder.enter(isSubstitution(type) ? null : this.#builder.input);
    // A here-document's line goes on inside it: what is piped there is the command that the document belongs to.
    if (type === 'pipeline' && parent?.type === 'redirected_statement' && parent.bodyEnd >= 0)
      frame.from = parent.from;
    if (type === 'function_definition') this.#builder.forgetParameters();
  }

  /** What a node means to the frame that it stands in. */
  #noteChild(frame: Frame, type: string): void {
    switch (frame.type) {
      case 'command':
      case 'declaration_command':
      case 'unset_command':
        this.#noteCommandPart(frame, type);
        break;
      case 'redirected_statement':
        this.#noteRedirect(frame, type);
        break;
      case 'pipeline':
        this.#notePipe(frame, type);
        break;
      case 'list':
        this.#noteListPart(frame, type);
        break;
      case 'for_statement':
        this.#noteLoop(frame, type);
        break;
      case 'command_substitution':
        if (type === 'file_redirect' && this.#isFramed.at(-1) === true)
          frame.redirections.push(this.#redirection());
        break;
      default:
    }
  }

  #noteListPart(frame: Frame, type: string): void {
    if ((type === '&&' || type === '||') && this.#isFramed.at(-1) === true) frame.from = this.#builder.count;
  }

  #notePipe(frame: Frame, type: string): void {
    if (type !== '|' && type !== '|&') return;
    this.#builder.input = { from: frame.from, to: this.#builder.count };
    frame.from = this.#builder.count;
  }

  #noteCommandPart(frame: Frame, type: string): void {
    if (this.#isFramed.at(-1) !== true) return;
    // Some texts make the grammar take the next line for more words: `a | b | sh`, and behind it `ls && ls`.
    const gap = frame.partEnd < 0 ? '' : this.#text.slice(frame.partEnd, this.#cursor.startIndex);
    if (gap.includes('\n') && gap.replaceAll('\\\n', '').includes('\n')) this.#isWrong = true;
    frame.partEnd = this.#cursor.endIndex;
    // Of `! for …` it makes commands that are called `for`, `do` and `done`.
    if (type === 'command_name' && reserved.has(this.#slice())) this.#isWrong = true;
    if (type === 'variable_assignment') {
      frame.assignments.push(this.#slice());
      if (frame.type !== 'command') frame.words.push(this.#slice());
    } else if (type === 'file_redirect') frame.redirections.push(this.#redirection());
    else if (type === 'herestring_redirect')
      frame.hereText = this.#builder.textOf(this.#slice().slice(3).trim());
    else frame.words.push(this.#slice());
  }

  #noteRedirect(frame: Frame, type: string): void {
    if (!type.endsWith('_redirect') && type !== 'heredoc_body') return;
    if (frame.bodyEnd < 0) frame.bodyEnd = this.#builder.count;
    if (type === 'file_redirect') frame.redirections.push(this.#redirection());
    else if (type === 'herestring_redirect')
      frame.hereText = this.#builder.textOf(this.#slice().slice(3).trim());
    else if (type === 'heredoc_body') frame.hereText = this.#slice();
  }

  /** The grammar takes words behind a redirection for more targets of it; to the shell they are words of the command. */
  #redirection(): string {
    const text = this.#slice();
    if (/^\S*[<>]\S*\s*\S+\s/.test(text)) {
      const targets = this.#cursor.currentNode.childrenForFieldName('destination');
      if (targets.length > 1) this.#isWrong = true;
    }
    return text;
  }

  #noteLoop(frame: Frame, type: string): void {
    if (this.#isFramed.at(-1) !== true) return;
    if (type === 'do_group' || type === 'compound_statement') {
      const [variable, ...values] = frame.words;
      if (variable !== undefined) this.#builder.loop(variable, values);
    } else if (this.#cursor.currentFieldName === 'variable' || this.#cursor.currentFieldName === 'value')
      frame.words.push(this.#slice());
  }

  #leave(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (frame.type === 'command_substitution' && frame.redirections.length > 0) this.#addBare(frame);
    if (frame.type === 'function_definition') this.#builder.define(this.#slice());
    const parent = this.#frames.at(-1);
    if (frame.type === 'list' && parent !== undefined) parent.from = frame.from;
    if (ownShells.has(frame.type)) this.#builder.leave();
    else if (commandNodes.has(frame.type)) this.#builder.fill(frame.from, sourceOf(frame));
    else if (frame.type === 'variable_assignment') this.#leaveAssignment(frame);
    else if (frame.type === 'redirected_statement') this.#leaveRedirected(frame);
  }

  #leaveRedirected(frame: Frame): void {
    const { from, redirections, hereText } = frame;
    if (frame.bodyEnd === from && this.#builder.count === from) this.#addBare(frame);
    else this.#builder.redirect({ from, to: frame.bodyEnd }, redirections, hereText);
  }

  /** `> FILE` and `$(< FILE)`: redirections without a command. */
  #addBare({ redirections, hereText }: Frame): void {
    this.#builder.fill(this.#builder.reserve(), { words: [], assignments: [], redirections, hereText });
  }

  #leaveAssignment(frame: Frame): void {
    if (isCommandFrame(this.#frames.at(-1))) return;
    this.#builder.fill(frame.from, {
      words: [],
      assignments: [this.#slice()],
      redirections: [],
      hereText: null,
    });
  }
}

function isSubstitution(type: string): boolean {
  return type === 'command_substitution' || type === 'process_substitution';
}

function isCommandFrame(frame: Frame | undefined): boolean {
  return frame !== undefined && commandNodes.has(frame.type);
}

function sourceOf(frame: Frame): CommandSource {
  return {
    words: frame.words,
    assignments: frame.assignments,
    redirections: frame.redirections,
    hereText: frame.hereText,
  };
}
