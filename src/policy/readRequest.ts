import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Component, Reading } from './component.ts';
import { namesSought, readFindScope } from './findCommand.ts';
import { readForkBomb } from './forkBomb.ts';
import type { Launch } from './launch.ts';
import { isMakeOfInput, isRunVariable, recipesOf } from './hiddenTexts.ts';
import { joinPath } from './paths.ts';
import type { Mount } from './mounts.ts';
import { readMounts } from './mounts.ts';
import { OwnContainers } from './ownContainer.ts';
import { isBefore, listedPlaces, listers, sifters, withOperands } from './listedOperands.ts';
import { readLiteralOutput } from './literalOutput.ts';
import { programOf, readLaunches } from './readLaunches.ts';
import { readInlineCode, shellTexts, takesCodeFromInput } from './inlineCode.ts';
import { isInterpreter } from './programs.ts';
import { boundCommand, isTooLong, maxShellTextLength } from './requestBounds.ts';
import { isShell, readShellCall } from './shellCall.ts';
import type {
  DirectoryChange,
  ShellCommand,
  ShellScript,
  ShellVariables,
  Span,
  Word,
} from './shellScript.ts';
import { literalCommand, literalWord, textsOf } from './shellScript.ts';
import type { ShellReader } from './shellReader.ts';
import { maxReadingMs } from './shellReader.ts';

/** How many launchers and shells may stand in one another. */
const maxLaunchDepth = 32;

/** How many functions, launchers and shells may stand in one another for the body of a function to be read again. */
const maxFunctionDepth = 6;

/** The most commands that one request is read into. */
const maxComponents = 5_000;

/** How many files that a text writes are remembered. */
const maxWrittenFiles = 64;

/** The most words that are taken over from a literal input. */
const maxInputWords = 64;

/** How long reading a request may take; the asker does not wait longer than two seconds for the whole decision. */
const maxRequestMs = 500;

/** How many commands are read between two looks at the clock. */
const commandsPerClockLook = 64;

/** What reading needs of the machine. */
export interface ReadingWorld {
  readonly reader: ShellReader;
  readonly home: string | null;
  readonly workspace: string | null;
  /** Milliseconds since some moment; what takes too long is refused, or read without the grammar. */
  elapsed(): number;
}

/** What a command inherits from where it stands. */
interface Place {
  readonly directory: string | null;
  readonly assigned: readonly string[];
  readonly input: Span | null;
  readonly isElsewhere: boolean;
  readonly isInOwnContainer: boolean;
  readonly mounts: readonly Mount[];
  readonly isOpenEnded: boolean;
  readonly isGrantable: boolean;
  readonly depth: number;
}

/** Reads a request into every command that it would run; `isSought` tells of a word whether some rule may look for it. */
export function readRequest(
  request: ExecRequest,
  world: ReadingWorld,
  isSought: (word: string) => boolean,
): Reading {
  return new RequestReading(world, isSought).read(request);
}

class RequestReading {
  readonly #world: ReadingWorld;
  readonly #isSought: (word: string) => boolean;
  readonly #components: Component[] = [];
  /** What the text writes into files, by their names as they are put in. */
  readonly #written = new Map<string, string>();
  readonly #started: number;
  readonly #containers: OwnContainers;
  #isCut = false;
  #isFallback = false;

  constructor(world: ReadingWorld, isSought: (word: string) => boolean) {
    this.#world = world;
    this.#isSought = isSought;
    this.#started = world.elapsed();
    this.#containers = new OwnContainers(world, this.#components);
  }

  read(request: ExecRequest): Reading {
    const place: Place = {
      directory: request.cwd,
      assigned: [],
      input: null,
      isElsewhere: false,
      isInOwnContainer: false,
      mounts: [],
      isOpenEnded: false,
      isGrantable: true,
      depth: 0,
    };
    this.#isCut = isTooLong(request);
    const argv = this.#isCut ? [] : argvOf(request);
    if (argv === null) this.#readText(request.command, [], place);
    else this.#readCommand(literalCommand(argv), place);
    const granted = this.#components.filter((component) => component.isGrantable);
    return {
      raw: request.command,
      components: this.#components,
      whole: granted.length === 1 ? (granted[0]?.text ?? '') : granted.map(({ text }) => text).join(' && '),
      isComposite: granted.length > 1,
      isCut: this.#isCut,
      isFallback: this.#isFallback,
    };
  }

  /** Adds a command and everything it starts; what it starts stands behind it. */
  #readCommand(given: ShellCommand, outer: Place): void {
    const index = this.#components.length;
    const command = this.#bound(given);
    if (command === null) return;
    const place = command === given ? outer : { ...outer, isGrantable: false };
    const program = programOf(command.words[0]);
    const launches = readLaunches(program, command.words);
    const words = this.#withFindings(program, command, place);
    const isTransparent =
      launches.length > 0 && launches.every((launch) => launch.isTransparent && isReadable(launch));
    const { text, expanded } = textsOf(command.words);
    const hereText = command.hereText ?? this.#codeOf(program, words, place);
    this.#components.push({
      words,
      program,
      text,
      expanded: readForkBomb(command) ?? expanded,
      assignments: command.assignments,
      assigned: place.assigned,
      redirections: command.redirections,
      directory: place.directory,
      isElsewhere: place.isElsewhere,
      isInOwnContainer: place.isInOwnContainer,
      mounts: place.mounts,
      isOpenEnded: place.isOpenEnded,
      isGrantable: place.isGrantable && !isTransparent && command.words.length > 0,
      hereText,
      code: readInlineCode(program, words, hereText),
      input: place.input,
      inner: { from: index + 1, to: index + 1 },
    });
    this.#noteWritten(program, index, command);
    for (const launch of launches) this.#readLaunch(launch, command, place, isTransparent);
    this.#readMore(program, command, place);
    if (hereText !== null) this.#readCode(words, hereText, place);
  }

  /** A command as far as it is judged; null when there is too much of it, or before it. */
  #bound(command: ShellCommand): ShellCommand | null {
    const index = this.#components.length;
    const isLate = index % commandsPerClockLook === 63 && this.#isLate();
    const bounded = index >= maxComponents || isLate ? null : boundCommand(command, this.#isSought);
    this.#isCut ||= bounded === null;
    return this.#isCut ? null : bounded;
  }

  /** What is known of a file that the text writes itself. */
  #noteWritten(program: string, index: number, { words, redirections, hereText }: ShellCommand): void {
    const target = redirections.find(({ operator }) => /^>[>|]?$/.test(operator))?.target.text;
    const copied = program === 'tee' ? words[1]?.text : undefined;
    const file = target ?? copied;
    if (file === undefined || this.#written.size >= maxWrittenFiles) return;
    const isHere = hereText !== null && (program === 'cat' || program === 'tee');
    const text = isHere ? hereText : readLiteralOutput(this.#components, { from: index, to: index + 1 });
    if (text !== null) this.#written.set(file, `${this.#written.get(file) ?? ''}${text}\n`);
  }

  /** The code of an interpreter that runs a file which the text has written, or what `echo 'CODE' | python3` gives it. */
  #codeOf(program: string, words: readonly Word[], { input }: Place): string | null {
    if (this.#written.size === 0 && input === null) return null;
    if (!isInterpreter(program) && !isGoRun(program, words)) return null;
    const file = words.slice(1).find(({ text }) => this.#written.has(text));
    if (file !== undefined) return this.#written.get(file.text) ?? null;
    return input !== null && takesCodeFromInput(words) ? readLiteralOutput(this.#components, input) : null;
  }

  /** The shell texts that stand in such code. */
  #readCode(words: readonly Word[], code: string, place: Place): void {
    const program = programOf(words[0]);
    if (!isInterpreter(program) || !takesCodeFromInput(words) || place.depth >= maxLaunchDepth) return;
    for (const text of shellTexts(code, program))
      this.#readText(text, [], { ...place, input: null, isGrantable: false, depth: place.depth + 1 });
  }

  /** A shell that runs such a file, or such a file itself. */
  #readWrittenScript({ words }: ShellCommand, place: Place): void {
    const program = programOf(words[0]);
    const script = isShell(program)
      ? readShellCall(words).script?.text
      : words[program === '.' || program === 'source' ? 1 : 0]?.text;
    const text = this.#written.get(script ?? '') ?? this.#written.get(script?.replace(/^\.\//, '') ?? '');
    if (text === undefined || place.depth >= maxLaunchDepth) return;
    this.#readText(text, words, { ...place, input: null, isGrantable: false, depth: place.depth + 1 });
  }

  /** What a command runs that stands in no launcher's words. */
  #readMore(program: string, command: ShellCommand, place: Place): void {
    if (command.body !== null) this.#readBody(command.body, command, place);
    if (isShell(program)) this.#readInput(command, place);
    if (command.assignments.length > 0) this.#readRunVariables(command, place);
    if (isMakeOfInput(program, command.words)) this.#readMakefile(command, place);
    if (this.#written.size > 0) this.#readWrittenScript(command, place);
  }

  /** `GIT_SSH_COMMAND='…' git fetch`: what some program runs stands in a variable. */
  #readRunVariables({ assignments }: ShellCommand, place: Place): void {
    if (place.depth >= maxLaunchDepth) return;
    for (const { name, value } of assignments)
      if (isRunVariable(name) && value.text !== '')
        this.#readText(value.text, [], { ...place, input: null, isGrantable: false, depth: place.depth + 1 });
  }

  /** `make -f -` takes what it does from its standard input. */
  #readMakefile({ hereText }: ShellCommand, place: Place): void {
    const text = hereText ?? readLiteralOutput(this.#components, place.input);
    if (text !== null && place.depth < maxLaunchDepth)
      this.#readText(recipesOf(text), [], {
        ...place,
        input: null,
        isGrantable: false,
        depth: place.depth + 1,
      });
  }

  /** What a function does with its arguments; the granting rules have seen its commands where they stand. */
  #readBody(body: string, command: ShellCommand, place: Place): void {
    if (place.depth >= maxFunctionDepth) return;
    this.#readText(body, command.words, { ...place, isGrantable: false, depth: place.depth + 1 });
  }

  /** A shell runs its standard input, as far as the words around it say what that is. */
  #readInput(command: ShellCommand, place: Place): void {
    const call = readShellCall(command.words);
    if (!call.readsInput || place.depth >= maxLaunchDepth) return;
    const text = command.hereText ?? readLiteralOutput(this.#components, place.input);
    if (text !== null)
      this.#readText(text, [], { ...place, input: null, isGrantable: false, depth: place.depth + 1 });
  }

  #readLaunch(launch: Launch, command: ShellCommand, outer: Place, isTransparent: boolean): void {
    if (outer.depth >= maxLaunchDepth) {
      this.#isCut = true;
      return;
    }
    const added = this.#operandsFromInput(launch, command, outer);
    const place: Place = {
      directory:
        launch.directory === null ? outer.directory : changeDirectory(outer.directory, launch.directory),
      assigned: [...outer.assigned, ...launch.assigned],
      input: launch.isOpenEnded ? null : outer.input,
      isElsewhere: outer.isElsewhere || launch.isElsewhere,
      isInOwnContainer: this.#containers.isOwn(launch, command, outer),
      mounts: launch.isElsewhere
        ? readMounts({ program: programOf(command.words[0]), words: command.words })
        : outer.mounts,
      isOpenEnded: outer.isOpenEnded || (launch.isOpenEnded && added.length === 0),
      isGrantable: outer.isGrantable && isTransparent,
      depth: outer.depth + 1,
    };
    if (launch.text === null)
      this.#readCommand(
        {
          ...command,
          words: [...launch.words, ...added],
          assignments: command.assignments.filter(({ name }) => !isRunVariable(name)),
        },
        place,
      );
    else if (isReadable(launch))
      this.#readText(withOperands(launch.text.text, added), launch.parameters, place);
  }

  /** What xargs would add to its command, where that stands in the text. */
  #operandsFromInput(launch: Launch, command: ShellCommand, outer: Place): readonly Word[] {
    if (!launch.isOpenEnded) return [];
    const input = command.hereText ?? readLiteralOutput(this.#components, outer.input);
    const words = input?.split(/[\s\0]+/).filter((word) => word !== '') ?? [];
    return words.length > 0 ? words.slice(0, maxInputWords).map(literalWord) : this.#findings(outer.input);
  }

  /** `find … | while read f; do rm "$f"; done`: the variable of a deletion stands for what is found. */
  #withFindings(program: string, { words }: ShellCommand, { input }: Place): readonly Word[] {
    if (input === null || !/^(?:rm|unlink|shred|rmdir)$/.test(program)) return words;
    if (!words.some((word) => !word.isKnown && /^\$\{?\w+\}?$/.test(word.text))) return words;
    return [...words, ...this.#findings(input)];
  }

  /** What a `find` at the other end of the pipe can print: something below where it looks. */
  #findings(input: Span | null): readonly Word[] {
    const last = input === null ? undefined : this.#components[input.to - 1];
    if (last !== undefined && sifters.has(last.program) && isBefore(last.input, input))
      return this.#findings(last.input);
    if (last !== undefined && listers.has(last.program)) return listedPlaces(last);
    if (last?.program !== 'find') return [];
    const { roots } = readFindScope(last.words);
    const anything = roots.map((root) => ({
      ...root,
      text: `${root.text.replace(/\/+$/, '')}/?`,
      written: null,
    }));
    const named = namesSought(last.words).filter((name) => !roots.some(({ text }) => text === name.text));
    return [...anything, ...named.map((name) => ({ ...name, written: null }))];
  }

  #readText(text: string, parameters: readonly Word[], place: Place): void {
    if (text.length > maxShellTextLength) this.#isCut = true;
    if (this.#isCut) return;
    const script = this.#readScript(text, this.#variablesOf(parameters, place));
    this.#isFallback ||= script.isFallback;
    this.#isCut ||= script.isCut;
    const places: number[] = [];
    const visited = new Map<DirectoryChange, string | null>();
    for (const command of script.commands) {
      places.push(this.#components.length);
      const directory = follow(command.directory, place.directory, visited);
      const isBehind = command.input !== null && command.input.from >= places.length;
      const end = places.at(-1) ?? 0;
      const input = command.input === null || isBehind ? place.input : spanOf(places, command.input, end);
      this.#readCommand(command, { ...place, directory, input });
    }
    places.push(this.#components.length);
    script.commands.forEach((command, index) => {
      this.#setInner(places, index, command);
      this.#readSubstituted(command, spanOf(places, command.inner, this.#components.length), place);
    });
  }

  /** `eval "$(echo TEXT)"` and `. <(echo TEXT)` run what the substitution prints. */
  #readSubstituted(command: ShellCommand, inner: Span, place: Place): void {
    const program = programOf(command.words[0]);
    const isSource = program === '.' || program === 'source';
    if (place.depth >= maxLaunchDepth || !(isSource || program === 'eval' || isShell(program))) return;
    const isInput = isSource && command.words[1]?.text === '/dev/stdin';
    const text = isInput ? command.hereText : readLiteralOutput(this.#components, inner);
    if (text !== null)
      this.#readText(text, [], { ...place, input: null, isGrantable: false, depth: place.depth + 1 });
  }

  /** Translates where the substitutions of a command stand, now that all of them are read. */
  #setInner(places: readonly number[], index: number, command: ShellCommand): void {
    if (command.inner.from >= command.inner.to && command.input === null) return;
    const end = this.#components.length;
    const inner = spanOf(places, command.inner, end);
    const input = command.input === null ? null : spanOf(places, command.input, end);
    for (let at = places[index] ?? end; at < (places[index + 1] ?? end); at += 1) {
      const component = this.#components[at];
      if (component === undefined || component.inner.from < component.inner.to) continue;
      this.#components[at] = { ...component, inner, input: component.input ?? input };
    }
  }

  #isLate(): boolean {
    return this.#world.elapsed() - this.#started > maxRequestMs;
  }

  #readScript(text: string, variables: ShellVariables): ShellScript {
    const deadline = this.#started + maxReadingMs;
    return this.#world.reader.read(text, variables, () => this.#world.elapsed() > deadline);
  }

  #variablesOf(parameters: readonly Word[], place: Place): ShellVariables {
    const variables = new Map<string, readonly string[]>();
    if (place.isElsewhere) return variables;
    if (place.directory !== null) variables.set('PWD', [place.directory]);
    parameters.forEach((word, index) => {
      if (word.isKnown) variables.set(String(index), [word.text]);
    });
    const rest = parameters.slice(1);
    if (rest.length > 0 && rest.every((word) => word.isKnown))
      variables.set(
        '@',
        rest.map((word) => word.text),
      );
    // Most texts have no use for it.
    const homeOf = (home: string | null): readonly string[] | undefined =>
      home === null ? undefined : [home];
    return { get: (name) => (name === 'HOME' ? homeOf(this.#world.home) : variables.get(name)) };
  }
}

/** `go run FILE`: Go has no interpreter, but runs its files. */
function isGoRun(program: string, words: readonly Word[]): boolean {
  return program === 'go' && words[1]?.text === 'run';
}

/** The shell text of a launch can be read; one that only the run can tell cannot. */
function isReadable(launch: Launch): boolean {
  return launch.text === null || launch.text.isKnown || /\s/.test(launch.text.text);
}

/**
 * The words of a request; null when there is only its text. The first word is the path that would be started when the
 * caller gave the program another name.
 */
function argvOf(request: ExecRequest): readonly string[] | null {
  const { argv, exe } = request;
  if (argv === null) return null;
  const [given, ...rest] = argv;
  const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  if (exe === null || (given !== undefined && baseOf(given) === baseOf(exe))) return argv;
  return [exe, ...rest];
}

function changeDirectory(from: string | null, to: Word): string | null {
  return to.isKnown && !to.isGlob ? joinPath(from, to.text) : null;
}

/** Where a shell is after its changes of directory; what is known of the earlier ones is kept in `visited`. */
function follow(
  change: DirectoryChange | null,
  start: string | null,
  visited: Map<DirectoryChange, string | null>,
): string | null {
  const pending: DirectoryChange[] = [];
  let at = change;
  for (; at !== null && !visited.has(at); at = at.before) pending.push(at);
  let directory = at === null ? start : (visited.get(at) ?? null);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    directory = changeDirectory(directory, next.to);
    visited.set(next, directory);
  }
  return directory;
}

function spanOf(places: readonly number[], span: Span, end: number): Span {
  return { from: places[span.from] ?? end, to: places[span.to] ?? end };
}
