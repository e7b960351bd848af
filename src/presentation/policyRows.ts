import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { iconColors, type Icon } from './icon.ts';
import { formatCount, formatLine } from './text.ts';
import { t } from './localise.ts';

/** A policy in force. */
export interface NamedPolicy {
  readonly name: string;
  readonly sourceFile: string;
  readonly ruleCount: number;
}

/** A policy with how often it decided, of the decisions that are kept. */
export interface ShownPolicy extends NamedPolicy {
  readonly hits: number;
  /** A line of it that is known, from 1; 1 until it has decided something. */
  readonly line: number;
}

/** Policies by their files, in their order. */
export function describePolicies(
  policies: readonly NamedPolicy[],
  records: readonly AuditRecord[],
): ReadonlyMap<string, readonly ShownPolicy[]> {
  const hits = new Map<string, { count: number; line: number }>();
  for (const { rule } of records) {
    if (rule === null) continue;
    const known = hits.get(rule.policy);
    if (known === undefined) hits.set(rule.policy, { count: 1, line: rule.line });
    else {
      known.count += 1;
      known.line = Math.min(known.line, rule.line);
    }
  }
  const files = new Map<string, ShownPolicy[]>();
  for (const policy of policies) {
    const { count, line } = hits.get(policy.name) ?? { count: 0, line: 1 };
    const shown = { ...policy, hits: count, line };
    files.set(policy.sourceFile, [...(files.get(policy.sourceFile) ?? []), shown]);
  }
  return files;
}

/** A file as a row: its name, and its folder with the home directory as `~`. */
export function formatPolicyPath(
  file: string,
  home: string,
): { readonly label: string; readonly description: string } {
  const cut = file.lastIndexOf('/');
  const folder = file.slice(0, Math.max(0, cut));
  const isBuiltIn = folder.startsWith(`${home}/.rampart/versions/`);
  const shown = folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
  return { label: file.slice(cut + 1), description: isBuiltIn ? t`built-in` : shown };
}

/** A policy as a row. */
export function formatPolicy({ name, ruleCount, hits }: ShownPolicy): {
  readonly label: string;
  readonly description: string;
} {
  const rules = formatCount(ruleCount, t`rule`, t`rules`);
  return {
    label: formatLine(name),
    description: hits === 0 ? rules : `${rules} · ${formatCount(hits, t`hit`, t`hits`)}`,
  };
}

/** A problem as a row. */
export function formatProblem({ file, line, message }: PolicyProblem): {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
} {
  return {
    label: formatLine(message),
    description: `${file.slice(file.lastIndexOf('/') + 1)}:${line}`,
    icon: { id: 'error', color: iconColors.denied },
  };
}
