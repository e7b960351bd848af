import type { Component } from './component.ts';
import { decodeBase64 } from './decodeBase64.ts';
import { isDecoding } from './programs.ts';
import { decodeAnsiC } from './shellQuote.ts';
import type { Span } from './shellScript.ts';

/** How many commands of a pipeline are followed back to find what it prints. */
const maxStages = 8;

/** What the commands of a span print, when their words say it; null when only the run can tell. */
export function readLiteralOutput(components: readonly Component[], span: Span | null): string | null {
  return readOutput(components, span, maxStages);
}

function readOutput(components: readonly Component[], span: Span | null, stages: number): string | null {
  const component = span === null || stages === 0 ? null : onlyCommand(components, span);
  if (component === null) return null;
  const texts = component.words.slice(1).map((word) => word.text);
  switch (component.program) {
    case 'echo':
      return printEcho(texts);
    case 'printf':
      return printFormat(texts);
    case 'cat':
      return texts.length === 0
        ? (component.hereText ?? readOutput(components, component.input, stages - 1))
        : null;
    case 'tee':
      return readOutput(components, component.input, stages - 1);
    default:
      if (isLookingUp(component)) return programPath(texts);
      return decode(
        component,
        texts,
        component.hereText ?? readOutput(components, component.input, stages - 1),
      );
  }
}

/** The one command of a span, when all its words are known. */
function onlyCommand(components: readonly Component[], span: Span): Component | null {
  const commands = components.slice(span.from, span.to).filter((component) => component.words.length > 0);
  const [command = null] = commands;
  return commands.length === 1 && command?.words.every((word) => word.isKnown) === true ? command : null;
}

/** `which NAME`, `command -v NAME`. */
function isLookingUp({ program, words }: Component): boolean {
  return program === 'which' || (/^(?:command|type)$/.test(program) && /^-[vVp]/.test(words[1]?.text ?? ''));
}

/** Where a program may lie: outside, whatever the machine looks like. */
function programPath(texts: readonly string[]): string | null {
  const names = texts.filter((text) => !text.startsWith('-'));
  return names.length === 0 ? null : names.map((name) => `/usr/bin/${name}`).join('\n');
}

function printEcho(texts: readonly string[]): string {
  const start = texts.findIndex((text) => !/^-[neE]+$/.test(text));
  const printed = (start < 0 ? [] : texts.slice(start)).join(' ');
  const decodes = texts.slice(0, Math.max(start, 0)).some((text) => text.includes('e'));
  return decodes ? decodeAnsiC(printed) : printed;
}

function printFormat(texts: readonly string[]): string {
  const [format = '', ...values] = texts;
  const rest = [...values];
  return decodeAnsiC(format).replaceAll(/%[sbqd]/g, () => rest.shift() ?? '');
}

function decode(component: Component, texts: readonly string[], input: string | null): string | null {
  if (input === null || !isDecoding([component.program, ...texts])) return null;
  if (component.program === 'base64') return decodeBase64(input);
  return component.program === 'rev' ? Array.from(input).reverse().join('') : null;
}
