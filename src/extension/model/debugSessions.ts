import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { SessionSubject } from '../../presentation/sessionLabel.ts';

/** The debug sessions that run outside of any terminal, and so without the library. */
export class DebugSessions implements Disposable {
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new Emitter<null>());
  readonly #running = new Map<string, vscode.DebugSession>();

  readonly onDidChange: Event<null> = this.#changed.event;

  constructor() {
    const { debug } = vscode;
    this.#owned.add(
      debug.onDidStartDebugSession((session) => {
        if (!isInConsole(session)) return;
        this.#running.set(session.id, session);
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
    return [...this.#running.values()].map(({ name }) => ({
      name,
      kind: 'unknown',
      hidden: false,
      pid: null,
      state: { kind: 'unguarded', reason: 'debugConsole' },
    }));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** Whether a program is launched, and its output goes where the editor starts it itself. A child session is its parent's. */
function isInConsole({ configuration, parentSession }: vscode.DebugSession): boolean {
  const { request, console: place } = configuration;
  return (
    request === 'launch' && parentSession === undefined && (place ?? 'internalConsole') === 'internalConsole'
  );
}
