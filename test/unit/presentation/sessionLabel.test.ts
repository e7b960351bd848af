import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  canRelaunchGuarded,
  evaluateGuardState,
  evaluateSilence,
  helloGraceMs,
  isLibraryLoaded,
  isUnprotected,
  type GuardEvidence,
  type GuardState,
  type UnguardedReason,
} from '../../../src/presentation/guardState.ts';
import { iconColors } from '../../../src/presentation/icon.ts';
import { formatSession } from '../../../src/presentation/sessionLabel.ts';
import { createView } from './recordFixture.ts';

/** Nobody put anything else into our variables. */
const asIs = { isAskingOther: false, isLenient: false };

const opened: GuardEvidence = {
  supported: true,
  guardEnabled: true,
  connected: true,
  pid: 41,
  isDrawn: false,
  view: createView({ guarded: false }),
  openedArmed: true,
  ageMs: helloGraceMs,
  loader: null,
  tree: null,
};

function stateOf(changes: Partial<GuardEvidence>): string {
  const state = evaluateGuardState({ ...opened, ...changes });
  return state.kind === 'unguarded' ? `unguarded: ${state.reason}` : state.kind;
}

it('believes nothing but the hello of the library', () => {
  assert.equal(stateOf({}), 'unguarded: silent');
  assert.equal(stateOf({ view: createView() }), 'guarded');
  assert.equal(stateOf({ view: null }), 'unguarded: silent');
});

it('keeps a terminal guarded whose library said hello, though the guard is off now', () => {
  assert.equal(stateOf({ view: createView(), guardEnabled: false, openedArmed: false }), 'guarded');
});

it('tells a terminal that a person uses', () => {
  assert.equal(stateOf({ view: createView({ dormant: true }) }), 'dormant');
});

it('waits for the hello of a terminal that was just opened', () => {
  assert.equal(stateOf({ ageMs: helloGraceMs - 1 }), 'checking');
});

it('says why a terminal is not guarded', () => {
  assert.equal(stateOf({ openedArmed: false }), 'unguarded: openedBeforeGuard');
  assert.equal(stateOf({ openedArmed: false, guardEnabled: false }), 'unguarded: guardOff');
  assert.equal(stateOf({ pid: null, view: null, isDrawn: true }), 'unguarded: noProcess');
  assert.equal(stateOf({ supported: false }), 'unguarded: unsupported');
});

it('offers a new start only where that can help', () => {
  const canRelaunch = (changes: Partial<GuardEvidence>): boolean =>
    canRelaunchGuarded(evaluateGuardState({ ...opened, ...changes }));
  const loader = { ...asIs, value: null, library: '/l.so', canLoad: true };
  const fixed = { ...loader, canLoad: false };
  const tree = { leader: false, loaded: 1, bare: [] };
  const earlier = { openedArmed: false, guardEnabled: false };
  assert.ok(canRelaunch({ loader }) && canRelaunch({ loader, tree }) && canRelaunch({ ...earlier, loader }));
  assert.ok(!canRelaunch({ loader: fixed }) && !canRelaunch({ loader: fixed, tree }));
  // Also before the guard was ever on.
  assert.ok(!canRelaunch({ ...earlier, loader: { ...fixed, library: null } }));
  assert.ok(!canRelaunch({ supported: false }) && !canRelaunch({ view: createView() }));
});

it('does not judge a terminal whose process has not started', () => {
  assert.equal(stateOf({ pid: null, view: null }), 'notStarted');
});

it('tells what of a terminal is guarded only in part, and by which program', () => {
  const tree = { leader: true, loaded: 1, bare: [{ name: 'kubectl', reason: 'notLoaded' }] } as const;
  const state = evaluateGuardState({ ...opened, view: createView(), tree });
  assert.ok(isLibraryLoaded(state) && isUnprotected(state));
  const shown = formatSession({ name: 'bash', kind: 'terminal', hidden: false, pid: 41, state });
  assert.match(shown.description, /^partly guarded: not kubectl/);
  assert.match(shown.sentence, /^kubectl runs in it without the library, though it was told to load it/);
  const dormant = { ...opened, view: createView({ dormant: true }), tree };
  assert.equal(evaluateGuardState(dormant).kind, 'dormant');
});

it('tells of a shell without the library whose programs have it', () => {
  const loader = { ...asIs, value: '/theirs.so', library: '/ours/librampart.so', canLoad: true };
  const tree = { leader: false, loaded: 1, bare: [] };
  const state = evaluateGuardState({ ...opened, loader, tree });
  assert.ok(!isLibraryLoaded(state) && isUnprotected(state));
  const shown = formatSession({ name: 'bash', kind: 'terminal', hidden: false, pid: 41, state });
  assert.match(shown.description, /^partly guarded: the loader variable was replaced/);
  assert.match(
    shown.sentence,
    /What is started in it directly is not asked about; what those programs start is/,
  );
  const asked = { ...opened, view: createView({ guarded: false, decisions: 3 }), loader };
  assert.equal(evaluateGuardState(asked).kind, 'partly');
});

it('believes the maps more than an old hello', () => {
  const bare = { leader: false, loaded: 0, bare: [] };
  assert.equal(stateOf({ view: createView(), tree: bare }), 'unguarded: becameAnother');
  assert.equal(stateOf({ view: createView(), tree: { ...bare, leader: null } }), 'guarded');
});

it('counts as unprotected what could be protected, and nothing else', () => {
  const isCounted = (changes: Partial<GuardEvidence>): boolean =>
    isUnprotected(evaluateGuardState({ ...opened, ...changes }));
  assert.deepEqual([isCounted({}), isCounted({ openedArmed: false })], [true, true]);
  assert.ok(!isCounted({ isDrawn: true }) && !isCounted({ view: createView() }) && !isCounted({ ageMs: 0 }));
});

it('does not claim to know when the endpoint cannot be asked', () => {
  assert.equal(stateOf({ connected: false, view: null }), 'unknown');
});

it('shows name, state and counts', () => {
  const view = createView({ agent: 'claude', decisions: 12, denied: 3, unenforced: 2 });
  const shown = formatSession({
    name: 'bash',
    kind: 'terminal',
    hidden: false,
    pid: 41,
    state: { kind: 'guarded', view },
  });
  assert.equal(shown.label, 'bash');
  assert.equal(shown.description, 'guarded · claude · 12 decisions · 3 denied · 2 would have been denied');
});

it('says of a task and of a hidden terminal what they are', () => {
  const base = { name: 'npm test', pid: 41, state: { kind: 'checking' } } as const;
  assert.match(formatSession({ ...base, kind: 'task', hidden: false }).description, /^task · /);
  assert.match(formatSession({ ...base, kind: 'terminal', hidden: true }).description, /^hidden · /);
});

it('gives a nameless terminal the number of its process', () => {
  const shown = formatSession({
    name: '',
    kind: 'terminal',
    hidden: false,
    pid: 41,
    state: { kind: 'unknown' },
  });
  assert.equal(shown.label, 'process 41');
});

it('names what keeps a library out, by what the program was started with', () => {
  const library = '/home/u/.rampart/lib/librampart.so';
  const evaluate = (value: string | null, canLoad = true): UnguardedReason =>
    evaluateSilence({ ...asIs, value, library, canLoad });
  assert.equal(evaluate(null), 'strippedEnvironment');
  assert.equal(evaluate('/other.so'), 'replacedVariable');
  assert.equal(evaluate(`/other.so:${library}:`), 'silent');
  assert.equal(evaluate(`/other.so:${library}:`, false), 'unloadable');
  assert.equal(evaluate(null, false), 'unloadable');
  assert.equal(evaluateSilence(null), 'silent');
});

it('names what has the library ask somebody else, or stop nothing', () => {
  const library = '/l.so';
  const loader = { ...asIs, value: library, library, canLoad: true };
  const tree = { leader: true, loaded: 3, bare: [] };
  // Its programs have the library, and ask the same.
  assert.equal(stateOf({ loader: { ...loader, isAskingOther: true }, tree }), 'unguarded: replacedAddress');
  const lenient = { ...loader, isLenient: true };
  assert.equal(stateOf({ loader: lenient, tree }), 'unguarded: lenient');
  // It is seen in the maps, and in monitor mode it speaks up.
  assert.equal(
    stateOf({ loader: { ...loader, isAskingOther: true }, view: createView() }),
    'unguarded: replacedAddress',
  );
  assert.equal(stateOf({ loader: lenient, tree, view: createView() }), 'unguarded: lenient');
  assert.equal(stateOf({ loader, tree, view: createView() }), 'guarded');
});

const reasons: Readonly<Record<UnguardedReason, true>> = {
  ...{ openedBeforeGuard: true, guardOff: true, noProcess: true, unsupported: true, silent: true },
  ...{ replacedVariable: true, strippedEnvironment: true, becameAnother: true, startedEarlier: true },
  ...{ unloadable: true, replacedAddress: true, lenient: true, debugConsole: true, debugOutside: true },
};

it('has words, a sentence and a picture for every state and every reason, and takes none for another', () => {
  const view = createView();
  const lacking = (name: string): GuardState => ({
    kind: 'partly',
    reason: { kind: 'program', name, why: 'notTold', others: 2 },
    view,
  });
  const whole: readonly GuardState[] = [
    ...([
      { kind: 'guarded', view },
      { kind: 'dormant', view },
    ] as const),
    ...([{ kind: 'checking' }, { kind: 'notStarted' }, { kind: 'unknown' }] as const),
  ];
  const lackingStates: readonly GuardState[] = [
    lacking('kubectl'),
    { kind: 'partly', reason: { kind: 'ownProgram', cause: 'silent' }, view: null },
    ...Object.keys(reasons).map(
      (reason) => ({ kind: 'unguarded', reason: reason as UnguardedReason }) as const,
    ),
  ];
  const show = (state: GuardState): ReturnType<typeof formatSession> =>
    formatSession({ name: 'bash', kind: 'terminal', hidden: false, pid: 41, state });
  const shown = [...whole, ...lackingStates].map(show);
  assert.equal(new Set(shown.map(({ description }) => description)).size, shown.length);
  assert.equal(new Set(shown.map(({ sentence }) => sentence)).size, shown.length);
  assert.ok(shown.every(({ sentence, icon }) => /[.]$/.test(sentence) && icon.id !== ''));
  const attention = { id: 'warning', color: iconColors.attention };
  for (const state of lackingStates) assert.deepEqual(show(state).icon, attention);
});
