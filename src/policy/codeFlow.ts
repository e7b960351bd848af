import type { CodeSource } from './condition.ts';
import type { Component } from './component.ts';
import { hasRunDownload } from './downloads.ts';
import { isDecodingCode, isEvaluating, isOpeningShell, isRunningDecoded, isTalking } from './inlineCode.ts';
import { isDecoding, isFetching, isInterpreter } from './programs.ts';
import { programOf } from './readLaunches.ts';
import { isShell, readShellCall } from './shellCall.ts';
import type { Span } from './shellScript.ts';

/** The most commands that are followed back from one. */
const maxFollowed = 64;

/** From where, other than files, commands take the code that they run. */
export function readCodeSources(components: readonly Component[]): ReadonlySet<CodeSource> {
  const sources = new Set<CodeSource>();
  for (const component of components) {
    for (const source of codeSourcesOf(component)) sources.add(source);
    for (const feeder of codeFeeders(components, component)) addPrinted(sources, feeder);
    for (const feeder of namedFeeders(components, component)) addPrinted(sources, feeder);
  }
  if (hasRunDownload(components)) sources.add('download');
  return sources;
}

/** Where what a command prints comes from, when it is run as code. */
function addPrinted(sources: Set<CodeSource>, feeder: Component): void {
  const texts = feeder.words.slice(1).map((word) => word.text);
  if (isFetching(feeder.program, [feeder.program, ...texts]) || isTalkingFeeder(feeder))
    sources.add('network');
  else if (isDecoding([feeder.program, ...texts]) || printsEscapes(feeder, texts)) sources.add('decoder');
}

/** Code that itself fetches or decodes what it evaluates. */
function codeSourcesOf(component: Component): readonly CodeSource[] {
  const { code } = component;
  if (code === null) return [];
  if (isOpeningShell(code)) return ['network'];
  if (isRunningDecoded(code)) return ['decoder'];
  if (!isEvaluating(code)) return [];
  return [
    ...(isTalking(code) || isTalking(component.text) ? ['network' as const] : []),
    ...(isDecodingCode(code) ? ['decoder' as const] : []),
  ];
}

/** Code that prints what another machine sends. */
function isTalkingFeeder({ code }: Component): boolean {
  return code !== null && isTalking(code);
}

/** `printf '\x72\x6d'` and `echo -e '\162'` spell out what they do not want to be seen. */
function printsEscapes({ program }: Component, texts: readonly string[]): boolean {
  const isPrinter = program === 'printf' || (program === 'echo' && texts.some((text) => /^-n?e/.test(text)));
  return (
    isPrinter &&
    texts.some((text) => /(?:\\x[0-9a-fA-F]{2}|\\0?[0-7]{3}).*(?:\\x[0-9a-fA-F]{2}|\\0?[0-7]{3})/.test(text))
  );
}

/** The commands whose output a command runs as code. */
function codeFeeders(components: readonly Component[], component: Component): readonly Component[] {
  if (component.input !== null && readsCodeFromInput(component))
    return feedersOf(components, component.input);
  return component.inner.from < component.inner.to && takesCodeFromInner(component)
    ? feedersOf(components, component.inner)
    : [];
}

/** `x=$(curl …); eval "$x"`: what flows into the variables that a command runs as code. */
function namedFeeders(
  components: readonly Component[],
  { program, words, hereText }: Component,
): readonly Component[] {
  const isComputed = words[0]?.isKnown === false;
  if (components.length < 2 || (!isComputed && !isCodeRunner(program))) return [];
  const named = [
    ...words.slice(isComputed ? 0 : 1, isComputed ? 1 : undefined).map((word) => word.text),
    hereText ?? '',
  ].flatMap((text) => /^\s*\$\{?(\w+)\}?/.exec(text)?.[1] ?? []);
  if (named.length === 0) return [];
  return components
    .filter(
      ({ assignments, inner }) =>
        inner.from < inner.to && assignments.some(({ name }) => named.includes(name)),
    )
    .flatMap(({ inner }) => feedersOf(components, inner));
}

/** Everything that flows into the commands of a span, themselves included. */
export function feedersOf(components: readonly Component[], span: Span): readonly Component[] {
  const found = new Set<Component>();
  const pending: Span[] = [span];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const component of components.slice(next.from, next.to)) {
      if (found.has(component) || found.size >= maxFollowed) continue;
      found.add(component);
      if (component.input !== null) pending.push(component.input);
      if (component.inner.from < component.inner.to) pending.push(component.inner);
    }
  }
  return [...found];
}

/** Whether a program runs what it is given as code. */
function isCodeRunner(program: string): boolean {
  return isShell(program) || isInterpreter(program) || /^(?:eval|source|\.)$/.test(program);
}

function readsCodeFromInput({ program, words }: Component): boolean {
  if (isShell(program)) return readShellCall(words).readsInput;
  // `xargs sh -c` makes of what it reads the text that the shell runs.
  if (program === 'xargs')
    return (
      /^-c$|^\{\}$|^"?\{\}"?$/.test(words.at(-1)?.text ?? '') &&
      words.some(({ text }) => text === '-c') &&
      words.some((word) => isShell(programOf(word)))
    );
  if (!isInterpreter(program)) return false;
  const first = words.slice(1).find((word) => !/^-[uBEsSIqw]+$/.test(word.text));
  return first === undefined || first.text === '-';
}

/** Its program text is itself a substitution: `sh -c "$(…)"`, `eval "$(…)"`, `bash <(…)`, `. <(…)`. */
function takesCodeFromInner(component: Component): boolean {
  if (component.hereText !== null && /\$\(|`/.test(component.hereText) && readsCodeFromInput(component))
    return true;
  const { program, words } = component;
  if (words[0]?.isKnown === false && /^(?:\$\(|`)/.test(words[0].text)) return true;
  return (
    isCodeRunner(program) &&
    words.slice(1).some((word) => !word.isKnown && /^\s*(?:\$\(|`|<\()/.test(word.text))
  );
}
