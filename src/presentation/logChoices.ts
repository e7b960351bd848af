import type { Choice } from './protectText.ts';
import { t } from './localise.ts';

/** What *Show Log* can show. */
export type LogChoice = 'window' | 'audit' | 'endpoint';

/** Over the list of logs. */
export const logPickTitle = t`Show log`;

/** The logs, the nearest first. */
export const logChoices: readonly Choice<LogChoice>[] = [
  {
    value: 'window',
    label: t`$(output) Messages of this window`,
    detail: t`What this extension did, and what failed.`,
  },
  {
    value: 'audit',
    label: t`$(checklist) Audit log of today`,
    detail: t`Every decision, one record a line.`,
  },
  {
    value: 'endpoint',
    label: t`$(server-process) Messages of the policy endpoint`,
    detail: t`Its own starts and troubles.`,
  },
];
