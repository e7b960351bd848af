import { neverReached } from '../base/assert.ts';
import type { SessionView } from '../protocol/session.ts';
import { iconColors, type Icon } from './icon.ts';
import { formatCounts } from './decisionCounts.ts';
import type { DetailField } from './decisionLabel.ts';
import { formatLine } from './text.ts';
import { t } from './localise.ts';

/** Why a terminal is not guarded, as far as can be told. */
export type UnguardedReason =
  /** It was there before the guard was turned on. */
  | 'openedBeforeGuard'
  /** The guard is off. */
  | 'guardOff'
  /** It has no process of its own: an extension draws it. */
  | 'noProcess'
  /** There is no library for this platform. */
  | 'unsupported'
  /** It was opened with the guard on, and still the library never spoke up. */
  | 'silent'
  /** Another extension, a setting or a task put something else into the loader variable. */
  | 'replacedVariable'
  /** Its program was started without the loader variable. */
  | 'strippedEnvironment'
  /** It is debugged in the internal console, which the editor starts without our variables. */
  | 'debugConsole';

/** What is known about the protection of one terminal or task; never assumed, always measured. */
export type GuardState =
  | { readonly kind: 'guarded'; readonly view: SessionView }
  /** Guarded, but a person uses it: only agents in it are asked about. */
  | { readonly kind: 'dormant'; readonly view: SessionView }
  | { readonly kind: 'checking' }
  /** Its process has not started: the editor may be asking whether the workspace is trusted. */
  | { readonly kind: 'notStarted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unguarded'; readonly reason: UnguardedReason };

/** One terminal or task of a window, or a session of another program. */
export interface SessionSubject {
  readonly name: string;
  readonly kind: 'terminal' | 'task' | 'unknown';
  readonly hidden: boolean;
  /** Null when it has none. */
  readonly pid: number | null;
  readonly state: GuardState;
}

/** A terminal or task as a view shows it. */
export interface SessionLabel {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** What the state means. */
  readonly sentence: string;
  readonly fields: readonly DetailField[];
  readonly spoken: string;
}

/** How a terminal or task is shown: what it is called, whether it is guarded and if not why, and its counts. */
export function formatSession(subject: SessionSubject): SessionLabel {
  const label = formatLine(subject.name) || (subject.pid === null ? t`terminal` : t`process ${subject.pid}`);
  const look = describe(subject.state);
  const view = 'view' in subject.state ? subject.state.view : null;
  const kind = subject.kind === 'task' ? t`task` : subject.hidden ? t`hidden` : '';
  const counts = view === null ? '' : formatCounts(view);
  const agent = view?.agent ?? '';
  const description = [kind, look.words, agent, counts].filter((part) => part !== '').join(' · ');
  return {
    label,
    description,
    icon: look.icon,
    sentence: look.sentence,
    fields: detailFields(subject, view),
    spoken: `${label}, ${description}`,
  };
}

interface Look {
  readonly words: string;
  readonly sentence: string;
  readonly icon: Icon;
}

function describe(state: GuardState): Look {
  switch (state.kind) {
    case 'guarded':
      return {
        words: t`guarded`,
        sentence: t`The preload library is loaded in it: every program it starts is asked about.`,
        icon: { id: 'shield', color: iconColors.allowed },
      };
    case 'dormant':
      return {
        words: t`agents only`,
        sentence: t`What a person types in it is not asked about; what agents in it start is.`,
        icon: { id: 'shield', color: iconColors.quiet },
      };
    case 'checking':
      return {
        words: t`checking…`,
        sentence: t`It was just opened; the library has not spoken up yet.`,
        icon: { id: 'loading~spin', color: null },
      };
    case 'notStarted':
      return {
        words: t`not started`,
        sentence: t`Its process has not started yet.`,
        icon: { id: 'circle-outline', color: null },
      };
    case 'unknown':
      return {
        words: t`not known`,
        sentence: t`The policy endpoint does not answer, so nobody can tell whether it is guarded.`,
        icon: { id: 'question', color: iconColors.attention },
      };
    case 'unguarded':
      return {
        words: t`not guarded: ${reasonWords[state.reason]}`,
        sentence: reasonSentences[state.reason],
        icon: { id: 'warning', color: iconColors.attention },
      };
    default:
      return neverReached(state);
  }
}

const reasonWords: Readonly<Record<UnguardedReason, string>> = {
  openedBeforeGuard: t`opened earlier`,
  guardOff: t`the guard is off`,
  noProcess: t`no process`,
  unsupported: t`not supported here`,
  silent: t`the library is not loaded`,
  replacedVariable: t`the loader variable was replaced`,
  strippedEnvironment: t`started without the loader variable`,
  debugConsole: t`debugged in the internal console`,
};

const reasonSentences: Readonly<Record<UnguardedReason, string>> = {
  openedBeforeGuard: t`It was opened before the guard was turned on, and a running process cannot be guarded. Protect it to have it opened anew.`,
  guardOff: t`The guard is off for new terminals. Protect this one to turn it on.`,
  noProcess: t`It is drawn by an extension and has no process that could be guarded.`,
  unsupported: t`There is no preload library for this platform.`,
  silent: t`It was opened with the guard on, but the library did not speak up: its program is static or set-uid, or a sandbox keeps the library out.`,
  replacedVariable: t`Another extension, a setting or a task replaces the loader variable, so the library is not loaded. Take that out, and relaunch it guarded.`,
  strippedEnvironment: t`Its program was started with an environment of its own, without the loader variable. Relaunch it guarded, or start it from a guarded terminal.`,
  debugConsole: t`The internal console is started without the variables that guard a terminal. Set \`"console": "integratedTerminal"\` in the launch configuration to have it guarded.`,
};

function detailFields(subject: SessionSubject, view: SessionView | null): readonly DetailField[] {
  const fields: readonly (readonly [string, string | null])[] = [
    [t`Process`, subject.pid === null ? null : String(subject.pid)],
    [t`Agent`, view?.agent ?? null],
    [t`Decisions`, view === null ? null : String(view.decisions)],
    [t`Denied`, view === null ? null : String(view.denied)],
    [t`Would have been denied`, view === null || view.unenforced === 0 ? null : String(view.unenforced)],
    [t`Library`, view?.library ?? null],
    [t`Hidden`, subject.hidden ? t`not shown in the terminal list` : null],
  ];
  return fields.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}

/** What one terminal's state follows from. */
export interface GuardEvidence {
  readonly supported: boolean;
  readonly guardEnabled: boolean;
  /** Whether the endpoint can be asked now. */
  readonly connected: boolean;
  readonly pid: number | null;
  /** An extension draws it, so it has no process. */
  readonly isDrawn: boolean;
  /** What the endpoint says of this very process; null when it has never heard of it. */
  readonly view: SessionView | null;
  /** Whether it was opened while new terminals were being armed. */
  readonly openedArmed: boolean;
  /** How long its process has been known, in milliseconds. */
  readonly ageMs: number;
  /** What its program was started with for the loader; absent when that cannot be told. */
  readonly loader: LoaderEvidence | null;
}

/** How long a library may take to speak up before its silence is believed, in milliseconds. */
export const helloGraceMs = 3_000;

/** What is known about the protection of a terminal. A library that said hello outweighs everything else. */
export function evaluateGuardState(evidence: GuardEvidence): GuardState {
  const { view } = evidence;
  if (view?.guarded === true) return stateOfView(view);
  if (!evidence.supported) return { kind: 'unguarded', reason: 'unsupported' };
  if (evidence.isDrawn) return { kind: 'unguarded', reason: 'noProcess' };
  if (evidence.pid === null) return { kind: 'notStarted' };
  if (evidence.openedArmed && evidence.ageMs < helloGraceMs) return { kind: 'checking' };
  if (!evidence.openedArmed) {
    return { kind: 'unguarded', reason: evidence.guardEnabled ? 'openedBeforeGuard' : 'guardOff' };
  }
  if (!evidence.connected) return { kind: 'unknown' };
  return { kind: 'unguarded', reason: evaluateSilence(evidence.loader) };
}

/** What a program was started with in the loader variable. */
export interface LoaderEvidence {
  /** Null when the variable was not there. */
  readonly value: string | null;
  /** The library that should be in it. */
  readonly library: string;
}

/** Why a library never spoke up, by what its program was started with. */
export function evaluateSilence(loader: LoaderEvidence | null): UnguardedReason {
  if (loader === null) return 'silent';
  if (loader.value === null) return 'strippedEnvironment';
  return loader.value.split(/[\s:]/u).includes(loader.library) ? 'silent' : 'replacedVariable';
}

/** The state of a session whose library said hello. */
export function stateOfView(view: SessionView): GuardState {
  return { kind: view.dormant ? 'dormant' : 'guarded', view };
}

/** The heading over guarded sessions that are not terminals of this window. */
export const elsewhereLabel = t`Outside this window`;
