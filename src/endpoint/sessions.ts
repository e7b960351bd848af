import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { AuditRecord } from '../protocol/auditRecord.ts';
import { isPermitted } from '../protocol/decision.ts';
import { defaultAgent } from '../protocol/environment.ts';
import type { SessionRegistration, SessionView } from '../protocol/session.ts';
import type { JournalFrame } from '../system/journalFrame.ts';
import { namesLibrary } from '../system/namesLibrary.ts';
import type { ProcessTable } from '../system/processTable.ts';

/** How many sessions are remembered; the one that was seen first goes. */
export const maxSessions = 4_096;

type Mutable<Record> = { -readonly [Key in keyof Record]: Record[Key] };

/** What is known of the sessions, in the kernel's sense, on this machine. */
export class SessionStore implements Disposable {
  readonly #processes: ProcessTable;
  readonly #sessions = new Map<number, Mutable<SessionView>>();
  readonly #changed = new Emitter<SessionView>();

  readonly onDidChange = this.#changed.event;

  constructor(processes: ProcessTable) {
    this.#processes = processes;
  }

  /** The sessions whose leader still runs; the others are forgotten. */
  list(): readonly SessionView[] {
    for (const [pid, { started }] of this.#sessions) {
      if (!this.#processes.isRunning(pid, started)) this.#sessions.delete(pid);
    }
    return [...this.#sessions.values()].map((session) => ({ ...session }));
  }

  /** A library said hello from the process that leads its session. */
  noteHello(frame: JournalFrame): void {
    const session = this.#sessionOf(frame.pid, frame.started);
    session.guarded = true;
    session.library = frame.library;
    session.agent ??= agentNamed(frame.agent);
    this.#changed.fire({ ...session });
  }

  /** A window says what it knows of a terminal or task. A failure says why there is no such session. */
  register(pid: number, registration: SessionRegistration): Result<SessionView, string> {
    if (!this.#processes.isRunning(pid, 0)) return this.#nameEnded(pid, registration);
    const session = this.#sessionOf(pid, this.#processes.stat(pid)?.started ?? 0);
    Object.assign(session, registration);
    // The hello of a process that was there before this endpoint may have gone to another one.
    session.guarded ||= namesLibrary(this.#processes.maps(pid) ?? '');
    this.#changed.fire({ ...session });
    return success({ ...session });
  }

  /** Counts a decision for the session of its asker. */
  noteDecision({ sid, agent, decision, enforced }: AuditRecord): void {
    if (sid === null || sid <= 0) return;
    const session = this.#sessions.get(sid) ?? this.#sessionOf(sid, this.#processes.stat(sid)?.started ?? 0);
    session.decisions += 1;
    if (!isPermitted(decision.action)) session[enforced ? 'denied' : 'unenforced'] += 1;
    session.agent ??= agentNamed(agent);
  }

  /** Whether a person released the terminal that this session is, and it still is the same one. */
  isReleased(sid: number | null): boolean {
    const session = sid === null ? undefined : this.#sessions.get(sid);
    if (session?.protection !== 'released') return false;
    return this.#processes.isRunning(session.pid, session.started);
  }

  /** Whether the library said hello from this process; a start time of 0 matches any. */
  isGuarded(pid: number, started: number): boolean {
    const session = this.#sessions.get(pid);
    if (session?.guarded !== true) return false;
    return started === 0 || session.started === 0 || session.started === started;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** A short task may end before its window can tell of it; its decisions still get a name. It is protected no more. */
  #nameEnded(pid: number, { kind, name, hidden }: SessionRegistration): Result<SessionView, string> {
    const session = this.#sessions.get(pid);
    if (session === undefined) return failure(`no process has the id ${pid}`);
    Object.assign(session, { kind, name, hidden });
    this.#changed.fire({ ...session });
    return success({ ...session });
  }

  #sessionOf(pid: number, started: number): Mutable<SessionView> {
    const known = this.#sessions.get(pid);
    if (known !== undefined && (known.started === started || started === 0 || known.started === 0)) {
      if (known.started === 0) known.started = started;
      return known;
    }
    this.#sessions.delete(pid);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= maxSessions) this.#sessions.delete(oldest);
    const session: Mutable<SessionView> = { ...unknownSession, pid, started };
    this.#sessions.set(pid, session);
    return session;
  }
}

const unknownSession: Omit<SessionView, 'pid' | 'started'> = {
  kind: 'unknown',
  name: '',
  hidden: false,
  protection: 'protected',
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
