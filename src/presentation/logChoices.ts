import type { Choice } from './protectText.ts';

/** What *Show Log* can show. */
export type LogChoice = 'window' | 'audit' | 'endpoint';

/** Over the list of logs. */
export const logPickTitle = 'Show log';

/** The logs, the nearest first. */
export const logChoices: readonly Choice<LogChoice>[] = [
  {
    value: 'window',
    label: '$(output) Messages of this window',
    detail: 'What this extension did, and what failed.',
  },
  { value: 'audit', label: '$(checklist) Audit log of today', detail: 'Every decision, one record a line.' },
  {
    value: 'endpoint',
    label: '$(server-process) Messages of the policy endpoint',
    detail: 'Its own starts and troubles.',
  },
];
