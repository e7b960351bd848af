import type { AuditRecord } from '../protocol/auditRecord.ts';
import { plural, t } from './localise.ts';
import { modeChoices, protectChoice, type GuardStatus, type ModeChoice } from './statusText.ts';
import { formatLine } from './text.ts';

/** What a click on the status bar can lead to. */
export type StatusAction =
  | { readonly kind: 'mode'; readonly choice: ModeChoice }
  | { readonly kind: 'protect' }
  | { readonly kind: 'runAnyway'; readonly record: AuditRecord }
  | { readonly kind: 'showTerminals' }
  | { readonly kind: 'workspaceGuard' };

/** One line of that question; a separator has no action. */
export interface StatusEntry {
  readonly action: StatusAction | null;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** The modes, each with a sentence, and behind them what is next: `refused` is what was refused last in the active terminal. */
export function statusMenu(status: GuardStatus, refused: AuditRecord | null): readonly StatusEntry[] {
  const protect: readonly StatusEntry[] = status.guardEnabled
    ? []
    : [{ ...protectChoice, action: { kind: 'protect' } }];
  const modes = modeChoices(status.mode).map((choice): StatusEntry => ({
    ...choice,
    action: { kind: 'mode', choice },
  }));
  return [...protect, ...modes, { ...separator }, ...nextSteps(status, refused)];
}

const separator: StatusEntry = { action: null, label: t`Next`, description: '', detail: '' };

function nextSteps(status: GuardStatus, refused: AuditRecord | null): readonly StatusEntry[] {
  const runAnyway: readonly StatusEntry[] =
    refused === null
      ? []
      : [
          {
            action: { kind: 'runAnyway', record: refused },
            label: t`$(run) Run anyway, once: ${formatLine(refused.request.command, 60)}`,
            description: '',
            detail: t`Refused last in the active terminal. It is typed again for you to run.`,
          },
        ];
  const isLacking = status.guardEnabled && status.unprotected > 0;
  const showTerminals: readonly StatusEntry[] = isLacking
    ? [
        {
          action: { kind: 'showTerminals' },
          label: plural(
            status.unprotected,
          )`$(warning) # terminal is not guarded | $(warning) # terminals are not guarded`,
          description: '',
          detail: t`Shows which ones and why, and relaunches them guarded.`,
        },
      ]
    : [];
  const workspaceGuard: StatusEntry = {
    action: { kind: 'workspaceGuard' },
    label: t`$(root-folder) Guard in this workspace…`,
    description: status.here === 'follow' ? '' : status.here === 'on' ? t`on here` : t`off here`,
    detail: t`Turns the guard on or off for new terminals and tasks of this workspace only.`,
  };
  return [...runAnyway, ...showTerminals, workspaceGuard];
}
