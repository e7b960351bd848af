import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { isRecord } from '../../base/record.ts';
import type { UnguardedReason } from '../../presentation/guardState.ts';
import type { SessionSubject } from '../../presentation/sessionLabel.ts';

/** The debug sessions that run outside of any terminal, and so without the library. */
export class DebugSessions implements Disposable {
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new Emitter<null>());
  readonly #running = new Map<string, SessionSubject>();
  /** The terminals that debuggers asked the editor for, by session: which setting leads to that is each one's own. */
  readonly #asked = new Map<string, Place>();

  readonly onDidChange: Event<null> = this.#changed.event;

  constructor() {
    const { debug } = vscode;
    this.#owned.add(
      debug.registerDebugAdapterTrackerFactory('*', {
        createDebugAdapterTracker: (session) => ({
          onDidSendMessage: (message: unknown) => this.#hear(session, message),
        }),
      }),
    );
    this.#owned.add(debug.onDidStartDebugSession((session) => this.#show(session)));
    this.#owned.add(
      debug.onDidTerminateDebugSession(({ id }) => {
        this.#asked.delete(id);
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

  #show(session: vscode.DebugSession): void {
    const reason = reasonOf(session, this.#asked.get(session.id) ?? null);
    if (reason === null) this.#running.delete(session.id);
    else this.#running.set(session.id, subjectOf(session, reason));
    this.#changed.fire(null);
  }

  /** A debugger may ask for a terminal before it is told of as started, and after. */
  #hear(session: vscode.DebugSession, message: unknown): void {
    if (!isRecord(message) || message['command'] !== 'runInTerminal') return;
    const { arguments: wish } = message;
    this.#asked.set(session.id, isRecord(wish) && wish['kind'] === 'external' ? 'external' : 'integrated');
    if (this.#running.has(session.id)) this.#show(session);
  }
}

/** Where a terminal is that a debugger asked for. */
type Place = 'integrated' | 'external';

function subjectOf({ name }: vscode.DebugSession, reason: UnguardedReason): SessionSubject {
  return { name, kind: 'unknown', hidden: false, pid: null, state: { kind: 'unguarded', reason } };
}

/** The type of the editor's own debugger that opens a terminal itself, of "Debug Script" for example, and asks nobody for it. */
const terminalDebugger = 'node-terminal';

/** Why what is debugged is not guarded; null where it is attached to or runs in a terminal of ours. A child session is its parent's. */
function reasonOf(
  { type, configuration, parentSession }: vscode.DebugSession,
  asked: Place | null,
): UnguardedReason | null {
  const { request, console: place } = configuration;
  if (type === terminalDebugger) return null;
  if (request !== 'launch' || parentSession !== undefined || asked === 'integrated') return null;
  if (asked === 'external' || place === 'externalTerminal') return 'debugOutside';
  return (place ?? 'internalConsole') === 'internalConsole' ? 'debugConsole' : null;
}
