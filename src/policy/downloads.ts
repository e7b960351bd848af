import type { Component } from './component.ts';
import { isTalking, namedPaths } from './inlineCode.ts';
import { joinPath } from './paths.ts';
import { downloaders, isInterpreter } from './programs.ts';
import { isShell, readShellCall } from './shellCall.ts';
import type { Word } from './shellScript.ts';

/** Save what they fetch under its own name unless told otherwise. */
const savers: ReadonlySet<string> = new Set(['wget', 'wget2', 'aria2c', 'axel', 'lwp-download', 'saldl']);
/** Copy from another machine to their last operand. */
const copiers: ReadonlySet<string> = new Set(['scp', 'rsync']);
const unpackers: ReadonlySet<string> = new Set('tar bsdtar unzip cpio 7z 7za 7zr unrar pax'.split(' '));

/** Whether a call runs a file that it has downloaded or unpacked from a download itself, so that nobody can have read it. */
export function hasRunDownload(components: readonly Component[]): boolean {
  if (components.length < 2) return false;
  const downloaded = new Set<string>();
  let hasUnpacked = false;
  let hasCloned = false;
  for (const component of components) {
    const run = ranFile(component);
    const isFetched =
      run !== null &&
      (downloaded.has(run) ||
        (hasUnpacked && isScriptFound(component)) ||
        (hasCloned && installScript.test(run)));
    if (isFetched) return true;
    for (const file of downloadedFiles(component)) downloaded.add(file);
    hasUnpacked ||= isUnpackingDownload(component, components, downloaded);
    hasCloned ||= isCloning(component);
  }
  return false;
}

/** What a repository brings along to be run first; its builds are run by programs that are known. */
const installScript = /\/(?:install|setup|bootstrap)[^/]*$|\.sh$/;

function isCloning({ program, words }: Component): boolean {
  return program === 'git' && words.some(({ text }) => text === 'clone');
}

/** A file that is named from where it was unpacked; what a package manager has put there is none. */
function isScriptFound({ words, program }: Component): boolean {
  const named = isShell(program) ? readShellCall(words).script?.text : words[0]?.text;
  return (
    named !== undefined && /\.sh$|^\.\/|^[^/]+\/|^\/tmp\//.test(named) && !named.includes('node_modules/')
  );
}

/** `curl … | tar x`, or `tar x` of a file that was downloaded a moment ago. */
function isUnpackingDownload(
  { program, words, input, directory }: Component,
  components: readonly Component[],
  downloaded: ReadonlySet<string>,
): boolean {
  if (!unpackers.has(program)) return false;
  if (
    input !== null &&
    components.slice(input.from, input.to).some((feeder) => downloaders.has(feeder.program))
  )
    return true;
  return words.some(({ text }) => downloaded.has(joinPath(directory, text) ?? ''));
}

function downloadedFiles(component: Component): readonly string[] {
  const { program, directory } = component;
  const files = copiers.has(program) ? copiedFiles(component) : fetchedFiles(component);
  return files.flatMap((file) => joinPath(directory, file) ?? []);
}

function copiedFiles({ words }: Component): readonly string[] {
  const operands = words
    .slice(1)
    .map((word) => word.text)
    .filter((text) => !text.startsWith('-'));
  const goal = operands.at(-1) ?? '';
  const names = operands.slice(0, -1).flatMap((text) => /^[^/]+:(?:.*\/)?([^/]+)$/.exec(text)?.[1] ?? []);
  return names.length === 0 ? [] : [goal, ...names.map((name) => `${goal}/${name}`)];
}

function fetchedFiles({ program, words, redirections, code }: Component): readonly string[] {
  if (code !== null && isTalking(code)) return namedPaths(code);
  if (program === 'gh') return releasedFiles(words);
  if (!downloaders.has(program) && !savers.has(program)) return [];
  const texts = words.map((word) => word.text);
  const option = program.startsWith('wget')
    ? /^(?:-[a-zA-Z]*O|--output-document)$/
    : /^(?:-[a-zA-Z]*o|--out(?:put)?)$/;
  const attached = texts.flatMap((text) => /^--(?:output|output-document|out)=(.+)$/.exec(text)?.[1] ?? []);
  const named = [...texts.filter((_text, index) => option.test(texts[index - 1] ?? '')), ...attached];
  const keepsName = savers.has(program)
    ? named.length === 0
    : texts.some((text) => /^-[a-zA-Z]*O|^--remote-name|^--download$/.test(text));
  const remote = keepsName
    ? texts.flatMap((text) => /^(?:[a-z]+:\/\/)?[^-?#][^?#]*\/([^/?#]+)/.exec(text)?.[1] ?? [])
    : [];
  const place = texts.find((_text, index) =>
    /^(?:-P|--directory-prefix|--output-dir|-d|--dir)$/.test(texts[index - 1] ?? ''),
  );
  const placed = place === undefined ? [] : remote.map((name) => `${place}/${name}`);
  const outputs = redirections
    .filter(({ operator }) => operator.startsWith('>'))
    .map(({ target }) => target.text);
  return [...named, ...remote, ...placed, ...outputs];
}

/** `gh release download`: the files that it is told to fetch. */
function releasedFiles(words: readonly Word[]): readonly string[] {
  const texts = words.map((word) => word.text);
  if (texts[1] !== 'release' || texts[2] !== 'download') return [];
  return texts.filter((_text, index) => /^(?:-[pO]|--pattern|--output)$/.test(texts[index - 1] ?? ''));
}

/** The file that a command runs, absolute; null when it runs a program by name. */
function ranFile({ program, words, directory }: Component): string | null {
  const first = words[0]?.text ?? '';
  if (isShell(program)) return pathOf(readShellCall(words).script?.text, directory);
  if (program === 'java')
    return pathOf(words.find((_word, index) => words[index - 1]?.text === '-jar')?.text, directory);
  if (isInterpreter(program) || program === '.' || program === 'source')
    return pathOf(words.slice(1).find((word) => !word.text.startsWith('-'))?.text, directory);
  return first.includes('/') ? joinPath(directory, first) : null;
}

function pathOf(file: string | undefined, directory: string | null): string | null {
  return file === undefined ? null : joinPath(directory, file);
}
