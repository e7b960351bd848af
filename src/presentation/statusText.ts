import { neverReached } from '../base/assert.ts';
import type { Mode } from '../protocol/mode.ts';
import type { Choice } from './protectText.ts';
import { formatCount, formatTimeOfDay } from './text.ts';

/** How a window stands with its policy endpoint. `idle`: nobody has asked for one yet. */
export type EndpointHealth = 'idle' | 'starting' | 'connected' | 'away';

/** Everything the status bar tells. */
export interface GuardStatus {
  /** Whether the library exists for this platform. */
  readonly supported: boolean;
  /** Whether new terminals and tasks are guarded. */
  readonly guardEnabled: boolean;
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
}

/** The status-bar item for a state; every state has a text of its own. */
export function formatStatus(status: GuardStatus): StatusText {
  const { word, tooltip, tone } = describe(status);
  const unseen = status.unseenDenials === 0 ? '' : ` $(circle-slash) ${status.unseenDenials}`;
  const unseenLine =
    status.unseenDenials === 0
      ? ''
      : `\n\n${formatCount(status.unseenDenials, 'denied command')} you have not looked at.`;
  return {
    text: `$(shield) Rampart: ${word}${unseen}`,
    tooltip: `${tooltip}${unseenLine}\n\nClick to switch the mode.`,
    tone,
  };
}

interface Description {
  readonly word: string;
  readonly tooltip: string;
  readonly tone: 'normal' | 'warning';
}

function describe(status: GuardStatus): Description {
  if (!status.supported) {
    return {
      word: 'not supported here',
      tooltip: 'Rampart has no preload library for this platform, so no terminal is guarded.',
      tone: 'warning',
    };
  }
  if (status.problem !== null) {
    return {
      word: 'problem',
      tooltip: `The guard could not be set up: ${status.problem}\n\nRun “Rampart: Protect Terminal” to try again.`,
      tone: 'warning',
    };
  }
  switch (status.endpoint) {
    case 'idle':
      return offDescription;
    case 'starting':
      return { word: 'starting…', tooltip: 'The policy endpoint is being started.', tone: 'normal' };
    case 'away':
      return {
        word: 'endpoint away',
        tooltip: `The policy endpoint does not answer and is being started again${status.cause === null ? '' : ` (${status.cause})`}. Until then guarded programs follow their fail mode: they run, unless RAMPART_FAIL_OPEN says otherwise.`,
        tone: 'warning',
      };
    case 'connected':
      return describeConnected(status);
    default:
      return neverReached(status.endpoint);
  }
}

const offDescription: Description = {
  word: 'off',
  tooltip: 'New terminals are not guarded. Run “Rampart: Protect Terminal” to turn the guard on.',
  tone: 'normal',
};

function describeConnected(status: GuardStatus): Description {
  if (status.mode === null)
    return { word: 'starting…', tooltip: 'The policy endpoint is being asked.', tone: 'normal' };
  if (!status.guardEnabled) {
    return {
      ...offDescription,
      tooltip: `${offDescription.tooltip} Guarded ones follow mode ${status.mode}.`,
    };
  }
  const until = status.until === null ? '' : ` until ${formatTimeOfDay(status.until)}`;
  return {
    word: `${status.mode}${until}`,
    tooltip: `${modeSentences[status.mode]}${until === '' ? '' : ` This ends at ${formatTimeOfDay(status.until ?? '')}.`}`,
    tone: status.mode === 'disabled' ? 'warning' : 'normal',
  };
}

/** What each mode does, in one sentence. */
export const modeSentences: Readonly<Record<Mode, string>> = {
  enforce: 'Every program is checked before it starts, and what the policy denies does not run.',
  monitor: 'Every program is checked and recorded, and nothing is stopped.',
  disabled: 'Nothing is checked, recorded or stopped.',
};

/** Over the mode quick pick. */
export const modePickTitle = 'Rampart mode, for every window and every open terminal';

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
  label: '$(add) Protect Terminal',
  description: 'the guard is off',
  detail: 'Turns the guard on: every new terminal and task is guarded, and the active terminal is protected.',
};

/** The modes to choose from, the strictest first, the current one marked. */
export function modeChoices(current: Mode | null): readonly ModeChoice[] {
  const lasting = modesByStrictness.map((mode): ModeChoice => ({
    mode,
    forSeconds: null,
    label: modeLabels[mode],
    description: mode === current ? 'current' : '',
    detail: modeSentences[mode],
  }));
  const timed = modesByStrictness
    .filter((mode) => current !== null && isLowering(current, mode))
    .map((mode): ModeChoice => ({
      mode,
      forSeconds: timedMinutes * 60,
      label: `${modeLabels[mode]} for ${timedMinutes} minutes`,
      description: '',
      detail: `${modeSentences[mode]} Then ${current ?? ''} comes back by itself.`,
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
export const lowerTitle = 'Lower the protection of every window and every open terminal?';

/** The answers to it, the harmless one last, because the person has just asked for the other. */
export function lowerChoices({ mode, forSeconds }: ModeChoice): readonly Choice<boolean>[] {
  const time = forSeconds === null ? 'until somebody switches it back' : `for ${forSeconds / 60} minutes`;
  const what = mode === 'disabled' ? 'Disable Rampart' : 'Only monitor';
  return [
    { value: true, label: `$(warning) ${what} ${time}`, detail: mode === null ? '' : modeSentences[mode] },
    { value: false, label: '$(close) Cancel', detail: 'Nothing changes.' },
  ];
}

const modeLabels: Readonly<Record<Mode, string>> = {
  enforce: '$(shield) Enforce',
  monitor: '$(eye) Monitor',
  disabled: '$(circle-slash) Disabled',
};
