import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { Mutable } from '../base/record.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { someAgent } from '../protocol/agentRegistry.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { defaultAgent, protectedMark } from '../protocol/environment.ts';
import type { Actor, Scope, SessionRegistration, SessionView } from '../protocol/session.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import type { ProcessTable } from '../system/processTable.ts';
import { maxDormantSessions } from '../system/stateTables.ts';
import type { DormantSession } from '../system/stateTables.ts';

/** How many sessions are remembered; the one that was seen first goes. */
export const maxSessions = 4_096;

/** How long it is waited for a window that tells whose a session is, in milliseconds. */
export const registrationMs = 5_000;

/** How long a session is remembered at least, though it has ended: records may wait for whose it was. In milliseconds. */
const shortLifeMs = 2 * registrationMs;

/** How long a leader that was seen counts as being there, in milliseconds. */
const leaderLifeMs = 1_000;

/** How often it is looked which sessions have ended, in milliseconds. */
const sweepIntervalMs = 5_000;

/** A session as those see it who decide whether anybody is asked about what is started in it. */
export interface KnownSession {
  readonly pid: number;
  /** Who opened it; null while that is not known. */
  readonly actor: Actor | null;
  /** Whether what a person starts in it is nobody's business. */
  readonly isDormant: boolean;
  /** Whether an agent was seen in it: then its processes are told apart by their ancestors. */
  readonly hadAgent: boolean;
  /** Since when libraries know that it is dormant, in milliseconds of the monotonic clock; null when they do not. */
  readonly dormantSince: number | null;
  /** When it was first heard of, in milliseconds of the monotonic clock. */
  readonly since: number;
}

/** What is known of a session by itself. */
type OwnView = Omit<SessionView, 'dormant' | 'parent'>;

interface Session {
  readonly view: Mutable<OwnView>;
  readonly since: number;
  scope: Scope;
  hadAgent: boolean;
  dormantSince: number | null;
  /** The session that this one goes by, because it was started from it; null where it goes by itself. */
  parent: number | null;
  /** When its leader was last seen to run. */
  seenAt: number;
}

/** What is known of the sessions, in the kernel's sense, on this machine. */
export class SessionStore implements Disposable {
  readonly #processes: ProcessTable;
  readonly #sessions = new Map<number, Session>();
  readonly #changed = new Emitter<SessionView>();
  readonly #dormantChanged = new Emitter<readonly DormantSession[]>();
  readonly #timer: NodeJS.Timeout;

  readonly onDidChange = this.#changed.event;
  /** Another session is dormant, or one less. */
  readonly onDidChangeDormant = this.#dormantChanged.event;

  constructor(processes: ProcessTable) {
    this.#processes = processes;
    this.#timer = setInterval(() => {
      this.#forgetEnded();
      this.#tellDormant();
    }, sweepIntervalMs);
    this.#timer.unref();
  }

  /** The sessions whose leader still runs. */
  list(): readonly SessionView[] {
    return [...this.#sessions.values()]
      .filter(({ view }) => this.#processes.isRunning(view.pid, view.started))
      .map((session) => this.#viewOf(session));
  }

  /** The session that a living process leads; null when nothing is known of it. */
  find(pid: number): KnownSession | null {
    const session = this.#living(pid);
    return session === null ? null : this.#describe(session);
  }

  /** The same, noting that there is such a session. */
  meet(pid: number): KnownSession {
    return this.#describe(this.#living(pid) ?? this.#sessionOf(pid, this.#startOf(pid)));
  }

  /** A library said hello from the process that leads its session. */
  noteHello(frame: JournalFrame): void {
    const session = this.#sessionOf(frame.pid, frame.started);
    session.view.guarded = true;
    session.view.library = frame.library;
    session.view.agent ??= agentNamed(frame.agent);
    this.#fire(session);
  }

  /** A window says what it knows of a terminal or task. A failure says why there is no such session. */
  register(pid: number, registration: SessionRegistration): Result<SessionView, string> {
    if (!this.#processes.isRunning(pid, 0)) return this.#nameEnded(pid, registration);
    const session = this.#sessionOf(pid, this.#startOf(pid));
    const { view } = session;
    Object.assign(view, mergeRegistration(view, registration));
    if (view.protection === 'scoped' && this.#isMarked(pid)) view.protection = 'protected';
    session.scope = registration.scope;
    session.parent = null;
    // The hello of a process that was there before this endpoint may have gone to another one.
    view.guarded ||= namesLibrary(this.#processes.maps(pid) ?? '');
    this.#tellDormant();
    this.#fire(session);
    return success(this.#viewOf(session));
  }

  /** When the process started that leads a session, in clock ticks since boot; 0 where it was never seen. */
  startOf(pid: number): number {
    const known = this.#sessions.get(pid)?.view.started ?? 0;
    return known === 0 ? this.#startOf(pid) : known;
  }

  /** What the terminal or task is called that leads a session, or by which it goes; empty where nobody named it. */
  nameOf(pid: number): string {
    const session = this.#sessions.get(pid);
    return session === undefined ? '' : session.view.name || this.#ruling(session).view.name;
  }

  /** What a person said of a terminal or task. */
  protectionOf(pid: number): SessionView['protection'] {
    return this.#sessions.get(pid)?.view.protection ?? 'scoped';
  }

  /** Says who starts things in a session that no window knows, or which session it goes by. */
  settle(pid: number, by: { readonly actor: Actor } | { readonly parent: number }): KnownSession {
    const session = this.#sessionOf(pid, this.#startOf(pid));
    const before = session.parent;
    if ('parent' in by) session.parent = this.#rulingOver(by.parent);
    else session.view.actor = by.actor;
    this.#tellDormant();
    // Whoever hears of it may ask again.
    if (session.parent !== before) this.#fire(session);
    return this.#describe(session);
  }

  /** An agent asked from a session: from now on libraries ask about everything in it. */
  noteAgent(pid: number, agent: string): void {
    const session = this.#living(pid) ?? this.#sessionOf(pid, this.#startOf(pid));
    const { view } = session;
    const isNews = !session.hadAgent || view.agent === null;
    session.hadAgent = true;
    if (view.agent === null || view.agent === someAgent) view.agent = agent;
    if (!isNews) return;
    this.#tellDormant();
    this.#fire(session);
  }

  /** Counts a decision for the session of its asker. */
  noteDecision({ sid, agent, decision, enforced }: AuditRecord): void {
    if (sid === null || sid <= 0) return;
    const { view } = this.#sessions.get(sid) ?? this.#sessionOf(sid, this.#startOf(sid));
    view.decisions += 1;
    if (!isPermitted(decision.action)) view[enforced ? 'denied' : 'unenforced'] += 1;
    view.agent ??= agentNamed(agent);
  }

  /** Whether the library said hello from this process; a start time of 0 matches any. */
  isGuarded(pid: number, started: number): boolean {
    const view = this.#sessions.get(pid)?.view;
    if (view?.guarded !== true) return false;
    return started === 0 || view.started === 0 || view.started === started;
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#changed.dispose();
    this.#dormantChanged.dispose();
  }

  /** Whether it was opened as a protected terminal. */
  #isMarked(pid: number): boolean {
    return (this.#processes.environment(pid) ?? []).includes(
      `RAMPART_TERMINAL=${protectedMark.RAMPART_TERMINAL}`,
    );
  }

  #startOf(pid: number): number {
    return this.#processes.stat(pid)?.started ?? 0;
  }

  /** Null when it is not known, or its leader is another process by now. */
  #living(pid: number): Session | null {
    const session = this.#sessions.get(pid);
    if (session === undefined) return null;
    const now = performance.now();
    if (now - session.seenAt < leaderLifeMs) return session;
    if (!this.#processes.isRunning(pid, session.view.started)) return null;
    session.seenAt = now;
    return session;
  }

  #describe(session: Session): KnownSession {
    const { since, dormantSince, hadAgent } = session;
    const { actor } = this.#ruling(session).view;
    return {
      pid: session.view.pid,
      actor,
      isDormant: this.#isDormant(session),
      hadAgent,
      dormantSince,
      since,
    };
  }

  /** The session by which those go that are started from one, which may go by another one itself. */
  #rulingOver(pid: number): number {
    const session = this.#living(pid);
    return session === null ? pid : this.#ruling(session).view.pid;
  }

  /** The session that says what holds for another one. */
  #ruling(session: Session): Session {
    const parent = session.parent === null ? null : this.#living(session.parent);
    return parent ?? session;
  }

  #isDormant(session: Session): boolean {
    const { pid } = session.view;
    const ruling = this.#ruling(session);
    const { actor, protection } = ruling.view;
    if (pid <= 1 || actor === null || actor === 'agent') return false;
    if (session.parent !== null && ruling === session) return false;
    if (protection === 'released') return true;
    return protection === 'scoped' && ruling.scope === 'agents' && actor === 'person';
  }

  #viewOf(session: Session): SessionView {
    const ruling = this.#ruling(session);
    const { actor, protection } = ruling.view;
    const name = this.nameOf(session.view.pid);
    const parent = ruling === session ? null : ruling.view.pid;
    return { ...session.view, name, actor, protection, parent, dormant: this.#isDormant(session) };
  }

  #fire(session: Session): void {
    this.#changed.fire(this.#viewOf(session));
  }

  #forgetEnded(): void {
    const now = performance.now();
    for (const [pid, { view, since }] of this.#sessions) {
      if (now - since > shortLifeMs && !this.#processes.isRunning(pid, view.started))
        this.#sessions.delete(pid);
    }
  }

  /** Tells which sessions libraries may leave alone, when these are others than before. */
  #tellDormant(): void {
    const now = performance.now();
    const dormant: DormantSession[] = [];
    let isChanged = false;
    for (const session of this.#sessions.values()) {
      const mayBe = dormant.length < maxDormantSessions && !session.hadAgent && this.#isDormant(session);
      const entry = mayBe ? this.#entryOf(session) : null;
      isChanged ||= (entry === null) !== (session.dormantSince === null);
      session.dormantSince = entry === null ? null : (session.dormantSince ?? now);
      if (entry !== null) dormant.push(entry);
    }
    if (isChanged) this.#dormantChanged.fire(dormant);
  }

  #entryOf({ view: { pid, started } }: Session): DormantSession | null {
    const [, inode] = /^pid:\[(\d+)\]$/.exec(this.#processes.namespace(pid) ?? '') ?? [];
    return inode === undefined || started === 0 ? null : { namespace: BigInt(inode), sid: pid, started };
  }

  /** A short task may end before its window can tell of it; its decisions still get a name. It is protected no more. */
  #nameEnded(pid: number, { kind, name, hidden }: SessionRegistration): Result<SessionView, string> {
    const session = this.#sessions.get(pid);
    if (session === undefined) return failure(`no process has the id ${pid}`);
    Object.assign(session.view, { kind, name, hidden });
    session.view.actor ??= kind === 'task' ? 'automation' : null;
    this.#fire(session);
    return success(this.#viewOf(session));
  }

  #sessionOf(pid: number, started: number): Session {
    const known = this.#sessions.get(pid);
    if (
      known !== undefined &&
      (known.view.started === started || started === 0 || known.view.started === 0)
    ) {
      if (known.view.started === 0) known.view.started = started;
      return known;
    }
    this.#sessions.delete(pid);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= maxSessions) this.#sessions.delete(oldest);
    const now = performance.now();
    const session: Session = {
      view: { ...unknownSession, pid, started },
      since: now,
      scope: 'all',
      hadAgent: false,
      dormantSince: null,
      parent: null,
      seenAt: now,
    };
    this.#sessions.set(pid, session);
    return session;
  }
}

const unknownSession: Omit<OwnView, 'pid' | 'started'> = {
  kind: 'unknown',
  name: '',
  hidden: false,
  protection: 'scoped',
  actor: null,
  guarded: false,
  library: null,
  agent: null,
  denied: 0,
  unenforced: 0,
  decisions: 0,
};

function agentNamed(agent: string): string | null {
  return agent === '' || agent === defaultAgent ? null : agent;
}

/**
 * What is known after a window spoke. After a reload it knows less of a terminal than before, so what it does not say
 * stays, and what an agent opened stays an agent's.
 */
function mergeRegistration(
  known: OwnView,
  { kind, name, hidden, protection, agent }: SessionRegistration,
): Pick<SessionView, 'kind' | 'name' | 'hidden' | 'protection' | 'actor' | 'agent'> {
  const isTask = kind === 'task' || known.kind === 'task';
  const isHidden = hidden || known.hidden;
  const opener = isTask ? 'automation' : 'person';
  const wasAgents = known.kind !== 'unknown' && known.actor === 'agent';
  const isAgents = isHidden || agent !== null || wasAgents;
  return {
    kind: isTask ? 'task' : 'terminal',
    name: name === '' ? known.name : name,
    hidden: isHidden,
    protection: protection === 'scoped' ? known.protection : protection,
    actor: isAgents ? 'agent' : opener,
    agent: known.agent ?? agent,
  };
}
