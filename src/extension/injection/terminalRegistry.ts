import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { Result } from '../../base/result.ts';
import {
  evaluateGuardState,
  helloGraceMs,
  isUnprotected,
  type GuardState,
  type TreeEvidence,
} from '../../presentation/guardState.ts';
import type { RecordedSession } from '../../presentation/sessionKey.ts';
import type { SessionSubject } from '../../presentation/sessionLabel.ts';
import type { Protection, SessionView } from '../../protocol/session.ts';
import { isDrawn, isHidden, isProcessId, openingAgent } from './terminalTraits.ts';
import { OwnTitle } from './ownTitle.ts';
import { TaskProcesses } from './taskProcesses.ts';
import { composeRegistration } from './composeRegistration.ts';
import type { RegistryParts } from './registryParts.ts';

/** How long a task may take from its start to its process while terminals wait to be told of, in milliseconds. */
const taskStartMs = 1_000;

/** A terminal of this window, a task's among them. */
export interface KnownTerminal {
  readonly terminal: vscode.Terminal;
  /** Its own as long as it is open, whatever becomes of its process and its name. */
  readonly key: string;
  /** Null until the process has started, and when there is none. */
  readonly pid: number | null;
  readonly kind: 'terminal' | 'task';
  readonly subject: SessionSubject;
  /** Whether the shell integration tells of a command that runs now. */
  readonly isRunning: boolean;
}

interface Tracked {
  readonly terminal: vscode.Terminal;
  readonly key: string;
  pid: number | null;
  /** The name of its task; null for a terminal. */
  task: string | null;
  /** The task's process has ended, though its terminal is still shown. */
  ended: boolean;
  openedArmed: boolean;
  since: number;
  /** What the person said of it in this window; null when nothing. */
  protection: Protection | null;
  /** By which the endpoint knows it; none until a restored one has got its own. */
  readonly title: OwnTitle;
  /** The title that it showed at the last look: titles change and nobody tells of it. */
  shown: string;
  running: number;
  /** What was seen of the library in it at the last look. */
  tree: TreeEvidence | null;
}

/** How often process ids are read again: a relaunch changes one and tells nobody. In milliseconds. */
const rereadMs = 2_000;

/** Knows this window's terminals and tasks, and keeps the endpoint informed of them. */
export class TerminalRegistry implements Disposable {
  readonly #parts: RegistryParts;
  readonly #owned = new DisposableList();
  readonly #tracked = new Map<vscode.Terminal, Tracked>();
  #trackedSoFar = 0;
  readonly #tasks = new TaskProcesses();
  /** Null when it has to be looked anew. */
  #places: ReadonlyMap<number, number> | null = null;
  readonly #changed = this.#owned.add(new Emitter<null>());
  #mayRegister = false;

  readonly onDidChange: Event<null> = this.#changed.event;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    for (const terminal of vscode.window.terminals) this.#track(terminal, false);
    const { window, tasks } = vscode;
    this.#owned.add(window.onDidOpenTerminal((terminal) => this.#track(terminal, parts.isArmed())));
    this.#owned.add(window.onDidCloseTerminal((terminal) => this.#forget(terminal)));
    this.#owned.add(tasks.onDidStartTaskProcess((event) => this.#startTask(event)));
    this.#owned.add(tasks.onDidEndTaskProcess((event) => this.#endTask(event)));
    this.#owned.add(
      window.onDidStartTerminalShellExecution((event) => this.#countRunning(event.terminal, 1)),
    );
    this.#owned.add(window.onDidEndTerminalShellExecution((event) => this.#countRunning(event.terminal, -1)));
    this.#owned.add(
      parts.sessions.onDidChange(() => {
        this.#places = null;
        this.#changed.fire(null);
      }),
    );
    const reread = setInterval(() => this.#reread(), rereadMs);
    this.#owned.add({ dispose: () => clearInterval(reread) });
  }

  /** Every terminal that has not ended, in the order in which they were opened. */
  get terminals(): readonly KnownTerminal[] {
    return [...this.#tracked.values()].filter((one) => !one.ended).map((one) => this.#describe(one));
  }

  /** Whether a terminal is of this window and has not ended. */
  isOpen(terminal: vscode.Terminal): boolean {
    return this.#tracked.get(terminal)?.ended === false;
  }

  /** How many terminals lack protection that they could have. */
  get unprotected(): number {
    return this.terminals.filter(({ subject }) => isUnprotected(subject.state)).length;
  }

  /** Whether something in a terminal of this window asks the endpoint. */
  get hasGuarded(): boolean {
    return this.terminals.some(({ subject }) =>
      ['guarded', 'dormant', 'partly'].includes(subject.state.kind),
    );
  }

  /** What is known of a terminal now, its process id read anew; null when it is not one of this window. */
  async find(terminal: vscode.Terminal): Promise<KnownTerminal | null> {
    const tracked = this.#tracked.get(terminal);
    if (tracked === undefined) return null;
    await this.#readPid(tracked);
    return this.#describe(tracked);
  }

  /** The terminal of this window that leads a session; null when there is none, or no more. */
  terminalOf(sid: number): vscode.Terminal | null {
    return this.#trackedOf(sid)?.terminal ?? null;
  }

  /** Guarded sessions that are no terminals themselves but in one of this window; for null those that are in none. */
  sessionsIn(terminal: vscode.Terminal | null): readonly SessionView[] {
    return this.#foreign().filter(({ pid }) => this.terminalAround(pid) === terminal);
  }

  /** The terminal of this window that a session leads or is in; null when there is none, or no more. */
  terminalAround(sid: number): vscode.Terminal | null {
    this.#places ??= this.#placeForeign();
    return this.terminalOf(sid) ?? this.terminalOf(this.#places.get(sid) ?? sid);
  }

  /** The terminal of this window in which something was recorded; null when there is none, or no more. */
  terminalOfRecord(session: RecordedSession): vscode.Terminal | null {
    const { sid, sid_started: started } = session;
    return sid !== null && started !== undefined && this.#isStill(sid, started) ? this.terminalOf(sid) : null;
  }

  /** The same, also for what was recorded in a session inside it. */
  terminalAroundRecord(session: RecordedSession): vscode.Terminal | null {
    const { sid, sid_started: started } = session;
    const isThere = sid !== null && started !== undefined && this.#isStill(sid, started);
    return isThere ? this.terminalAround(sid) : null;
  }

  /** What the terminal was called in which something was recorded; null when nobody named it. */
  nameOfRecord({
    sid,
    sid_started: started,
    terminal,
  }: RecordedSession & { readonly terminal?: string }): string | null {
    if (sid === null) return null;
    // Whose number it was is not known: it is called as it was then.
    if (started === undefined) return terminal ?? this.nameOf(sid);
    return this.#isStill(sid, started) ? this.nameOf(sid) : this.#parts.sessions.nameOf(sid, started);
  }

  /** What a session is called now, or was called until it ended; null when nobody named it. */
  nameOf(sid: number): string | null {
    const tracked = this.#trackedOf(sid);
    const ownName = tracked === undefined || tracked.ended ? '' : (tracked.task ?? tracked.terminal.name);
    return ownName === '' ? this.#parts.sessions.nameOf(sid) : ownName;
  }

  /**
   * Whether what happened in a session is this window's to tell: it is a terminal of this window, or it is
   * nobody's and the person looks at this window.
   */
  isOurs(sid: number | null): boolean {
    if (sid === null) return vscode.window.state.focused;
    if (this.terminalAround(sid) !== null) return true;
    const kind = this.#parts.sessions.find(sid)?.kind ?? 'unknown';
    return kind === 'unknown' && vscode.window.state.focused;
  }

  /** Tells the endpoint of every terminal again. What the endpoint knows of them was read before, so that none of it is lost. */
  registerAll(): void {
    this.#mayRegister = true;
    for (const tracked of this.#tracked.values()) this.#register(tracked);
  }

  /** Sets whether everything in a terminal is enforced, or only what agents start. */
  async protect(terminal: vscode.Terminal, protection: Protection): Promise<Result<SessionView, string>> {
    const tracked = this.#tracked.get(terminal);
    if (tracked?.pid == null) return { ok: false, error: 'the terminal has no process' };
    // The editor may be starting it anew just now: then its next process is told of with this.
    if (protection === 'protected') tracked.protection = protection;
    const told = await this.#tell(tracked, tracked.pid, protection);
    if (told.ok) tracked.protection = protection;
    return told;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #track(terminal: vscode.Terminal, openedArmed: boolean): void {
    const tracked: Tracked = {
      terminal,
      key: `terminal:${(this.#trackedSoFar += 1)}`,
      pid: null,
      task: null,
      ended: false,
      openedArmed,
      since: this.#parts.clock.now(),
      protection: null,
      title: new OwnTitle(terminal.name),
      shown: terminal.name,
      running: 0,
      tree: null,
    };
    this.#tracked.set(terminal, tracked);
    this.#parts.background.run('reading the process of a terminal', async () => {
      await terminal.processId;
      await this.#readPid(tracked);
    });
    this.#changed.fire(null);
  }

  #forget(terminal: vscode.Terminal): void {
    const pid = this.#tracked.get(terminal)?.pid;
    this.#tracked.delete(terminal);
    this.#places = null;
    if (pid != null) this.#parts.sessions.remove(pid);
    this.#changed.fire(null);
  }

  #startTask({ processId, execution }: vscode.TaskProcessStartEvent): void {
    if (!isProcessId(processId)) return;
    this.#tasks.start(processId, execution);
    // A short task may have ended before the endpoint hears of it.
    this.#parts.sessions.keepName(processId, execution.task.name);
    const tracked = this.#trackedOf(processId);
    if (tracked !== undefined) {
      tracked.task = execution.task.name;
      this.#register(tracked);
    }
    // Its terminal may not have been told to us yet, and the endpoint should know at once.
    const { scope } = this.#parts;
    const task = { task: execution.task.name, title: '', hidden: false };
    const seen = { ...task, agent: null, said: null, scope: scope() };
    this.#parts.background.run('registering a task', async () => {
      const told = await this.#parts.register(processId, composeRegistration(seen, null));
      if (told.ok && this.#tasks.isRunning(processId)) this.#parts.sessions.put(told.value);
    });
  }

  #endTask({ execution }: vscode.TaskProcessEndEvent): void {
    for (const pid of this.#tasks.end(execution, this.#parts.clock.now())) {
      this.#parts.sessions.remove(pid);
      const tracked = this.#trackedOf(pid);
      if (tracked !== undefined) tracked.ended = true;
    }
    this.#changed.fire(null);
  }

  #countRunning(terminal: vscode.Terminal, change: 1 | -1): void {
    const tracked = this.#tracked.get(terminal);
    if (tracked !== undefined) tracked.running = Math.max(0, tracked.running + change);
  }

  #reread(): void {
    for (const tracked of this.#tracked.values()) {
      this.#parts.background.run('reading the process of a terminal', () => this.#readPid(tracked));
      this.#followTitle(tracked);
      this.#measure(tracked);
    }
    this.#followPlaces();
    const now = this.#parts.clock.now();
    this.#tasks.forgetOld(now);
    const isSettling = (one: Tracked): boolean => now - one.since < helloGraceMs + 2 * rereadMs;
    if ([...this.#tracked.values()].some(isSettling)) this.#changed.fire(null);
  }

  /** Guarded sessions that are no terminals of this window. */
  #foreign(): readonly SessionView[] {
    return this.#parts.sessions.all.filter(
      ({ guarded, pid }) => guarded && this.#trackedOf(pid) === undefined,
    );
  }

  #placeForeign(): ReadonlyMap<number, number> {
    const terminals = this.terminals.flatMap(({ pid }) => pid ?? []);
    return this.#parts.place(this.#foreign(), new Set(terminals));
  }

  /** Somebody may look at the panes of a server from another terminal now: nobody tells of that. */
  #followPlaces(): void {
    const before = this.#places ?? new Map<number, number>();
    this.#places = this.#placeForeign();
    if (JSON.stringify([...before]) !== JSON.stringify([...this.#places])) this.#changed.fire(null);
  }

  /** What was opened before the guard was on has no library, and none is looked for. */
  #measure(tracked: Tracked): void {
    const isGuarded = tracked.pid !== null && this.#parts.sessions.find(tracked.pid)?.guarded === true;
    const isWorthIt = tracked.pid !== null && !tracked.ended && (tracked.openedArmed || isGuarded);
    const tree = isWorthIt && tracked.pid !== null ? this.#parts.treeOf(tracked.pid) : null;
    if (JSON.stringify(tree) === JSON.stringify(tracked.tree)) return;
    tracked.tree = tree;
    this.#changed.fire(null);
  }

  #followTitle(tracked: Tracked): void {
    const { pid, terminal, task, title } = tracked;
    if (tracked.shown !== terminal.name) this.#changed.fire(null);
    tracked.shown = terminal.name;
    const isInFront = pid !== null && this.#parts.isInFront(pid);
    if (this.#adopt(tracked)) this.#register(tracked);
    if (title.look(terminal.name, isInFront) && task === null) this.#register(tracked);
  }

  async #readPid(tracked: Tracked): Promise<void> {
    // The promise stays open as long as the process has not started.
    const notYet = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
    const pid = await Promise.race([tracked.terminal.processId, notYet]);
    if (!isProcessId(pid) || pid === tracked.pid || !this.#tracked.has(tracked.terminal)) return;
    tracked.since = this.#parts.clock.now();
    if (tracked.pid !== null) {
      const said = tracked.protection ?? this.#parts.sessions.find(tracked.pid)?.protection;
      this.#parts.sessions.remove(tracked.pid);
      tracked.openedArmed = this.#parts.isArmed();
      // Who had it protected was told that it is until it is closed.
      tracked.protection = said === 'protected' ? said : null;
      tracked.running = 0;
      tracked.tree = null;
    }
    tracked.pid = pid;
    this.#places = null;
    // The editor arms what it opens before this extension runs.
    tracked.openedArmed ||= this.#parts.wasArmed(pid);
    tracked.ended = this.#tasks.hasEnded(pid);
    tracked.task ??= this.#tasks.nameOf(pid);
    this.#adopt(tracked);
    this.#registerOnceKnown(tracked);
    this.#changed.fire(null);
  }

  /** A task may have begun before this extension: true when a terminal is found to be the one of such a task. */
  #adopt(tracked: Tracked): boolean {
    const { pid, task, terminal } = tracked;
    if (pid === null || task !== null || this.#parts.isTypedIn(pid)) return false;
    if (!this.#tasks.adopt(pid, terminal.name, vscode.tasks.taskExecutions)) return false;
    tracked.task = this.#tasks.nameOf(pid);
    this.#changed.fire(null);
    return true;
  }

  /**
   * A task's terminal can be known a moment before its task is, and as a person's it would be left alone meanwhile. While
   * any task is starting a terminal is not told of, and so enforced, until the task is, or it turns out to be another's.
   */
  #registerOnceKnown(tracked: Tracked): void {
    if (!this.#tasks.isAnyStarting(vscode.tasks.taskExecutions)) {
      this.#register(tracked);
      return;
    }
    const timer = setTimeout(() => {
      if (this.#tracked.has(tracked.terminal)) this.#register(tracked);
    }, taskStartMs);
    this.#owned.add({ dispose: () => clearTimeout(timer) });
  }

  #register(tracked: Tracked): void {
    const { pid } = tracked;
    const isConnected = this.#parts.status.current.endpoint === 'connected';
    if (pid === null || tracked.ended || !isConnected || !this.#mayRegister) return;
    this.#parts.background.run('registering a terminal', async () => {
      await this.#tell(tracked, pid, tracked.protection);
    });
  }

  async #tell(tracked: Tracked, pid: number, said: Protection | null): Promise<Result<SessionView, string>> {
    const { terminal } = tracked;
    const seen = {
      task: this.#tasks.nameOf(pid),
      title: tracked.title.text,
      hidden: isHidden(terminal),
      agent: openingAgent(terminal),
      said,
      scope: this.#parts.scope(),
    };
    const registration = composeRegistration(seen, this.#parts.sessions.find(pid));
    tracked.task = registration.kind === 'task' ? registration.name : null;
    const told = await this.#parts.register(pid, registration);
    if (told.ok && !tracked.ended) this.#parts.sessions.put(told.value);
    return told;
  }

  /** Whether a session is still led by the process that led it then. */
  #isStill(sid: number, started: number): boolean {
    const now = this.#parts.sessions.find(sid)?.started ?? 0;
    return now === 0 || now === started;
  }

  #trackedOf(pid: number): Tracked | undefined {
    return [...this.#tracked.values()].find((one) => one.pid === pid);
  }

  #describe(tracked: Tracked): KnownTerminal {
    const { terminal, key, pid, task } = tracked;
    const view = pid === null ? null : this.#parts.sessions.find(pid);
    const kind = task === null ? 'terminal' : 'task';
    const subject = {
      name: task ?? terminal.name,
      kind,
      hidden: isHidden(terminal),
      pid,
      state: this.#stateOf(tracked, view),
    } as const;
    return { terminal, key, pid, kind, subject, isRunning: tracked.running > 0 };
  }

  #stateOf(tracked: Tracked, view: SessionView | null): GuardState {
    const { supported, guardEnabled, endpoint } = this.#parts.status.current;
    return evaluateGuardState({
      supported,
      guardEnabled,
      connected: endpoint === 'connected',
      pid: tracked.pid,
      isDrawn: isDrawn(tracked.terminal),
      view,
      openedArmed: tracked.openedArmed,
      ageMs: this.#parts.clock.now() - tracked.since,
      loader: tracked.pid === null ? null : this.#parts.loaderOf(tracked.pid),
      tree: tracked.tree,
    });
  }
}
