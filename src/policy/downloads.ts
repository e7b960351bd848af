import type { Component } from './component.ts';
import { joinPath } from './paths.ts';
import { downloaders, isInterpreter } from './programs.ts';
import { isShell, readShellCall } from './shellCall.ts';

/** Whether a call runs a file that it has downloaded itself, so that nobody can have read it. */
export function hasRunDownload(components: readonly Component[]): boolean {
  const downloaded = new Set<string>();
  for (const component of components) {
    const run = ranFile(component);
    if (run !== null && downloaded.has(run)) return true;
    for (const file of downloadedFiles(component)) downloaded.add(file);
  }
  return false;
}

function downloadedFiles({ program, words, redirections, directory }: Component): readonly string[] {
  if (!downloaders.has(program)) return [];
  const texts = words.map((word) => word.text);
  const named = texts.filter((_text, index) => {
    const option = texts[index - 1] ?? '';
    return program.startsWith('wget')
      ? /^(?:-[a-zA-Z]*O|--output-document)$/.test(option)
      : /^(?:-[a-zA-Z]*o|--output)$/.test(option);
  });
  const keepsName = program.startsWith('wget')
    ? named.length === 0
    : texts.some((text) => /^-[a-zA-Z]*O|^--remote-name/.test(text));
  const remote = keepsName
    ? texts.flatMap((text) => /^(?:[a-z]+:\/\/)?[^-?#][^?#]*\/([^/?#]+)/.exec(text)?.[1] ?? [])
    : [];
  const outputs = redirections
    .filter(({ operator }) => operator.startsWith('>'))
    .map(({ target }) => target.text);
  return [...named, ...remote, ...outputs].flatMap((file) => joinPath(directory, file) ?? []);
}

/** The file that a command runs, absolute; null when it runs a program by name. */
function ranFile({ program, words, directory }: Component): string | null {
  const first = words[0]?.text ?? '';
  if (isShell(program)) return pathOf(readShellCall(words).script?.text, directory);
  if (isInterpreter(program) || program === '.' || program === 'source')
    return pathOf(words.slice(1).find((word) => !word.text.startsWith('-'))?.text, directory);
  return first.includes('/') ? joinPath(directory, first) : null;
}

function pathOf(file: string | undefined, directory: string | null): string | null {
  return file === undefined ? null : joinPath(directory, file);
}
