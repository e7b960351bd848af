import { neverReached } from '../base/assert.ts';
import type { Mode } from '../protocol/mode.ts';
import type { Choice } from './protectText.ts';
import { plural, t } from './localise.ts';
import { formatTimeOfDay } from './text.ts';
import type { WorkspaceGuard } from './workspaceGuard.ts';

/** How a window stands with its policy endpoint. `idle`: nobody has asked for one yet. */
export type EndpointHealth = 'idle' | 'starting' | 'connected' | 'away';

/** Everything the status bar tells. */
export interface GuardStatus {
  /** Whether the library exists for this platform. */
  readonly supported: boolean;
  /** Whether new terminals and tasks are guarded. */
  readonly guardEnabled: boolean;
  /** What a person said about this workspace. */
  readonly here: WorkspaceGuard;
  /** How many terminals of this window lack protection that they could have. */
  readonly unprotected: number;
  readonly endpoint: EndpointHealth;
  /** Why the endpoint is away; null while it is not, or when nobody knows. */
  readonly cause: string | null;
  /** The last mode the endpoint told; null before it told one. */
  readonly mode: Mode | null;
  /** When the mode ends by itself, RFC 3339; null when it does not. */
  readonly until: string | null;
  readonly unseenDenials: number;
  /** Why the guard could not be set up; null when nothing went wrong. */
  readonly problem: string | null;
}

/** The status-bar item. `warning` asks for the editor's warning background. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly tone: 'normal' | 'warning';
  /** The text without its pictures, for those who hear it. */
  readonly spoken: string;
}

/** The status-bar item for a state; every state has a text of its own. */
export function formatStatus(status: GuardStatus): StatusText {
  const { word, tooltip, tone } = describe(status);
  const isLacking = status.guardEnabled && status.unprotected > 0;
  const hasUnseen = status.unseenDenials > 0;
  const lines = [
    ...(isLacking ? [formatUnprotected(status.unprotected)] : []),
    ...(hasUnseen ? [formatUnseenSentence(status.unseenDenials)] : []),
  ];
  const marks = [
    ...(isLacking ? [`$(warning) ${status.unprotected}`] : []),
    ...(hasUnseen ? [`$(circle-slash) ${status.unseenDenials}`] : []),
  ];
  return {
    text: [`$(shield) Rampart: ${word}`, ...marks].join(' '),
    tooltip: [tooltip, ...lines, t`Click to switch the mode.`].join('\n\n'),
    tone: isLacking ? 'warning' : tone,
    spoken: [`Rampart: ${word}.`, ...lines].join(' '),
  };
}

/** How many terminals lack protection that they could have. */
export function formatUnprotected(count: number): string {
  return plural(
    count,
  )`# terminal of this window is not guarded, or only partly. | # terminals of this window are not guarded, or only partly.`;
}

/** How many denials nobody has looked at. */
export function formatUnseen(count: number): string {
  return plural(count)`# denied command | # denied commands`;
}

function formatUnseenSentence(count: number): string {
  return plural(count)`# denied command you have not looked at. | # denied commands you have not looked at.`;
}

interface Description {
  readonly word: string;
  readonly tooltip: string;
  readonly tone: 'normal' | 'warning';
}

function describe(status: GuardStatus): Description {
  if (!status.supported) {
    return {
      word: t`not supported here`,
      tooltip: t`Rampart has no preload library for this platform, so no terminal is guarded.`,
      tone: 'warning',
    };
  }
  if (status.problem !== null) {
    return {
      word: t`problem`,
      tooltip: t`The guard could not be set up: ${status.problem}\n\nRun “Rampart: Protect Terminal” to try again.`,
      tone: 'warning',
    };
  }
  switch (status.endpoint) {
    case 'idle':
      return describeOff(status);
    case 'starting':
      return { word: t`starting…`, tooltip: t`The policy endpoint is being started.`, tone: 'normal' };
    case 'away':
      return {
        word: t`endpoint away`,
        tooltip: [
          status.cause === null
            ? t`The policy endpoint does not answer and is being started again.`
            : t`The policy endpoint does not answer and is being started again (${status.cause}).`,
          t`Until then guarded programs follow their fail mode: they run, unless RAMPART_FAIL_OPEN says otherwise.`,
        ].join(' '),
        tone: 'warning',
      };
    case 'connected':
      return describeConnected(status);
    default:
      return neverReached(status.endpoint);
  }
}

function describeOff({ here, mode }: GuardStatus): Description {
  const isHere = here === 'off';
  const sentences = [
    isHere
      ? t`You turned the guard off in this workspace, so new terminals here are not guarded.`
      : t`New terminals are not guarded.`,
    mode === null ? '' : t`Guarded ones follow mode ${mode}.`,
    t`Run “Rampart: Protect Terminal” to turn the guard on.`,
  ];
  return {
    word: isHere ? t`off here` : t`off`,
    tooltip: sentences.filter((sentence) => sentence !== '').join(' '),
    tone: 'warning',
  };
}

function describeConnected(status: GuardStatus): Description {
  if (status.mode === null)
    return { word: t`starting…`, tooltip: t`The policy endpoint is being asked.`, tone: 'normal' };
  if (!status.guardEnabled) return describeOff(status);
  return {
    word: status.until === null ? status.mode : t`${status.mode} until ${formatTimeOfDay(status.until)}`,
    tooltip: [
      modeSentences[status.mode],
      status.here === 'on' ? t`The guard is on in this workspace, whatever the user settings say.` : '',
      status.until === null ? '' : t`This ends at ${formatTimeOfDay(status.until)}.`,
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
    tone: status.mode === 'disabled' ? 'warning' : 'normal',
  };
}

/** What each mode does, in one sentence. */
export const modeSentences: Readonly<Record<Mode, string>> = {
  enforce: t`Every program is checked before it starts, and what the policy denies does not run.`,
  monitor: t`Every program is checked and recorded, and nothing is stopped.`,
  disabled: t`Nothing is checked, recorded or stopped.`,
};

/** Beside the title of the terminals, where there is little room: guarded is not enforced. Empty in enforce. */
export function formatUnenforced({ mode }: Pick<GuardStatus, 'mode'>): string {
  if (mode === null || mode === 'enforce') return '';
  return mode === 'monitor' ? t`nothing is stopped` : t`nothing is checked`;
}

/** Over the mode quick pick. */
export const modePickTitle = t`Rampart mode, for every window and every open terminal`;

/** One line of the mode quick pick; a null mode offers to turn the guard on. */
export interface ModeChoice {
  readonly mode: Mode | null;
  /** After how many seconds the mode that was before comes back; null when it stays. */
  readonly forSeconds: number | null;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** Stands before the modes while the guard is off. */
export const protectChoice: ModeChoice = {
  mode: null,
  forSeconds: null,
  label: t`$(add) Protect Terminal`,
  description: t`the guard is off`,
  detail: t`Guards every new terminal and task, and protects the active terminal.`,
};

/** The modes to choose from, the strictest first, the current one marked. */
export function modeChoices(current: Mode | null): readonly ModeChoice[] {
  const lasting = modesByStrictness.map((mode): ModeChoice => ({
    mode,
    forSeconds: null,
    label: modeLabels[mode],
    description: mode === current ? t`current` : '',
    detail: modeSentences[mode],
  }));
  const timed = modesByStrictness
    .filter((mode) => current !== null && isLowering(current, mode))
    .map((mode): ModeChoice => ({
      mode,
      forSeconds: timedMinutes * 60,
      label: timedModeLabels[mode],
      description: '',
      detail: [modeSentences[mode], t`Then ${current ?? ''} again.`].join(' '),
    }));
  return [...lasting, ...timed];
}

const modesByStrictness: readonly Mode[] = ['enforce', 'monitor', 'disabled'];

/** How long a change for a time lasts, in minutes. */
const timedMinutes = 15;

/** Whether a change of the mode lets more happen. */
export function isLowering(from: Mode, to: Mode): boolean {
  return modesByStrictness.indexOf(to) > modesByStrictness.indexOf(from);
}

/** Over the question whether less protection is really wanted. */
export const lowerTitle = t`Lower the protection of every window and every open terminal?`;

/** The answers to it, the harmless one last, because the person has just asked for the other. */
export function lowerChoices({ mode, forSeconds }: ModeChoice): readonly Choice<boolean>[] {
  const { lasting, timed } = lowerLabels[mode === 'disabled' ? 'disabled' : 'monitor'];
  const label = forSeconds === null ? lasting : timed;
  return [
    { value: true, label, detail: mode === null ? '' : modeSentences[mode] },
    { value: false, label: t`$(close) Cancel`, detail: t`Nothing changes.` },
  ];
}

const lowerLabels = {
  disabled: {
    lasting: t`$(warning) Disable Rampart until somebody switches it back`,
    timed: t`$(warning) Disable Rampart for ${timedMinutes} minutes`,
  },
  monitor: {
    lasting: t`$(warning) Only monitor until somebody switches it back`,
    timed: t`$(warning) Only monitor for ${timedMinutes} minutes`,
  },
} as const;

const timedModeLabels: Readonly<Record<Mode, string>> = {
  enforce: t`$(shield) Enforce for ${timedMinutes} minutes`,
  monitor: t`$(eye) Monitor for ${timedMinutes} minutes`,
  disabled: t`$(circle-slash) Disabled for ${timedMinutes} minutes`,
};

const modeLabels: Readonly<Record<Mode, string>> = {
  enforce: t`$(shield) Enforce`,
  monitor: t`$(eye) Monitor`,
  disabled: t`$(circle-slash) Disabled`,
};
