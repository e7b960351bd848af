import type { Choice } from './protectText.ts';
import { t } from './localise.ts';

/** What a person said about the guard in one workspace: as the user's setting says, or another way. */
export type WorkspaceGuard = 'follow' | 'on' | 'off';

/** Reads what was kept; what is none of the words is taken as never said. */
export function parseWorkspaceGuard(value: unknown): WorkspaceGuard {
  return value === 'on' || value === 'off' ? value : 'follow';
}

/** Whether new terminals of a workspace are to be guarded. */
export function isGuardWanted(userSetting: boolean, here: WorkspaceGuard): boolean {
  return here === 'follow' ? userSetting : here === 'on';
}

/** Over the choices. */
export const workspaceGuardTitle = t`The guard in this workspace, for terminals and tasks that start from now on`;

/** What can be said about a workspace, the current one first and marked. */
export function workspaceGuardChoices(
  userSetting: boolean,
  here: WorkspaceGuard,
): readonly Choice<WorkspaceGuard>[] {
  const setting = userSetting ? t`on` : t`off`;
  const choices: readonly Choice<WorkspaceGuard>[] = [
    {
      value: 'follow',
      label: t`$(settings-gear) As in the user settings`,
      detail: t`Like everywhere else; the setting is ${setting} now.`,
    },
    {
      value: 'on',
      label: t`$(shield) On in this workspace`,
      detail: t`New terminals and tasks here are guarded, whatever the user setting says.`,
    },
    {
      value: 'off',
      label: t`$(circle-slash) Off in this workspace`,
      detail: t`New terminals and tasks here are not guarded; those that are now stay so.`,
    },
  ];
  return choices.map((choice) => (choice.value === here ? { ...choice, description: t`current` } : choice));
}

/** Over the question whether less protection is really wanted. */
export const workspaceOffTitle = t`Leave new terminals of this workspace unguarded?`;

/** The answers to it. */
export const workspaceOffChoices: readonly Choice<boolean>[] = [
  {
    value: true,
    label: t`$(warning) Turn the guard off in this workspace`,
    detail: t`Agents started here later run unchecked. Kept with your data, not in the workspace.`,
  },
  { value: false, label: t`$(close) Cancel`, detail: t`Nothing changes.` },
];

/** Said when it was done. */
export const workspaceGuardMessages: Readonly<Record<WorkspaceGuard, string>> = {
  follow: t`The guard follows the user settings in this workspace.`,
  on: t`The guard is on in this workspace.`,
  off: t`The guard is off in this workspace. Terminals that are guarded stay so until they are closed.`,
};
