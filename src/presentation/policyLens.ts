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

/** The rules of a file, by the lines on which they start. */
export function findRulePlaces(lines: readonly string[]): readonly RulePlace[] {
  return lines.flatMap((text, line) =>
    /^\s*-\s+action\s*:/u.test(text) ? [{ line, example: exampleOf(lines, line) }] : [],
  );
}

function exampleOf(lines: readonly string[], start: number): string {
  for (let line = start + 1; line < Math.min(lines.length, start + maxRuleLines); line += 1) {
    const text = lines[line] ?? '';
    if (/^\s*-\s+action\s*:/u.test(text)) break;
    const inline = /command_\w+\s*:\s*\[\s*["']?([^"'\],]+)/u.exec(text);
    if (inline !== null) return plain(inline[1] ?? '');
    if (/command_\w+\s*:\s*$/u.test(text))
      return plain(/^\s*-\s*["']?(.*?)["']?\s*$/u.exec(lines[line + 1] ?? '')?.[1] ?? '');
  }
  return '';
}

function plain(pattern: string): string {
  return pattern
    .replaceAll(/\[(.)\]/gu, '$1')
    .replaceAll(/\*+/gu, 'x')
    .trim();
}
