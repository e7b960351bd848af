import type { SessionView } from '../protocol/session.ts';

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
  /** Its program is one into which the loader puts no library: static, set-uid or of another machine. */
  | 'unloadable'
  /** Another extension, a setting or a task put something else into the loader variable. */
  | 'replacedVariable'
  /** Another extension put something else into the variable that says whom the library asks. */
  | 'replacedAddress'
  /** Its program was told to have nothing stopped, or nothing asked about. */
  | 'lenient'
  /** Its program was started without the loader variable. */
  | 'strippedEnvironment'
  /** It was guarded, and then its program became another one that is not. */
  | 'becameAnother'
  /** It runs below an extension host that was guarded only later. */
  | 'startedEarlier'
  /** It is debugged in the internal console, which the editor starts without our variables. */
  | 'debugConsole'
  /** It is debugged in a terminal of its own outside the editor, which does not get our variables either. */
  | 'debugOutside';

/** What of a terminal is not guarded though the rest is. */
export type PartlyReason =
  /** Its own program lacks the library; what that starts has it, so the second step of everything is asked about. */
  | { readonly kind: 'ownProgram'; readonly cause: UnguardedReason }
  /** A program that runs in it lacks the library; `others` more do. */
  | {
      readonly kind: 'program';
      readonly name: string;
      readonly why: BareProgram['reason'];
      readonly others: number;
    };

/** What is known about the protection of one terminal or task; never assumed, always measured. */
export type GuardState =
  | { readonly kind: 'guarded'; readonly view: SessionView }
  /** Guarded, but a person uses it: only agents in it are asked about. */
  | { readonly kind: 'dormant'; readonly view: SessionView }
  /** Some of it is guarded: the reason says what is not. */
  | { readonly kind: 'partly'; readonly reason: PartlyReason; readonly view: SessionView | null }
  | { readonly kind: 'checking' }
  /** Its process has not started: the editor may be asking whether the workspace is trusted. */
  | { readonly kind: 'notStarted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unguarded'; readonly reason: UnguardedReason };

/** A program without the library, below a terminal. */
export interface BareProgram {
  readonly name: string;
  /** It was told to load the library and did not, was never told, or has rights of its own. */
  readonly reason: 'notLoaded' | 'notTold' | 'privileged';
}

/** What the kernel says about a terminal's program and everything below it. */
export interface TreeEvidence {
  /** Whether the terminal's own program has the library; null when that cannot be told. */
  readonly leader: boolean | null;
  /** How many programs below have it. */
  readonly loaded: number;
  readonly bare: readonly BareProgram[];
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
  /** What of it has the library now; null when that cannot be told. */
  readonly tree: TreeEvidence | null;
}

/** How long a library may take to speak up before its silence is believed, in milliseconds. */
export const helloGraceMs = 3_000;

/**
 * What is known about the protection of a terminal. A library that said hello outweighs everything but the kernel's maps, and
 * what its program was told for it at its start.
 */
export function evaluateGuardState(evidence: GuardEvidence): GuardState {
  const { view } = evidence;
  if (view?.guarded === true) return divert(evidence.loader) ?? stateOfGuarded(view, evidence.tree);
  if (!evidence.supported) return { kind: 'unguarded', reason: 'unsupported' };
  if (evidence.isDrawn) return { kind: 'unguarded', reason: 'noProcess' };
  if (evidence.pid === null) return { kind: 'notStarted' };
  if (evidence.openedArmed && evidence.ageMs < helloGraceMs) return { kind: 'checking' };
  if (!evidence.openedArmed) return { kind: 'unguarded', reason: reasonOfEarlier(evidence) };
  return stateOfSilent(evidence);
}

/** What makes a library that is there useless; it is in the maps all the same, and in monitor mode it speaks up. */
function divert(loader: LoaderEvidence | null): GuardState | null {
  if (loader?.isAskingOther === true) return { kind: 'unguarded', reason: 'replacedAddress' };
  return loader?.isLenient === true ? { kind: 'unguarded', reason: 'lenient' } : null;
}

/** Why nothing is in a terminal that was opened while new ones were not being armed. */
function reasonOfEarlier({ guardEnabled, loader }: GuardEvidence): UnguardedReason {
  if (loader?.canLoad === false) return 'unloadable';
  return guardEnabled ? 'openedBeforeGuard' : 'guardOff';
}

/** Nothing was heard of the terminal's own program; what it started may have the library all the same. */
function stateOfSilent({ view, loader, tree, connected }: GuardEvidence): GuardState {
  const cause = evaluateSilence(loader);
  // What it starts is told the same.
  const isInherited = cause === 'replacedAddress' || cause === 'lenient';
  const isAsking = !isInherited && ((tree?.loaded ?? 0) > 0 || (view?.decisions ?? 0) > 0);
  if (isAsking) return { kind: 'partly', reason: { kind: 'ownProgram', cause }, view };
  return connected ? { kind: 'unguarded', reason: cause } : { kind: 'unknown' };
}

/** A hello was said at the start; what the maps say now is newer. */
function stateOfGuarded(view: SessionView, tree: TreeEvidence | null): GuardState {
  if (tree?.leader === false) {
    const cause = 'becameAnother';
    return tree.loaded === 0
      ? { kind: 'unguarded', reason: cause }
      : { kind: 'partly', reason: { kind: 'ownProgram', cause }, view };
  }
  const [first, ...others] = tree?.bare ?? [];
  if (first === undefined || view.dormant) return stateOfView(view);
  const { name, reason: why } = first;
  return { kind: 'partly', reason: { kind: 'program', name, why, others: others.length }, view };
}

/** Whether the library is in a terminal's own program, so that what is typed in it can be asked about. */
export function isLibraryLoaded(state: GuardState): boolean {
  if (state.kind === 'partly') return state.reason.kind === 'program';
  return state.kind === 'guarded' || state.kind === 'dormant';
}

/** Whether a terminal lacks protection that it could have. What an extension draws has no process to guard. */
export function isUnprotected(state: GuardState): boolean {
  if (state.kind === 'partly') return true;
  return state.kind === 'unguarded' && !['noProcess', 'unsupported', 'guardOff'].includes(state.reason);
}

/**
 * Whether a terminal that is started anew can be guarded then: what keeps the library out now is gone with the process
 * that runs. Not so where its program takes none, which is started again as it is.
 */
export function canRelaunchGuarded(state: GuardState): boolean {
  if (state.kind === 'partly') return state.reason.kind === 'program' || !stays.has(state.reason.cause);
  return state.kind === 'unguarded' && !stays.has(state.reason);
}

/** What a new start does not mend. */
const stays: ReadonlySet<UnguardedReason> = new Set(['noProcess', 'unsupported', 'unloadable']);

/** What a program was started with for the loader and for the library. */
export interface LoaderEvidence {
  /** Null when the variable was not there. */
  readonly value: string | null;
  /** The library that should be in it; null while the guard is off. */
  readonly library: string | null;
  /** Whether the loader puts a library into that program at all. */
  readonly canLoad: boolean;
  /** Whether the library in it asks somebody else. */
  readonly isAskingOther: boolean;
  /** Whether it is told to stop nothing, or not to ask at all. */
  readonly isLenient: boolean;
}

/** Why a library never spoke up, by what its program was started with. */
export function evaluateSilence(loader: LoaderEvidence | null): UnguardedReason {
  if (loader === null) return 'silent';
  const { value, library, canLoad, isAskingOther, isLenient } = loader;
  if (!canLoad) return 'unloadable';
  if (value === null) return 'strippedEnvironment';
  if (library !== null && !value.split(/[\s:]/u).includes(library)) return 'replacedVariable';
  if (isAskingOther) return 'replacedAddress';
  return isLenient ? 'lenient' : 'silent';
}

/** The state of a session whose library said hello. */
export function stateOfView(view: SessionView): GuardState {
  return { kind: view.dormant ? 'dormant' : 'guarded', view };
}
