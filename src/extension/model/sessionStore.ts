import type { Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { SessionView } from '../../protocol/session.ts';

/** How many sessions are kept; the ones heard of longest ago go first. */
export const maxStoredSessions = 1_000;

/** How many names are kept, those of ended sessions among them; the ones heard of longest ago go first. */
export const maxKeptNames = 2_000;

interface Entry {
  readonly view: SessionView;
  /** The store's revision when the endpoint last told of this one session. */
  readonly toldAt: number;
}

/** A full list as the endpoint gave it. */
export interface SessionList {
  readonly views: readonly SessionView[];
  /** The store's revision when the list was asked for: what was told of a session since then is newer. */
  readonly askedAt: number;
  /** Sessions that are known to live, whatever the list says. */
  readonly living: ReadonlySet<number>;
}

interface KeptName {
  readonly name: string;
  /** Start time of the process that had it; 0 when unknown. */
  readonly started: number;
}

/** What the endpoint told of sessions, by the pid of their leader. */
export class SessionStore implements Disposable {
  readonly #entries = new Map<number, Entry>();
  readonly #names = new Map<number, KeptName>();
  readonly #changed = new Emitter<null>();
  #revision = 0;

  readonly onDidChange: Event<null> = this.#changed.event;

  /** All sessions, the one heard of longest ago first. */
  get all(): readonly SessionView[] {
    return [...this.#entries.values()].map((entry) => entry.view);
  }

  /** Grows whenever the endpoint tells of one session. */
  get revision(): number {
    return this.#revision;
  }

  find(pid: number): SessionView | null {
    return this.#entries.get(pid)?.view ?? null;
  }

  /**
   * What a session is called, or was called until it ended: its decisions are looked at longer than it lives.
   * Null when nobody named it. `started` is when its process started, 0 when that is not known.
   */
  nameOf(pid: number, started = 0): string | null {
    const view = this.find(pid);
    const isNow = view !== null && !isOtherProcess(view.started, started);
    if (isNow && view.name !== '') return view.name;
    const kept = this.#names.get(pid);
    if (kept === undefined) return null;
    const wanted = started === 0 ? (view?.started ?? 0) : started;
    return isOtherProcess(wanted, kept.started) ? null : kept.name;
  }

  /** Keeps a name that this window knows by itself, for a session that the endpoint may never tell of. */
  keepName(pid: number, name: string): void {
    this.#keepName(pid, { name, started: 0 });
    this.#changed.fire(null);
  }

  /** Takes what the endpoint says of one session. */
  put(view: SessionView): void {
    this.#revision += 1;
    const merged = mergeViews(this.find(view.pid), view);
    this.#entries.delete(view.pid);
    this.#entries.set(view.pid, { view: merged, toldAt: this.#revision });
    this.#keepName(view.pid, view);
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > maxStoredSessions && oldest !== undefined) this.#entries.delete(oldest);
    this.#changed.fire(null);
  }

  /** Takes a full list: what is not in it has ended. */
  replaceAll({ views, askedAt, living }: SessionList): void {
    const listed = new Map(views.slice(-maxStoredSessions).map((view) => [view.pid, view]));
    for (const [pid, { toldAt }] of this.#entries) {
      if (toldAt > askedAt) listed.delete(pid);
      else if (!living.has(pid) && !listed.has(pid)) this.#entries.delete(pid);
    }
    for (const [pid, view] of listed) {
      this.#entries.set(pid, { view: mergeViews(this.find(pid), view), toldAt: askedAt });
      this.#keepName(pid, view);
    }
    this.#changed.fire(null);
  }

  /** Forgets a session that has ended; its name stays. */
  remove(pid: number): void {
    if (this.#entries.delete(pid)) this.#changed.fire(null);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #keepName(pid: number, { name, started }: KeptName): void {
    if (name === '') return;
    this.#names.delete(pid);
    this.#names.set(pid, { name, started });
    const oldest = this.#names.keys().next().value;
    if (this.#names.size > maxKeptNames && oldest !== undefined) this.#names.delete(oldest);
  }
}

function isOtherProcess(started: number, keptStarted: number): boolean {
  return started !== 0 && keptStarted !== 0 && started !== keptStarted;
}

/**
 * Answers and stream may overtake each other, so what only ever grows never shrinks: the library does not leave a
 * process, and decisions are not undone. Both hold for one pid and start time.
 */
function mergeViews(known: SessionView | null, view: SessionView): SessionView {
  if (known?.started !== view.started) return view;
  return {
    ...view,
    guarded: view.guarded || known.guarded,
    library: view.library ?? known.library,
    agent: view.agent ?? known.agent,
    decisions: Math.max(view.decisions, known.decisions),
    denied: Math.max(view.denied, known.denied),
    unenforced: Math.max(view.unenforced, known.unenforced),
  };
}
