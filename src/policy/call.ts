import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Component, Reading } from './component.ts';
import { readCodeSources } from './codeFlow.ts';
import type { CodeSource } from './condition.ts';
import type { Deletion } from './deletion.ts';
import { deletesOperands, readDeletions } from './deletions.ts';
import type { SortedCommand } from './commandShape.ts';
import { sortCommand } from './commandShape.ts';
import { namesSought, readFindScope } from './findCommand.ts';
import { readReads, readSends, readWrites } from './fileUse.ts';
import type { CallWorld, EvaluationWorld } from './evaluationWorld.ts';
import type { PathPatterns } from './pathPatterns.ts';
import { readLiteralOutput } from './literalOutput.ts';
import { readMounts } from './mounts.ts';
import type { Operation } from './operation.ts';
import { readOperations } from './operation.ts';
import { isListingEnvironment, isSeekingSecret, isShowingSecret } from './shownSecrets.ts';
import type { Span } from './shellScript.ts';
import { joinPath } from './paths.ts';
import { contentReaders } from './programs.ts';
import { readRequest } from './readRequest.ts';
import type { PathWorld } from './paths.ts';
import type { RecordedLooks } from './recordLooks.ts';
import { recordLooks } from './recordLooks.ts';
import { readRights } from './rights.ts';
import { readSignalled } from './signals.ts';
import type { TargetClass } from './targetClass.ts';
import { classifyTarget } from './targetClass.ts';
import { compileWildcard } from './wildcard.ts';

/** Something that a command deletes, as it names it, and the places in which that lies. */
export interface PlacedDeletion {
  readonly path: string;
  readonly places: ReadonlySet<TargetClass>;
}

/** A path with wildcards, as a shell reads it. */
export interface Glob {
  /** What stands between its slashes. */
  readonly names: readonly string[];
  readonly isFor: (path: string) => boolean;
}

/** Paths, and all of them as one text, in which it is quick to see that something stands in none. */
export interface PathList {
  readonly each: readonly string[];
  readonly joined: string;
  /** Those that the shell would expand, without those that say nothing. */
  readonly globs: readonly Glob[];
}

/** What was found out about one command of a call; null is what nobody has asked for. */
class Findings {
  readonly component: Component;
  deletions: readonly PlacedDeletion[] | null = null;
  rights: readonly PlacedDeletion[] | null = null;
  operations: ReadonlySet<Operation> | null = null;
  mounts: PathList | null = null;
  texts: readonly string[] | null = null;
  searched: string | null = null;
  mentioned: string | null = null;
  reads: PathList | null = null;
  writes: PathList | null = null;
  sorted: SortedCommand | null = null;

  constructor(component: Component) {
    this.component = component;
  }
}

/** A request under judgement: what is found out about it is found out once. */
export class Call {
  readonly request: ExecRequest;
  readonly reading: Reading;
  readonly world: CallWorld;
  readonly #findings = new Map<Component, Findings>();
  /** What was asked for last. */
  #asked: Findings | null = null;
  readonly #looks: RecordedLooks;
  readonly #started: number;
  #lines: readonly string[] | null = null;
  #sends: PathList | null = null;
  #codeSources: ReadonlySet<CodeSource> | null = null;

  /** `isSought` tells of a word whether some rule may look for it. */
  constructor(request: ExecRequest, world: EvaluationWorld, isSought: (word: string) => boolean) {
    this.#looks = recordLooks(request, world);
    this.#started = this.#looks.world.elapsed();
    this.request = this.#looks.request;
    this.world = this.#looks.world;
    const isOurs = (word: string): boolean => word === String(this.world.endpoint);
    this.reading =
      request.tool === 'exec'
        ? readRequest(this.request, this.world, (word) => isSought(word) || isOurs(word))
        : readNothing(request);
  }

  /** The line as it came and its commands joined, where that is another text than one of the commands. */
  get lines(): readonly string[] {
    return (this.#lines ??= linesOf(this.reading));
  }

  /** For how long the request has been judged, in milliseconds. */
  elapsed(): number {
    return this.#looks.world.elapsed() - this.#started;
  }

  /** Whether all that was found out so far follows from tool, command text, argv, program and directory. */
  isSelfContained(): boolean {
    return this.#isWhole() && !this.#looks.hasLooked();
  }

  /** The paths that must go on being free of links for the same to be found out again; null when more is needed. */
  unlinkedPaths(): readonly string[] | null {
    return this.#isWhole() ? this.#looks.unlinkedPaths() : null;
  }

  #isWhole(): boolean {
    return this.request.tool === 'exec' && !this.request.truncated && !this.reading.isFallback;
  }

  /** Every text in which a condition on texts may find something. */
  textsToSearch(): readonly string[] {
    const texts: string[] = [];
    for (const component of this.reading.components) {
      texts.push(this.searchedText(component));
      for (const text of this.textsOf(component))
        if (text !== component.text && text !== component.expanded) texts.push(text);
    }
    return [...texts, ...this.lines];
  }

  /** A text in which the path of every file stands that a command may read; null when it may be any file. */
  readTextOf(component: Component): string | null {
    if (!contentReaders.has(component.program)) return this.#mentionedOf(component);
    const { joined, globs } = this.readsOf(component);
    return globs.length > 0 ? null : joined;
  }

  /** What a command deletes, and where that lies. */
  deletionsOf(component: Component): readonly PlacedDeletion[] {
    return (this.#of(component).deletions ??= this.#place([
      ...readDeletions(component, this.world),
      ...this.#found(component),
    ]));
  }

  #place(deletions: readonly Deletion[]): readonly PlacedDeletion[] {
    return deletions.map((deletion) => ({
      path: deletion.path,
      places: classifyTarget(deletion, this.world),
    }));
  }

  /** What find looks through, where a command deletes things that only a variable names: it may be any of them. */
  #found(component: Component): readonly Deletion[] {
    if (component.isOpenEnded && !component.isElsewhere) return this.#listed(component);
    const isNamedByVariable = readDeletions(component, nowhere).some(
      ({ path, isKnown }) => !isKnown && /^\$\{?\w+\}?$/.test(path),
    );
    if (!isNamedByVariable) return [];
    return this.reading.components
      .filter(({ program }) => program === 'find')
      .flatMap(({ words, directory }) =>
        readFindScope(words).roots.map(({ text, isKnown }) => ({
          path: text,
          directory,
          isKnown,
          isWhole: false,
        })),
      );
  }

  /** What `ls` lists of other directories, where a command deletes whatever its input names. */
  #listed(component: Component): readonly Deletion[] {
    if (!deletesOperands(component.program)) return [];
    return this.reading.components
      .filter(({ program, isElsewhere }) => program === 'ls' && !isElsewhere)
      .flatMap(({ words, directory }) =>
        words
          .slice(1)
          .filter(({ text }) => text.includes('/') || /^~|^\.\./.test(text))
          .map(({ text, isKnown }) => ({ path: text, directory, isKnown, isWhole: false })),
      );
  }

  /** Whose permissions a command changes, and where that lies. */
  rightsOf(component: Component): readonly PlacedDeletion[] {
    return (this.#of(component).rights ??= this.#place(readRights(component)));
  }

  /** What a command asks a tool with sub-commands to do. */
  operationsOf(component: Component): ReadonlySet<Operation> {
    return (this.#of(component).operations ??= this.#readOperations(component));
  }

  #readOperations(component: Component): ReadonlySet<Operation> {
    if (isShowingSecret(component) || this.#isPickingSecret(component))
      return this.#isTaken(component) ? new Set() : new Set(['reveal']);
    return readOperations(component, () => this.searchedText(component), this.reading.raw);
  }

  /** `env | grep -i token` picks the secrets out. */
  #isPickingSecret(component: Component): boolean {
    const { input } = component;
    if (input === null || !isSeekingSecret(component)) return false;
    return this.reading.components.slice(input.from, input.to).some(isListingEnvironment);
  }

  /** Whether another command takes what a command prints. */
  #isTaken(component: Component): boolean {
    const { components } = this.reading;
    const index = components.indexOf(component);
    const holds = (span: Span | null): boolean => span !== null && span.from <= index && index < span.to;
    return components.some((each) => holds(each.input) || holds(each.inner));
  }

  /** Whether a command ends the process that decides, or takes hold of it. */
  signalsEndpoint(component: Component): boolean {
    const processes = readSignalled(component);
    return processes.length > 0 && processes.some((process) => this.world.endpoint === process);
  }

  /** The paths of this machine that a command gives to a container. */
  mountsOf(component: Component): PathList {
    return (this.#of(component).mounts ??= listOf(
      readMounts(component).map(({ host }) => joinPath(component.directory, host) ?? host),
    ));
  }

  /** The texts under which a restricting rule may know a command. */
  textsOf(component: Component): readonly string[] {
    return (this.#of(component).texts ??= alternativesOf(component));
  }

  /** What a substring is looked for in: the command, and what it is given to read where the words say that. */
  searchedText(component: Component): string {
    return (this.#of(component).searched ??= this.#readSearched(component));
  }

  #readSearched({ text, expanded, hereText, input }: Component): string {
    const given = hereText ?? (input === null ? null : readLiteralOutput(this.reading.components, input));
    if (expanded === null && given === null) return text;
    return [text, expanded, given].filter((part) => part !== null).join('\n');
  }

  /** The words of a command, told apart. */
  sortedOf(component: Component): SortedCommand {
    return (this.#of(component).sorted ??= sortCommand(component.program, component.words));
  }

  /** Whether a command can match any of these patterns at all; quick to tell of nearly every command. */
  mayRead(component: Component, patterns: PathPatterns): boolean {
    return contentReaders.has(component.program) || patterns.sought(this.#mentionedOf(component)).length > 0;
  }

  #mentionedOf(component: Component): string {
    return (this.#of(component).mentioned ??= mentionedIn(component));
  }

  /** The paths whose content a command may take in. */
  readsOf(component: Component): PathList {
    return (this.#of(component).reads ??= listOf([
      ...readReads(component, this.world),
      ...this.#readFindings(component),
    ]));
  }

  /** `cat $(find ~ -name '*.pem')`: what a search can print is read. */
  #readFindings({ program, inner, directory }: Component): readonly string[] {
    if (inner.from >= inner.to || !contentReaders.has(program)) return [];
    return this.reading.components
      .slice(inner.from, inner.to)
      .filter((each) => each.program === 'find')
      .flatMap(({ words }) => namesSought(words))
      .map(({ text }) => joinPath(directory, text) ?? text);
  }

  /** The paths that a command writes. */
  writesOf(component: Component): PathList {
    return (this.#of(component).writes ??= listOf(readWrites(component, this.world)));
  }

  /** The paths whose content the call may carry to another machine. */
  sends(): PathList {
    return (this.#sends ??= listOf(readSends(this.reading.components, this.world)));
  }

  /** From where, other than files, the call takes code that it runs. */
  codeSources(): ReadonlySet<CodeSource> {
    return (this.#codeSources ??= readCodeSources(this.reading.components));
  }

  #of(component: Component): Findings {
    if (this.#asked?.component === component) return this.#asked;
    const findings = this.#findings.get(component) ?? new Findings(component);
    this.#findings.set(component, findings);
    this.#asked = findings;
    return findings;
  }
}

const noPaths: PathList = { each: [], joined: '', globs: [] };

function listOf(each: readonly string[]): PathList {
  if (each.length === 0) return noPaths;
  const globs = each.filter((path) => path.startsWith('/') && /[*?[]/.test(path)).map(readGlob);
  return { each, joined: each.join('\n'), globs };
}

function readGlob(path: string): Glob {
  return { names: path.split('/'), isFor: compileWildcard(path.replaceAll(/\*+/g, '*')) };
}

function linesOf({ raw, whole, components }: Reading): readonly string[] {
  const [only] = components;
  const isPlain = components.length === 1 && only?.text === raw && raw === whole;
  if (isPlain) return [];
  return raw === whole ? [raw] : [raw, whole];
}

function mentionedIn({ directory, text, expanded, hereText, redirections }: Component): string {
  let mentioned = `${directory ?? ''}\n${text}`;
  if (expanded !== null) mentioned += `\n${expanded}`;
  if (hereText !== null) mentioned += `\n${hereText}`;
  for (const { target } of redirections) mentioned += `\n${target.text}`;
  return mentioned;
}

function readNothing(request: ExecRequest): Reading {
  return {
    raw: request.command,
    components: [],
    whole: request.command,
    isComposite: false,
    isCut: false,
    isFallback: false,
  };
}

function alternativesOf(component: Component): readonly string[] {
  const { words, program, text, expanded } = component;
  const spelt = expanded === null ? [text] : [text, expanded];
  const first = words[0]?.written ?? '';
  // The program without its path.
  const named = first.includes('/') ? [...spelt, program + text.slice(first.length)] : spelt;
  return program === 'rm' || program === 'find' ? [...named, ...canonicalDeletions(component)] : named;
}

/** Without temporary directories, a move is none of the deletions that are spelt. */
const nowhere: Pick<PathWorld, 'temporary'> = { temporary: [] };

/** `rm -rf TARGET` for every target of a recursive forced deletion, however its options are spelt. */
function canonicalDeletions(component: Component): readonly string[] {
  const texts = component.words.slice(1).map((word) => word.text);
  const has = (short: RegExp, long: string): boolean =>
    texts.some((text) => short.test(text) || (text.length > 4 && long.startsWith(text)));
  const isForced = has(/^-[A-Za-z]*f/, '--force');
  const isRecursive = has(/^-[A-Za-z]*[rR]/, '--recursive');
  if (component.program === 'rm' && !(isForced && isRecursive)) return [];
  return readDeletions(component, nowhere).map(({ path }) => `rm -rf ${tidy(path)}`);
}

/** A path without `.` and doubled slashes, and with `..` worked out where that needs no directory. */
function tidy(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts.at(-1);
    if (part === '..' && last !== undefined && last !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  const joined = parts.join('/');
  if (path.startsWith('/')) return `/${joined}`;
  return joined === '' ? '.' : joined;
}
