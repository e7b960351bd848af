import type { AuditRecord } from '../protocol/auditRecord.ts';
import { formatRule } from './decisionLabel.ts';
import type { Choice } from './protectText.ts';
import { formatLine } from './text.ts';

/** How a refused command may run after all. */
export type AllowChoice = 'once' | 'always' | 'openRule';

/** Over the choices. */
export function allowTitle(record: AuditRecord): string {
  return `Allow ${formatLine(record.request.command, 80)}`;
}

/** The choices. A rule that allows is no help against a denial, which wins over it: there the denying rule is the place. */
export function allowChoices(record: AuditRecord): readonly Choice<AllowChoice>[] {
  const { rule, decision } = record;
  const once: Choice<AllowChoice> = {
    value: 'once',
    label: '$(check) Allow once',
    detail: 'Exactly this command in this folder, one time, within 5 minutes.',
  };
  const always: Choice<AllowChoice> = {
    value: 'always',
    label: '$(save) Allow always…',
    detail: 'Writes a rule for exactly this command into your own policy file, and opens it.',
  };
  const openRule: Choice<AllowChoice> = {
    value: 'openRule',
    label: '$(go-to-file) Open the rule',
    detail:
      rule === null ? '' : `${formatRule(rule)} denies it, and a denial wins over every rule that allows.`,
  };
  if (rule === null) return [once, always];
  return decision.action === 'ask' ? [once, always, openRule] : [once, openRule];
}

/** Over the question whether a denying rule shall be written. */
export const blockTitle = 'Write this rule?';

/** The rule that *Block* writes. */
export function blockChoices(record: AuditRecord): readonly Choice<boolean>[] {
  return [
    {
      value: true,
      label: `$(circle-slash) deny: ${formatLine(record.request.command)}`,
      detail: 'Into your own policy file, for exactly this command; make it a pattern there.',
    },
    { value: false, label: '$(close) Cancel', detail: 'Nothing changes.' },
  ];
}

/** What is said about it. */
export const allowMessages = {
  granted: (record: AuditRecord): string =>
    `\`${formatLine(record.request.command, 80)}\` may run once within 5 minutes, in the same folder.`,
  typeIt: 'Type It Again',
  blocked: 'blocked by hand',
  written: 'The rule is written. Saved is in force.',
} as const;
