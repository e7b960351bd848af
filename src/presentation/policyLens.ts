import { t } from './localise.ts';

/** A rule in the text of a policy file, and a command that it is about. */
export interface RulePlace {
  /** From 0. */
  readonly line: number;
  /** A command that its first pattern fits, as near as can be told. */
  readonly example: string;
}

/** Over each rule. */
export const testRuleTitle = t`$(beaker) Test this rule`;

/** How many lines below its start a rule's patterns are looked for. */
const maxRuleLines = 40;

/** The rules of a file, by the lines on which they start: the items of each list `rules`, whatever key comes first. */
export function findRulePlaces(lines: readonly string[]): readonly RulePlace[] {
  const starts = findRuleStarts(lines);
  return starts.map((line, index) => ({ line, example: exampleOf(lines, line, starts[index + 1]) }));
}

function findRuleStarts(lines: readonly string[]): readonly number[] {
  return lines.flatMap((text, line) => {
    const key = /^([\s-]*)rules\s*:\s*(?:#.*)?$/u.exec(text)?.[1];
    return key === undefined ? [] : findItems(lines, line + 1, key.length);
  });
}

/** The items of the list under a key: they begin at `from`, and stand at least as far in as the key. */
function findItems(lines: readonly string[], from: number, keyIndent: number): readonly number[] {
  const items: number[] = [];
  let dash: number | null = null;
  for (let line = from; line < lines.length; line += 1) {
    const text = lines[line] ?? '';
    if (isBlank(text)) continue;
    const indent = text.search(/\S/u);
    const isItem = /^\s*-(?:\s|$)/u.test(text);
    if (isItem ? indent < (dash ?? keyIndent) : indent <= keyIndent) break;
    if (isItem && indent === (dash ??= indent)) items.push(line);
  }
  return items;
}

function isBlank(line: string): boolean {
  return /^\s*(?:#|$)/u.test(line);
}

function exampleOf(lines: readonly string[], start: number, next = lines.length): string {
  for (let line = start; line < Math.min(next, start + maxRuleLines); line += 1) {
    const text = lines[line] ?? '';
    const inline = /command_\w+\s*:\s*\[\s*["']?([^"'\],]+)/u.exec(text);
    if (inline !== null) return plain(inline[1] ?? '');
    if (/command_\w+\s*:\s*(?:#.*)?$/u.test(text))
      return plain(/^\s*-\s*["']?(.*?)["']?\s*$/u.exec(lines[line + 1] ?? '')?.[1] ?? '');
  }
  return '';
}

function plain(pattern: string): string {
  return pattern
    .replaceAll(/\[(.)\]/gu, '$1')
    .replace(/(\S)\*+$/u, '$1')
    .replaceAll(/\*+/gu, 'x')
    .trim();
}
