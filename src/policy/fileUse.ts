import type { Component } from './component.ts';
import { feedersOf } from './codeFlow.ts';
import { joinPath } from './paths.ts';
import { contentReaders, nonReaders, senders } from './programs.ts';
import type { PathWorld } from './paths.ts';
import type { Word } from './shellScript.ts';

/** How many links of one command are followed; further operands are compared as they are named. */
const maxResolved = 8;

/** The paths, absolute where that is known, whose content a command may take in. */
export function readReads(component: Component, world: PathWorld): readonly string[] {
  if (component.isElsewhere) return [];
  const inputs = component.redirections.filter(({ operator }) => operator === '<').map(({ target }) => target);
  const operands = nonReaders.has(component.program) ? [] : readOperands(component);
  return resolveAll(component, [...inputs, ...operands], contentReaders.has(component.program) ? world : null);
}

/** Options whose value is a key that is used, not read out. */
const keyOptions: ReadonlySet<string> = new Set(['-i', '--identity', '--key', '--cert', '--cacert', '--private-key', '-e']);

function readOperands({ words, program }: Component): readonly Word[] {
  const operands: Word[] = [];
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) continue;
    if (keyOptions.has(word.text) && /^(?:scp|rsync|sftp|curl|wget|ansible\S*)$/.test(program)) at += 1;
    else operands.push(...pathsIn(word));
  }
  return operands;
}

/** The paths that a word can name: `FILE`, `@FILE`, `name=@FILE`, `--option=FILE`, `file://FILE`. */
function pathsIn(word: Word): readonly Word[] {
  const { text } = word;
  if (/^[\w./~$-]+$/.test(text) && !text.startsWith('-')) return [word];
  const inside = /^(?:-[A-Za-z](?=[@/~.])|--?[\w-]+=|[\w.-]+:?=)?(?:[@<]|file:\/\/)?(.+)$/.exec(text)?.[1];
  if (inside === undefined || inside === text) return text.startsWith('-') ? [] : [word];
  return [word, { ...word, text: inside }];
}

/** The paths that a command writes, by redirection or because that is what the program does. */
export function readWrites(component: Component, world: PathWorld): readonly string[] {
  if (component.isElsewhere) return [];
  const outputs = component.redirections
    .filter(({ operator, target }) => operator.includes('>') && !/^&?\d*-?$/.test(target.text))
    .map(({ target }) => target);
  return resolveAll(component, [...outputs, ...writtenOperands(component)], world);
}

function writtenOperands({ program, words }: Component): readonly Word[] {
  const operands = words.slice(1).filter((word) => !word.text.startsWith('-'));
  switch (program) {
    case 'tee':
    case 'sponge':
    case 'truncate':
    case 'touch':
    case 'chattr':
      return operands;
    case 'cp':
    case 'mv':
    case 'ln':
    case 'install':
    case 'rsync':
    case 'scp':
      return destinations(words, operands);
    case 'sed':
    case 'perl':
      return words.some((word) => /^(?:-[a-zA-Z]*i|--in-place)/.test(word.text)) ? operands : [];
    case 'dd':
      return operands.filter(({ text }) => text.startsWith('of=')).map((word) => ({ ...word, text: word.text.slice(3) }));
    case 'curl':
      return valuesOf(words, /^(?:-[a-zA-Z]*o|--output)$/);
    case 'wget':
      return valuesOf(words, /^(?:-[a-zA-Z]*O|--output-document)$/);
    default:
      return [];
  }
}

/** The last operand, and what each of the others becomes when that is a directory. */
function destinations(words: readonly Word[], operands: readonly Word[]): readonly Word[] {
  const goal = valuesOf(words, /^(?:-t|--target-directory)$/)[0] ?? operands.at(-1);
  if (goal === undefined) return [];
  const names = operands
    .filter((word) => word !== goal)
    .map(({ text }) => text.replace(/\/+$/, '').replace(/^.*\//, ''));
  return [goal, ...names.map((name) => ({ ...goal, text: `${goal.text}/${name}` }))];
}

function valuesOf(words: readonly Word[], option: RegExp): readonly Word[] {
  return words.flatMap((word, index) => (option.test(words[index - 1]?.text ?? '') ? [word] : []));
}

/** Paths as they are named and, with a world given, as the kernel finds them. */
function resolveAll(component: Component, words: readonly Word[], world: PathWorld | null): readonly string[] {
  const paths: string[] = [];
  let resolved = 0;
  for (const word of words) {
    const path = joinPath(component.directory, word.text) ?? word.text;
    paths.push(path);
    if (world === null || resolved >= maxResolved || !word.isKnown || !path.startsWith('/')) continue;
    resolved += 1;
    const real = world.realpath(path);
    if (real !== path) paths.push(real);
  }
  return paths;
}

/**
 * The paths whose content a call may carry to another machine: what a sender is given to send, and what flows into it through
 * pipes and substitutions.
 */
export function readSends(components: readonly Component[], world: PathWorld): readonly string[] {
  const sent: string[] = [];
  for (const component of components) {
    if (!isSender(component)) continue;
    const flowing = [component.input, component.inner].flatMap((span) =>
      span === null || span.from >= span.to ? [] : feedersOf(components, span),
    );
    for (const feeder of flowing) sent.push(...readReads(feeder, world));
    sent.push(...resolveAll(component, uploadsOf(component), world));
  }
  return sent;
}

function isSender({ program, redirections }: Component): boolean {
  return senders.has(program) || redirections.some(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(target.text));
}

function uploadsOf(component: Component): readonly Word[] {
  const { program, words, redirections } = component;
  const inputs = redirections.filter(({ operator }) => operator === '<').map(({ target }) => target);
  const operands = readOperands(component).filter((word) => !/^[a-z][\w+.-]*:/i.test(word.text));
  switch (program) {
    case 'curl':
    case 'http':
    case 'https':
    case 'xh':
    case 'xhs':
      return [...inputs, ...curlUploads(words)];
    case 'wget':
    case 'wget2':
      return words.flatMap((word) => {
        const file = /^--(?:post|body)-file=(.+)$/.exec(word.text)?.[1];
        return file === undefined ? [] : [{ ...word, text: file }];
      });
    case 'ssh':
    case 'dig':
    case 'nslookup':
    case 'host':
    case 'ping':
      return inputs;
    default:
      return [...inputs, ...operands];
  }
}

function curlUploads(words: readonly Word[]): readonly Word[] {
  const marked = words.flatMap((word) => {
    const file = /(?:^|[=:\w-])[@<]([^;]+)/.exec(word.text)?.[1];
    return file === undefined ? [] : [{ ...word, text: file }];
  });
  const attached = words.flatMap((word) => {
    const file = /^(?:-T|--upload-file=)(.+)$/.exec(word.text)?.[1];
    return file === undefined ? [] : [{ ...word, text: file }];
  });
  return [...marked, ...attached, ...valuesOf(words, /^(?:-[a-zA-Z]*T|--upload-file)$/)];
}
