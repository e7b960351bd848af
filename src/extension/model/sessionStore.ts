import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { isDenial } from '../../presentation/decisionLabel.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import type { SessionView } from '../../protocol/session.ts';

/** How many sessions are kept; the ones heard of longest ago go first. */
export const maxStoredSessions = 1_000;

/** What the endpoint told of sessions, by the pid of their leader. */
export class SessionStore implements Disposable {
  readonly #views = new Map<number, SessionView>();
  readonly #changed = new Emitter<null>();

  readonly onDidChange: Event<null> = this.#changed.event;

  /** All sessions, the one heard of longest ago first. */
  get all(): readonly SessionView[] {
    return [...this.#views.values()];
  }

  find(pid: number): SessionView | null {
    return this.#views.get(pid) ?? null;
  }

  /** Takes what the endpoint says. Answers and stream may overtake each other, so what only ever grows never shrinks. */
  put(view: SessionView): void {
    const merged = mergeViews(this.find(view.pid), view);
    this.#views.delete(view.pid);
    this.#views.set(view.pid, merged);
    const oldest = this.#views.keys().next().value;
    if (this.#views.size > maxStoredSessions && oldest !== undefined) this.#views.delete(oldest);
    this.#changed.fire(null);
  }

  /** Takes a full list: what is not in it has ended, but for those that are known to live. */
  replaceAll(views: readonly SessionView[], living: ReadonlySet<number>): void {
    const kept = this.all.filter((view) => living.has(view.pid));
    const told = views.slice(-maxStoredSessions).map((view) => mergeViews(this.find(view.pid), view));
    this.#views.clear();
    for (const view of [...kept, ...told]) this.#views.set(view.pid, view);
    this.#changed.fire(null);
  }

  /** Counts a decision that came by the stream: the endpoint tells its own counts only now and then. */
  count(record: AuditRecord): void {
    const view = record.sid === null ? undefined : this.#views.get(record.sid);
    if (view === undefined) return;
    const denied = view.denied + Number(isDenial(record));
    this.#views.set(view.pid, { ...view, decisions: view.decisions + 1, denied });
    this.#changed.fire(null);
  }

  remove(pid: number): void {
    if (this.#views.delete(pid)) this.#changed.fire(null);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The library does not leave a process, and decisions are not undone: both hold for one pid and start time. */
function mergeViews(known: SessionView | null, view: SessionView): SessionView {
  if (known?.started !== view.started) return view;
  return {
    ...view,
    guarded: view.guarded || known.guarded,
    library: view.library ?? known.library,
    agent: view.agent ?? known.agent,
    decisions: Math.max(view.decisions, known.decisions),
    denied: Math.max(view.denied, known.denied),
  };
}
