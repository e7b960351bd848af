import { neverReached } from '../base/assert.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import type { SessionView } from '../protocol/session.ts';
import { countDecisions } from './decisionCounts.ts';
import type { GuardState } from './guardState.ts';
import { t } from './localise.ts';
import type { SessionSubject } from './sessionLabel.ts';

/** What is known of an extension host whose children are guarded, or should be. */
export interface HostEvidence {
  readonly pid: number;
  /** The session that its children name when they ask. */
  readonly session: string;
  /** `guarded` once the library was seen in a child. */
  readonly state: 'checking' | 'guarded' | 'unguarded';
  /** The decisions that are kept, of everybody. */
  readonly decisions: readonly AuditRecord[];
}

/** The row of what extensions start without a terminal, with what was decided about it. */
export function hostSubject(evidence: HostEvidence): SessionSubject {
  const { pid } = evidence;
  const own = evidence.decisions.filter(({ session }) => session === evidence.session);
  const view: SessionView = { ...guardedView(pid, hostName), ...countDecisions(own) };
  return { name: hostName, kind: 'unknown', hidden: false, pid, state: stateOf(evidence.state, view) };
}

/** The row of a program that an extension started. */
export function hostChildSubject(child: {
  readonly pid: number;
  readonly name: string;
  readonly hasLibrary: boolean;
}): SessionSubject {
  const { pid, name, hasLibrary } = child;
  const state: GuardState = hasLibrary
    ? { kind: 'guarded', view: guardedView(pid, name) }
    : { kind: 'unguarded', reason: 'startedEarlier' };
  return { name, kind: 'unknown', hidden: false, pid, state };
}

/** What the process is called in which extensions run. */
export const hostName = t`Extension host`;

function stateOf(state: HostEvidence['state'], view: SessionView): GuardState {
  switch (state) {
    case 'checking':
      return { kind: 'checking' };
    case 'guarded':
      return { kind: 'guarded', view };
    case 'unguarded':
      return { kind: 'unguarded', reason: 'silent' };
    default:
      return neverReached(state);
  }
}

function guardedView(pid: number, name: string): SessionView {
  return {
    ...{ pid, name, started: 0, kind: 'unknown', hidden: false, protection: 'protected', guarded: true },
    ...{
      actor: 'automation',
      dormant: false,
      parent: null,
      library: null,
      agent: null,
      decisions: 0,
      denied: 0,
      unenforced: 0,
    },
  };
}
