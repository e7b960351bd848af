import { t } from './localise.ts';

/** A line that is put in the place of `removed` lines from `line` on, counted from 0. */
export interface LineChange {
  readonly line: number;
  readonly removed: 0 | 1;
  readonly text: string;
}

/** What the quick fix for a rule that fits everything is called. */
export const meantForAllTitle = t`It is meant for everything: write \`default: true\``;

/** What `when` says of a rule that is meant for everything. */
const meantForAll = 'when: { default: true }';

/**
 * How the rule that starts on a line can say that it is meant for everything; null where it has a condition, or is
 * written within one line.
 */
export function findMeantForAll(lines: readonly string[], start: number): LineChange | null {
  const indent = /^(\s*-\s+)[\w"']+\s*:/u.exec(lines[start] ?? '')?.[1]?.length;
  if (indent === undefined) return null;
  const own = linesOfRule(lines, start, indent);
  const written = own.find((line) => keyAt(lines[line] ?? '', indent) === 'when');
  if (written === undefined) {
    return { line: start + 1, removed: 0, text: `${' '.repeat(indent)}${meantForAll}` };
  }
  const text = lines[written] ?? '';
  const hasBlock = own.includes(written + 1) && indentOf(lines[written + 1] ?? '') > indent;
  if (hasBlock || !/^[\s-]*when\s*:\s*(?:\{\s*\})?\s*$/u.test(text)) return null;
  return { line: written, removed: 1, text: `${text.slice(0, indent)}${meantForAll}` };
}

/** The lines of a rule whose keys stand at an indentation, up to the first that stands further out. */
function linesOfRule(lines: readonly string[], start: number, indent: number): readonly number[] {
  const after = lines.findIndex(
    (text, line) => line > start && text.trim() !== '' && indentOf(text) < indent,
  );
  const end = after === -1 ? lines.length : after;
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function keyAt(line: string, indent: number): string | null {
  return /^(\w+)\s*:/u.exec(line.slice(indent))?.[1] ?? null;
}

function indentOf(line: string): number {
  return Math.max(0, line.search(/\S/u));
}
