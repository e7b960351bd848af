import type { Component } from './component.ts';
import { isInterpreter } from './programs.ts';

/** The longest code that is looked into. */
const maxCodeLength = 65_536;

/** Options whose value is code. */
const codeOptions: ReadonlySet<string> = new Set([
  '-c',
  '-e',
  '-E',
  '-r',
  '-p',
  '-ne',
  '-pe',
  '-pi',
  '--eval',
  '--print',
]);

const literal = String.raw`(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")`;

/** Calls that delete what their first argument names, in the languages that `-c` and `-e` are used with. */
const deletingCall = new RegExp(
  String.raw`\b(?:rmtree|remove_tree|removedirs|rm_rf|rm_r|remove_dir|remove_entry|rmSync|rmdirSync|unlinkSync|unlink|rmdir|rimraf|remove|rm)\s{0,4}\(?\s{0,4}(?:[\w.]{1,40}\()?${literal}`,
  'g',
);

/** Calls that give their first argument to a shell. */
const shellCall = new RegExp(
  String.raw`\b(?:system|popen|getoutput|check_output|check_call|call|run|Popen|execSync|exec|spawnSync|shell_exec|passthru)\s{0,4}\(?\s{0,4}${literal}`,
  'g',
);

const anyLiteral = new RegExp(literal, 'g');

/** What gives away that code talks to another machine. */
const talking =
  /\b(?:requests\.|urllib|urlopen|http\.client|httpx|aiohttp|socket|fetch\s{0,4}\(|axios|https?\.request|Net::HTTP|LWP::|IO::Socket|TCPSocket|fsockopen|file_get_contents\s{0,4}\(\s{0,4}.http)/;

/** Code that an interpreter is given as an argument or on its standard input; null when there is none. */
export function readInlineCode({
  program,
  words,
  hereText,
}: Pick<Component, 'program' | 'words' | 'hereText'>): string | null {
  if (!isInterpreter(program)) return null;
  const given = words.flatMap((word, index) =>
    codeOptions.has(words[index - 1]?.text ?? '') ? [word.text] : [],
  );
  const code = given.length > 0 ? given.join('\n') : hereText;
  return code === null || code === '' ? null : code.slice(0, maxCodeLength);
}

/** The paths that code deletes, as far as they stand in it. */
export function deletedPaths(code: string): readonly string[] {
  return argumentsOf(code, deletingCall);
}

/** The shell texts that code runs, as far as they stand in it. */
export function shellTexts(code: string): readonly string[] {
  return argumentsOf(code, shellCall);
}

/** The texts in code that may name a file. */
export function namedPaths(code: string): readonly string[] {
  return argumentsOf(code, anyLiteral).filter((text) => /^[~./\w][^\s]*$/.test(text) && /[/.~]/.test(text));
}

/** Whether code talks to another machine. */
export function isTalking(code: string): boolean {
  return talking.test(code);
}

function argumentsOf(code: string, call: RegExp): readonly string[] {
  return [...code.matchAll(call)].map((found) => (found[1] ?? found[2] ?? '').replaceAll(/\\(.)/g, '$1'));
}
