import type { ExecRequest } from '../protocol/execRequest.ts';
import type { Component, Reading } from './component.ts';
import { readDeletions } from './deletions.ts';
import { readRequest } from './readRequest.ts';
import type { ReadingWorld } from './readRequest.ts';
import type { PathWorld } from './paths.ts';
import type { TargetClass } from './targetClass.ts';
import { classifyTarget } from './targetClass.ts';

/** What a call is judged with. */
export interface CallWorld extends PathWorld, ReadingWorld {}

/** A request under judgement: what is found out about it is found out once. */
export class Call {
  readonly request: ExecRequest;
  readonly reading: Reading;
  readonly world: CallWorld;
  readonly #deletions = new Map<Component, readonly ReadonlySet<TargetClass>[]>();
  readonly #alternatives = new Map<Component, readonly string[]>();

  constructor(request: ExecRequest, world: CallWorld) {
    this.request = request;
    this.world = world;
    this.reading = request.tool === 'exec' ? readRequest(request, world) : readNothing(request);
  }

  /** For each thing that a command deletes, the classes that it is in. */
  deletionsOf(component: Component): readonly ReadonlySet<TargetClass>[] {
    const known = this.#deletions.get(component);
    if (known !== undefined) return known;
    const classes = readDeletions(component, this.world.temporary).map((deletion) =>
      classifyTarget(deletion, this.world),
    );
    this.#deletions.set(component, classes);
    return classes;
  }

  /** The texts under which a restricting rule may know a command. */
  textsOf(component: Component): readonly string[] {
    const known = this.#alternatives.get(component);
    if (known !== undefined) return known;
    const texts = alternativesOf(component);
    this.#alternatives.set(component, texts);
    return texts;
  }
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
  const { words, program, text } = component;
  const isPath = words[0]?.text.includes('/') === true;
  const named = isPath ? [text, [program, ...words.slice(1).map((word) => word.text)].join(' ')] : [text];
  return program === 'rm' || program === 'find' ? [...named, ...canonicalDeletions(component)] : named;
}

/** `rm -rf TARGET` for every target of a recursive forced deletion, however its options are spelt. */
function canonicalDeletions(component: Component): readonly string[] {
  const texts = component.words.slice(1).map((word) => word.text);
  const has = (short: RegExp, long: string): boolean =>
    texts.some((text) => short.test(text) || (text.length > 4 && long.startsWith(text)));
  const isForced = has(/^-[A-Za-z]*f/, '--force');
  const isRecursive = has(/^-[A-Za-z]*[rR]/, '--recursive');
  if (component.program === 'rm' && !(isForced && isRecursive)) return [];
  return readDeletions(component, []).map(({ path }) => `rm -rf ${tidy(path)}`);
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
