import type { Launcher } from './launchers.ts';
import { findLauncher, hasLauncherSubcommand } from './launchers.ts';
import { readFindLaunches } from './findCommand.ts';
import { readInlineCode, shellTexts } from './inlineCode.ts';
import type { Launch } from './launch.ts';
import { emptyLaunch } from './launch.ts';
import { isHiddenElsewhere, readHiddenTexts } from './hiddenTexts.ts';
import { isShell, readShellCall } from './shellCall.ts';
import { keepers, plainPrograms } from './operationPrograms.ts';
import { isInterpreter } from './programs.ts';
import type { Word } from './shellScript.ts';
import { literalWord } from './shellScript.ts';
import { valueOptionsOf } from './valueOptions.ts';
import { isWindowsShell, translateWindowsText } from './windowsShell.ts';

/** The last part of a path, as programs are named. */
export function programOf(word: Word | undefined): string {
  if (word === undefined) return '';
  const name = word.text.slice(word.text.lastIndexOf('/') + 1);
  if (name.startsWith('g') && gnuNames.has(name.slice(1))) return name.slice(1);
  return name.slice(-4).toLowerCase() === '.exe' ? name.slice(0, -4).toLowerCase() : name;
}

/** Programs that are called with a `g` before their names where the system has its own. */
const gnuNames: ReadonlySet<string> = new Set(
  'find xargs sed tar rm mv cp dd ln cat tac head tail tee shred truncate unlink rmdir chmod chown chgrp env timeout nice nohup stdbuf install base64 kill mktemp'.split(
    ' ',
  ),
);

/** `TOOL run -- COMMAND`: what a tool that is not known is given behind `--` may be a command that it starts. */
function readSeparated(program: string, words: readonly Word[]): readonly Launch[] {
  const at = words.findIndex((word) => word.text === '--');
  const first = words[at + 1]?.text ?? '-';
  if (at < 1 || first.startsWith('-') || plainPrograms.has(program) || isInterpreter(program)) return [];
  return [{ ...emptyLaunch, words: words.slice(at + 1), isElsewhere: keepers.has(program) }];
}

/** What a command starts, as far as its words say; empty when it is itself what runs. */
export function readLaunches(program: string, words: readonly Word[]): readonly Launch[] {
  if (isWindowsShell(program)) return readWindowsLaunch(program, words);
  if (isShell(program)) return readShellLaunch(words);
  if (program === 'eval') return textLaunch(words.slice(1), true);
  if (program === 'trap') return textLaunch(words.slice(1, 2), true);
  if (program === 'alias') return words.slice(1).flatMap(aliasLaunch);
  if (program === 'find' || program === 'fd' || program === 'fdfind') return readFindLaunches(words);
  const texts = codeTexts(program, words);
  if (texts.length > 0) return texts.map((text) => ({ ...emptyLaunch, text: literalWord(text) }));
  const found = findLauncherOf(program, words);
  const started =
    found === null ? readSeparated(program, words) : readLauncher(found.launcher, words, found.start);
  const hidden = readHiddenTexts(program, words);
  if (hidden.length === 0) return started;
  const isElsewhere = isHiddenElsewhere(program);
  return [...started, ...hidden.map((text) => ({ ...emptyLaunch, text: literalWord(text), isElsewhere }))];
}

function readWindowsLaunch(program: string, words: readonly Word[]): readonly Launch[] {
  const text = translateWindowsText(program, words);
  return text === null ? [] : [{ ...emptyLaunch, text: literalWord(text) }];
}

/** The shell texts that the code of an interpreter runs. */
function codeTexts(program: string, words: readonly Word[]): readonly string[] {
  const code = readInlineCode(program, words, null);
  return code === null ? [] : shellTexts(code, program);
}

function readShellLaunch(words: readonly Word[]): readonly Launch[] {
  const call = readShellCall(words);
  if (call.text === null) return [];
  return [{ ...emptyLaunch, text: call.text, parameters: call.parameters, isTransparent: true }];
}

function textLaunch(words: readonly Word[], isTransparent: boolean): readonly Launch[] {
  return words.length === 0 ? [] : [{ ...emptyLaunch, text: joinWords(words), isTransparent }];
}

/** `alias NAME=TEXT`: the text is what the name will run. */
function aliasLaunch(word: Word): readonly Launch[] {
  const equals = word.text.indexOf('=');
  return equals < 0 ? [] : textLaunch([{ ...word, text: word.text.slice(equals + 1) }], false);
}

/** Words put together to one, with spaces between them. */
function joinWords(words: readonly Word[]): Word {
  return {
    text: words.map((word) => word.text).join(' '),
    written: words.flatMap((word) => word.written ?? []).join(' '),
    isKnown: words.every((word) => word.isKnown),
    isGlob: words.some((word) => word.isGlob),
  };
}

/** Options of compose whose value is the next word; those of the engine mean other things. */
const composeValues: ReadonlySet<string> = new Set(
  '-f --file -p --project-name --project-directory --env-file --profile --ansi --parallel --progress'.split(
    ' ',
  ),
);

/** Finds `docker exec` and `git …` style launchers behind the program's own options. */
function findLauncherOf(
  program: string,
  words: readonly Word[],
): { readonly launcher: Launcher; readonly start: number } | null {
  const single = findLauncher(program);
  if (single !== null) return { launcher: single, start: 1 };
  if (!hasLauncherSubcommand(program)) return null;
  const values = valueOptionsOf(program);
  const valuesOf = (so: string): ReadonlySet<string> => (so.endsWith('compose') ? composeValues : values);
  let name = program;
  for (let at = 1; at < words.length && name.split(' ').length <= 3; at += 1) {
    const text = words[at]?.text ?? '';
    if (valuesOf(name).has(text)) at += 1;
    else if (text === '-E' || !text.startsWith('-')) {
      name = `${name} ${text}`;
      const launcher = findLauncher(name);
      if (launcher !== null) return { launcher, start: at + 1 };
    }
  }
  return null;
}

/** The options of a launcher as they were given, and where its command begins. */
interface LauncherOptions {
  start: number;
  /** How many words still stand before the command. */
  operands: number;
  text: Word | null;
  /** Where the last option stands that shell text follows; -1 when there is none. */
  readonly lastText: number;
  directory: Word | null;
  readonly assigned: string[];
  isInert: boolean;
  isFullyUnderstood: boolean;
}

function readLauncher(launcher: Launcher, words: readonly Word[], start: number): readonly Launch[] {
  const options = readOptions(launcher, words, start);
  if (options.isInert) return [];
  const rest = words.slice(options.start);
  const launch: Launch = {
    ...emptyLaunch,
    words: rest,
    directory: options.directory,
    assigned: options.assigned,
    isTransparent: launcher.isTransparent && options.isFullyUnderstood,
    isElsewhere: launcher.isElsewhere,
    isOpenEnded: launcher.isOpenEnded,
  };
  if (options.text !== null) {
    // What stands behind the text of `env -S` belongs to the command; for the others it is parameters.
    const text = launcher.takesAssignments ? joinWords([options.text, ...rest]) : options.text;
    return [{ ...launch, words: [], text, parameters: rest }];
  }
  if (rest.length === 0) return [];
  if (launcher.joinsText) return [{ ...launch, words: [], text: joinWords(rest) }];
  return [launch];
}

function readOptions(launcher: Launcher, words: readonly Word[], start: number): LauncherOptions {
  const state: LauncherOptions = {
    start,
    operands: launcher.operands,
    text: null,
    lastText: findLastText(launcher, words),
    directory: null,
    assigned: [],
    isInert: false,
    isFullyUnderstood: true,
  };
  while (state.start < words.length && state.text === null) {
    const text = words[state.start]?.text ?? '';
    if (text === '--') {
      state.start += 1;
      if (state.operands === 0 && !launcher.takesAssignments) break;
    } else if (text.startsWith('-') && !(text === '-' && state.operands > 0))
      readOption(launcher, words, state);
    else if (!skipWord(launcher, words, state)) break;
  }
  return state;
}

function findLastText({ text: options }: Launcher, words: readonly Word[]): number {
  return options.size === 0 ? -1 : words.findLastIndex(({ text }) => options.has(text));
}

/** Passes over a word that stands before the command; false when the command begins here. */
function skipWord(launcher: Launcher, words: readonly Word[], state: LauncherOptions): boolean {
  const text = words[state.start]?.text ?? '';
  const assignment = launcher.takesAssignments ? /^[A-Za-z_]\w*(?==)/.exec(text) : null;
  if (assignment !== null) state.assigned.push(assignment[0]);
  else if (state.operands > 0) state.operands -= 1;
  // `su root -c text`: the text stands behind operands.
  else if (launcher.takesAssignments || state.lastText < state.start) return false;
  state.start += 1;
  return true;
}

function readOption(launcher: Launcher, words: readonly Word[], state: LauncherOptions): void {
  const text = words[state.start]?.text ?? '';
  const equals = text.startsWith('--') ? text.indexOf('=') : -1;
  const name = equals < 0 ? text : text.slice(0, equals);
  state.start += 1;
  if (launcher.inert.has(name)) state.isInert = true;
  else if (isValueTaker(launcher, name)) {
    const value = equals < 0 ? words[state.start] : literalWord(text.slice(equals + 1));
    if (equals < 0) state.start += 1;
    keepValue(launcher, name, value, state);
  } else if (/^-(?:[^-].|\d)/.test(text)) readCluster(launcher, words, state, text);
  else if (!launcher.flags.has(name)) state.isFullyUnderstood = false;
}

function isValueTaker(launcher: Launcher, name: string): boolean {
  return launcher.values.has(name) || launcher.text.has(name) || launcher.directory.has(name);
}

function keepValue(launcher: Launcher, name: string, value: Word | undefined, state: LauncherOptions): void {
  if (launcher.text.has(name)) state.text = value ?? literalWord('');
  else if (launcher.directory.has(name)) state.directory = value ?? null;
}

/** `-nu root`, `-uroot`, `-qc text`: short options in one word. */
function readCluster(launcher: Launcher, words: readonly Word[], state: LauncherOptions, text: string): void {
  if (launcher.flags.has(text) || /^-\d+$/.test(text)) return;
  for (let at = 1; at < text.length; at += 1) {
    const name = `-${text.charAt(at)}`;
    if (isValueTaker(launcher, name)) {
      const isLast = at === text.length - 1;
      const value = isLast ? words[state.start] : literalWord(text.slice(at + 1));
      if (isLast) state.start += 1;
      keepValue(launcher, name, value, state);
      return;
    }
    if (!launcher.flags.has(name)) state.isFullyUnderstood = false;
  }
}
