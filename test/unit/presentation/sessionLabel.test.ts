import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  evaluateGuardState,
  evaluateSilence,
  formatSession,
  helloGraceMs,
  type GuardEvidence,
} from '../../../src/presentation/sessionLabel.ts';
import { createView } from './recordFixture.ts';

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

it('does not judge a terminal whose process has not started', () => {
  assert.equal(stateOf({ pid: null, view: null }), 'notStarted');
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
  assert.equal(evaluateSilence({ value: null, library }), 'strippedEnvironment');
  assert.equal(evaluateSilence({ value: '/other.so', library }), 'replacedVariable');
  assert.equal(evaluateSilence({ value: `/other.so:${library}:`, library }), 'silent');
  assert.equal(evaluateSilence(null), 'silent');
});
