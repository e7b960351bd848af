import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { Action } from '../protocol/decision.ts';
import type { PolicyProblem } from '../protocol/streamEvent.ts';
import { iconColors, type Icon } from './icon.ts';
import { plural, t } from './localise.ts';
import type { Choice } from './protectText.ts';
import { firstClause, formatLine } from './text.ts';

/** A policy as its file has it. */
export interface PolicyContent {
  readonly name: string;
  readonly line: number;
  readonly description: string;
  readonly rules: readonly { readonly action: Action; readonly message: string; readonly line: number }[];
}

/** A policy file that counts. */
export interface PolicyFileContent {
  readonly file: string;
  readonly policies: readonly PolicyContent[];
}

/** A policy of the built-in file, which can be switched off. */
export interface PackState {
  readonly name: string;
  readonly description: string;
  readonly isOn: boolean;
}

/** A rule with how often it decided, of the decisions that are kept. */
export interface ShownRule {
  readonly action: Action;
  readonly message: string;
  readonly line: number;
  readonly hits: number;
}

/** A policy with how often it decided. */
export interface ShownPolicy {
  readonly name: string;
  readonly description: string;
  readonly line: number;
  readonly hits: number;
  readonly rules: readonly ShownRule[];
  /** Null when it is no pack of the built-in policy. */
  readonly pack: PackState | null;
}

/** A policy file as a view shows it. */
export interface ShownPolicyFile {
  readonly file: string;
  readonly policies: readonly ShownPolicy[];
}

/** Files with their policies and rules, each with how often it decided; what a person wrote comes before the built-in one. */
export function describePolicies(
  files: readonly PolicyFileContent[],
  packs: readonly PackState[],
  records: readonly AuditRecord[],
): readonly ShownPolicyFile[] {
  const hits = countHits(records);
  const ordered = files.toSorted((one, other) => Number(isBuiltIn(one.file)) - Number(isBuiltIn(other.file)));
  return ordered.map(({ file, policies }) => ({
    file,
    policies: policies.map((policy) => {
      const rules = policy.rules.map((rule, index) => ({
        ...rule,
        hits: hits.get(ruleKey(file, policy.name, index)) ?? 0,
      }));
      return {
        ...policy,
        rules,
        hits: rules.reduce((sum, rule) => sum + rule.hits, 0),
        pack: isBuiltIn(file) ? (packs.find(({ name }) => name === policy.name) ?? null) : null,
      };
    }),
  }));
}

function countHits(records: readonly AuditRecord[]): ReadonlyMap<string, number> {
  const hits = new Map<string, number>();
  for (const { rule } of records) {
    if (rule === null) continue;
    const key = ruleKey(rule.file, rule.policy, rule.index);
    hits.set(key, (hits.get(key) ?? 0) + 1);
  }
  return hits;
}

function ruleKey(file: string, policy: string, index: number): string {
  // An update moves the built-in file; what it decided before still counts.
  return JSON.stringify([isBuiltIn(file) ? '' : file, policy, index]);
}

/** Whether a policy file is the one that comes with the product. */
export function isBuiltIn(file: string): boolean {
  return /\/(?:dist|\.rampart\/versions\/[^/]+)\/policies\/default\.yaml$/u.test(file);
}

/** A file as a row: its name, and its folder with the home directory as `~`. */
export function formatPolicyPath(
  file: string,
  home: string,
): { readonly label: string; readonly description: string } {
  const cut = file.lastIndexOf('/');
  const folder = file.slice(0, Math.max(0, cut));
  const shown = folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
  return { label: file.slice(cut + 1), description: isBuiltIn(file) ? t`built-in` : shown };
}

/** A row of the view. */
export interface PolicyRow {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  readonly tooltip: string;
  /** The row as a screen reader says it: without this it says the tooltip alone. */
  readonly spoken: string;
}

/** A policy as a row. */
export function formatPolicy({ name, description, rules, hits, pack }: ShownPolicy): PolicyRow {
  const isOff = pack?.isOn === false;
  const label = formatLine(name);
  const tooltip = formatLine(description);
  const facts = [isOff ? t`off` : '', plural(rules.length)`# rule | # rules`, formatHits(hits)];
  return {
    label,
    description: join(facts, ' · '),
    icon: { id: 'symbol-ruler', color: isOff ? iconColors.quiet : null },
    tooltip,
    spoken: join([label, ...facts, tooltip], ', '),
  };
}

function join(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator);
}

function formatHits(hits: number): string {
  return hits === 0 ? '' : plural(hits)`# hit | # hits`;
}

const ruleIcons: Readonly<Record<Action, Icon>> = {
  allow: { id: 'check', color: iconColors.allowed },
  watch: { id: 'eye', color: iconColors.allowed },
  ask: { id: 'question', color: iconColors.attention },
  deny: { id: 'circle-slash', color: iconColors.denied },
  webhook: { id: 'globe', color: iconColors.attention },
};

/** A rule as a row, at its position from 0. */
export function formatRuleRow({ action, message, hits }: ShownRule, index: number): PolicyRow {
  const label = `#${index + 1} ${action}`;
  const tooltip = formatLine(message);
  return {
    label,
    description: join([formatHits(hits), firstClause(message)], ' · '),
    icon: ruleIcons[action],
    tooltip,
    spoken: join([label, formatHits(hits), tooltip], ', '),
  };
}

/** A problem as a row. */
export function formatProblem({ file, line, column, message }: PolicyProblem): PolicyRow {
  const label = formatLine(message);
  const name = file.slice(file.lastIndexOf('/') + 1);
  return {
    label,
    description: `${name}:${line}`,
    icon: { id: 'error', color: iconColors.denied },
    tooltip: `${file}:${line}:${column}: ${message}`,
    spoken: t`problem: ${label}, ${name}, line ${line}`,
  };
}

/** Over the list of packs. */
export const packsTitle = t`Which packs of the built-in policy shall count?`;

/** The packs to choose from. */
export function packChoices(packs: readonly PackState[]): readonly (Choice<string> & { picked: boolean })[] {
  return packs.map(({ name, description, isOn }) => ({
    value: name,
    label: name,
    detail: formatLine(description),
    picked: isOn,
  }));
}

/** Over the question whether packs are really to be switched off. */
export const packsOffTitle = t`Lower the protection of every window and every open terminal?`;

/** The answers to it. */
export function packsOffChoices(names: readonly string[]): readonly Choice<boolean>[] {
  return [
    {
      value: true,
      label: t`$(warning) Switch off ${names.join(', ')}`,
      detail: t`What only these rules stop is not stopped until somebody switches them on again.`,
    },
    { value: false, label: t`$(close) Cancel`, detail: t`Nothing changes.` },
  ];
}

/** Said when packs were switched. */
export const packsSwitchedText = t`The packs are switched, in every window and every open terminal.`;

/** Beside the view's title: the endpoint keeps no counts by rule, and reading the whole log for them would take it long. */
export const hitsText = t`hits in the decisions loaded here`;

/** Beside the view's title while no endpoint runs. */
export const notInForceText = t`in force once the guard is on`;
