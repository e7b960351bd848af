import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { UnguardedReason } from '../../presentation/guardState.ts';
import type { SessionSubject } from '../../presentation/sessionLabel.ts';

/** The debug sessions that run outside of any terminal, and so without the library. */
export class DebugSessions implements Disposable {
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new Emitter<null>());
  readonly #running = new Map<string, SessionSubject>();

  readonly onDidChange: Event<null> = this.#changed.event;

  constructor() {
    const { debug } = vscode;
    this.#owned.add(
      debug.onDidStartDebugSession((session) => {
        const reason = reasonOf(session);
        if (reason === null) return;
        this.#running.set(session.id, subjectOf(session, reason));
        this.#changed.fire(null);
      }),
    );
    this.#owned.add(
      debug.onDidTerminateDebugSession(({ id }) => {
        if (this.#running.delete(id)) this.#changed.fire(null);
      }),
    );
  }

  /** As rows beside the terminals. */
  get subjects(): readonly SessionSubject[] {
    return [...this.#running.values()];
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function subjectOf({ name }: vscode.DebugSession, reason: UnguardedReason): SessionSubject {
  return { name, kind: 'unknown', hidden: false, pid: null, state: { kind: 'unguarded', reason } };
}

/** Why what is debugged is not guarded; null where it is attached to or runs in a terminal of ours. A child session is its parent's. */
function reasonOf({ configuration, parentSession }: vscode.DebugSession): UnguardedReason | null {
  const { request, console: place } = configuration;
  if (request !== 'launch' || parentSession !== undefined) return null;
  if (place === 'externalTerminal') return 'debugOutside';
  return (place ?? 'internalConsole') === 'internalConsole' ? 'debugConsole' : null;
}
