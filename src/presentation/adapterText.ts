import { plural, t } from './localise.ts';
import type { Choice } from './protectText.ts';

/** What of an agent a person has to know to choose. */
export interface AdapterFacts {
  readonly title: string;
  readonly door: 'library' | 'hook' | 'both';
  readonly state: 'absent' | 'applied' | 'changed';
  /** The agent's program; null when it is not installed. */
  readonly program: string | null;
  /** Whether it can be seen on this machine that the agent obeys. */
  readonly canBeTried: boolean;
}

/** What can be done with an agent. */
export type AdapterDeed = 'preview' | 'apply' | 'verify' | 'undo';

/** Over the list of agents. */
export const adapterPickTitle = t`Guard an agent that runs commands outside guarded terminals`;

/** When none can be set up. */
export const noAdaptersText = t`No agent can be set up on this platform to have its commands guarded.`;

/** The line of an agent in the list. */
export function adapterChoice<Value>(
  value: Value,
  { title, door, state, program }: AdapterFacts,
): Choice<Value> {
  const states = {
    absent: t`not set up`,
    applied: t`set up`,
    changed: t`its settings have changed since it was set up`,
  };
  const doors = {
    library: t`by the preload library`,
    hook: t`by a hook`,
    both: t`by the preload library and a hook`,
  };
  const icon = { absent: 'circle-outline', applied: 'shield', changed: 'warning' }[state];
  const place = program ?? t`not installed here`;
  return { value, label: `$(${icon}) ${title}`, detail: t`${states[state]} · ${doors[door]} · ${place}` };
}

/** What can be done with an agent now; the harmless choice first. */
export function adapterDeeds({ title, state, canBeTried }: AdapterFacts): readonly Choice<AdapterDeed>[] {
  const preview: Choice<AdapterDeed> = {
    value: 'preview',
    label: t`$(diff) Preview`,
    detail: t`Shows what would be written into the settings of ${title}. Nothing is written.`,
  };
  const apply: Choice<AdapterDeed> = {
    value: 'apply',
    label: t`$(shield) Write it`,
    detail: canBeTried
      ? t`Shows it, writes it once you agree, and tries whether ${title} obeys.`
      : t`Shows it, and writes it into your settings of ${title} once you agree.`,
  };
  const verify: Choice<AdapterDeed> = {
    value: 'verify',
    label: t`$(beaker) Try it`,
    detail: t`Has ${title} run one harmless command, without your account, home or network.`,
  };
  const undo: Choice<AdapterDeed> = {
    value: 'undo',
    label: t`$(discard) Take it out`,
    detail: t`Puts the settings of ${title} back as they were.`,
  };
  return [
    ...(state === 'applied' ? [] : [preview, apply]),
    ...(canBeTried ? [verify] : []),
    ...(state === 'absent' ? [] : [undo]),
  ];
}

/**
 * A settings file as it is compared, below lines of our own: the question that is asked about it stands over the first
 * lines of the editor and would cover what it asks about.
 */
export function formatCompared(file: string, content: string): string {
  return [
    t`Settings file: ${file}`,
    '',
    t`Left as it is, right as it would be. What is not marked stays as it is.`,
    t`These lines are no part of the file: it begins below the next one.`,
    '',
    '─'.repeat(40),
    content,
  ].join('\n');
}

/** Over the question whether what is shown may be written. */
export function adapterConsentTitle(title: string): string {
  return t`Write what is shown into your settings of ${title}?`;
}

/** The answers to it; of several files, each is shown in a tab of its own, and only one of them is in front. */
export function adapterConsents(files: number): readonly Choice<boolean>[] {
  const kept = t`What stands there is kept, and can be had back.`;
  const spread = plural(files)`# file. | # files, each in a tab of its own.`;
  return [
    { value: true, label: t`$(shield) Write it`, detail: files > 1 ? `${spread} ${kept}` : kept },
    { value: false, label: t`$(close) Write nothing`, detail: t`Nothing changes.` },
  ];
}

/** What the commands around adapters say. */
export const adapterMessages = {
  nothingToPreview: (title: string): string => t`${title} is set up already: there is nothing to write.`,
  beforeTitle: (file: string): string => t`${file}, as it is`,
  afterTitle: (file: string): string => t`${file}, as it would be`,
  previewTitle: (file: string): string => t`Preview: ${file}`,
  failed: (title: string, reason: string): string => t`${title}: ${reason}`,
  trying: (title: string): string => t`Trying ${title} with one harmless command…`,
  obeys: (title: string): string => t`${title} obeys: its commands are guarded.`,
  notSeen: (title: string, reason: string): string => t`${title} was not seen to be guarded: ${reason}`,
  applied: (title: string, program: string | null): string =>
    program === null
      ? t`${title} is set up. It could not be tried here, for its program was not found.`
      : t`${title} is set up. Whether it obeys can be tried on Linux only.`,
  undone: (title: string): string => t`The settings of ${title} are as before.`,
} as const;
