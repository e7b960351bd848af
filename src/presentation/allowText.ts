import type { AuditRecord } from '../protocol/auditRecord.ts';
import { formatRule } from './decisionLabel.ts';
import { isBuiltIn } from './policyRows.ts';
import type { Choice } from './protectText.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** How a refused command may run after all. */
export type AllowChoice = 'once' | 'always' | 'packOff' | 'openRule';

/** Over the choices. */
export function allowTitle(record: AuditRecord): string {
  return t`Allow ${formatLine(record.request.command, 80)}`;
}

/** The choices, the narrowest first. A denial wins over every rule that allows, so that only what denies can be changed then. */
export function allowChoices(record: AuditRecord): readonly Choice<AllowChoice>[] {
  const { rule, decision } = record;
  const once: Choice<AllowChoice> = {
    value: 'once',
    label: t`$(check) Allow once`,
    detail: t`Exactly this command in this folder, one time, within 5 minutes.`,
  };
  const always: Choice<AllowChoice> = {
    value: 'always',
    label: t`$(save) Allow always…`,
    detail: t`Writes a rule for exactly this command into a file of your own, and opens it.`,
  };
  const openRule: Choice<AllowChoice> = {
    value: 'openRule',
    label: t`$(go-to-file) Open the rule`,
    detail: rule === null ? '' : t`${formatRule(rule)} decided about it.`,
  };
  if (rule === null) return [once, always];
  if (decision.action !== 'deny') return [once, always, openRule];
  const packOff: Choice<AllowChoice> = {
    value: 'packOff',
    label: t`$(checklist) Switch off ${rule.policy}…`,
    detail: t`The whole pack of the built-in policy, in every window and every open terminal.`,
  };
  return isBuiltIn(rule.file) ? [once, packOff, openRule] : [once, openRule];
}

/** Over the question whether a denying rule shall be written. */
export const blockTitle = t`Write this rule?`;

/** The rule that *Block* writes. */
export function blockChoices(record: AuditRecord): readonly Choice<boolean>[] {
  return [
    {
      value: true,
      label: t`$(circle-slash) deny: ${formatLine(record.request.command)}`,
      detail: t`Into your own policy file, for exactly this command; make it a pattern there.`,
    },
    { value: false, label: t`$(close) Cancel`, detail: t`Nothing changes.` },
  ];
}

/** What is said about it. */
export const allowMessages = {
  granted: (record: AuditRecord): string =>
    t`\`${formatLine(record.request.command, 80)}\` may run once within 5 minutes, in the same folder.`,
  typeIt: t`Type It Again`,
  blocked: t`blocked by hand`,
  written: t`The rule is written and in force. What you change here is in force once it is saved.`,
} as const;
