import { statSync } from 'node:fs';
import type { PolicySet } from '../policy/policySet.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import type { PolicyText } from '../system/policySources.ts';

/** Policy texts and what they make together. */
export interface LoadedPolicy {
  readonly set: PolicySet;
  readonly texts: readonly PolicyText[];
}

/** A problem as compilers write it. */
export function formatProblem({ file, line, column, message }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** Whether two lists say the same. */
export function sameProblems(first: readonly PolicyProblem[], second: readonly PolicyProblem[]): boolean {
  return first.map(formatProblem).join('\n') === second.map(formatProblem).join('\n');
}

/** A text that changes whenever the file is written, replaced, made or removed. */
export function stampOf(file: string): string {
  const entry = statusOf(file);
  return entry === null
    ? `${file} -`
    : `${file} ${entry.ino} ${entry.size} ${entry.mtimeNs} ${entry.ctimeNs}`;
}

function statusOf(file: string): { ino: bigint; size: bigint; mtimeNs: bigint; ctimeNs: bigint } | null {
  try {
    return statSync(file, { throwIfNoEntry: false, bigint: true }) ?? null;
  } catch {
    return null;
  }
}
