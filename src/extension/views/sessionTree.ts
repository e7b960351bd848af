import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import type { HostGuard } from '../../client/hostGuard.ts';
import { canRelaunchGuarded, isLibraryLoaded, stateOfView } from '../../presentation/guardState.ts';
import { hostChildSubject, hostSubject } from '../../presentation/hostRow.ts';
import { formatSession, elsewhereLabel, type SessionSubject } from '../../presentation/sessionLabel.ts';
import { formatUnenforced } from '../../presentation/statusText.ts';
import type { SessionView } from '../../protocol/session.ts';
import { commandIds, rowContexts, viewIds } from '../ids.ts';
import type { KnownTerminal, TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { DebugSessions } from '../model/debugSessions.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createIcon, createTooltip } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/**
 * A terminal of this window, its extension host, a session in one of those, or one that another window or
 * `rampart preload` started.
 */
export type SessionNode =
  | { readonly kind: 'terminal'; readonly known: KnownTerminal }
  | { readonly kind: 'host' }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'foreign'; readonly subject: SessionSubject; readonly within?: KnownTerminal };

/** What the tree shows. */
export interface SessionTreeParts {
  readonly registry: TerminalRegistry;
  readonly debugged: DebugSessions;
  readonly host: HostGuard;
  readonly decisions: DecisionStore;
  /** What a process runs, in a word. */
  readonly programOf: (pid: number) => string;
  readonly status: WindowStatus;
}

/** The tree of terminals and tasks, guarded and not. */
export class SessionTree implements vscode.TreeDataProvider<SessionNode>, Disposable {
  readonly #parts: SessionTreeParts;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#paint()));
  /** The texts of the rows when they were painted last. */
  #painted = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: SessionTreeParts) {
    this.#parts = parts;
    const { registry, debugged, host, decisions, status } = parts;
    for (const source of [registry, debugged, host]) {
      this.#owned.add(source.onDidChange(() => this.refresh()));
    }
    this.#owned.add(
      decisions.onDidChange(() => {
        if (host.state.kind !== 'off') this.refresh();
      }),
    );
    const view = this.#owned.add(vscode.window.createTreeView(viewIds.sessions, { treeDataProvider: this }));
    const describe = (): void => {
      const text = formatUnenforced(status.current);
      // The window tells of much else, and each time the editor would be told, too.
      if (view.description !== text) view.description = text;
    };
    this.#owned.add(status.onDidChange(describe));
    describe();
  }

  /** Paints anew, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  /** The row of the extension host and those below it; none while it is not guarded. */
  get hostSubjects(): readonly SessionSubject[] {
    const { host } = this.#parts;
    if (host.state.kind === 'off') return [];
    return [this.#hostSubject(), ...host.children().map(hostChildSubject)];
  }

  /** The rows of what is debugged outside of any terminal. */
  get debugSubjects(): readonly SessionSubject[] {
    return this.#parts.debugged.subjects;
  }

  /** The rows of the sessions in the terminal of a process; for null those outside this window. */
  innerSubjects(pid: number | null): readonly SessionSubject[] {
    const { registry } = this.#parts;
    const terminal = pid === null ? null : registry.terminalOf(pid);
    return pid !== null && terminal === null ? [] : registry.sessionsIn(terminal).map(this.#subjectOf);
  }

  getChildren(node?: SessionNode): SessionNode[] {
    const { registry, host } = this.#parts;
    if (node?.kind === 'terminal') {
      const { known } = node;
      return this.innerSubjects(known.pid ?? 0).map((subject) => ({
        ...{ kind: 'foreign', subject, within: known },
      }));
    }
    const foreign = this.innerSubjects(null);
    if (node === undefined) {
      const own = registry.terminals.map((known): SessionNode => ({ kind: 'terminal', known }));
      const others = this.debugSubjects.map((subject): SessionNode => ({ kind: 'foreign', subject }));
      const hosts: readonly SessionNode[] = host.state.kind === 'off' ? [] : [{ kind: 'host' }];
      const ours = [...own, ...hosts, ...others];
      return foreign.length === 0 ? ours : [...ours, { kind: 'elsewhere' }];
    }
    const below =
      node.kind === 'host' ? this.hostSubjects.slice(1) : node.kind === 'elsewhere' ? foreign : [];
    return below.map((subject) => ({ kind: 'foreign', subject }));
  }

  getTreeItem(node: SessionNode): vscode.TreeItem {
    if (node.kind === 'elsewhere') {
      return new vscode.TreeItem(elsewhereLabel, vscode.TreeItemCollapsibleState.Collapsed);
    }
    if (node.kind === 'foreign') return createForeignItem(node);
    if (node.kind === 'host') return this.#createHostItem();
    const { subject, key, pid } = node.known;
    const item = createSubjectItem(subject);
    // Without it a row is known by its name and place: a menu that is open on it would work on the one that is there then.
    item.id = key;
    item.contextValue = contextOf(subject);
    item.command = { command: commandIds.showTerminal, title: '', arguments: [node] };
    if (this.innerSubjects(pid ?? 0).length > 0)
      item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** A row that is painted anew swallows the click that is just being made on it. */
  #paint(): void {
    const { terminals } = this.#parts.registry;
    const subjects = [
      ...terminals.flatMap(({ subject, pid }) => [subject, ...this.innerSubjects(pid ?? 0)]),
      ...this.hostSubjects,
      ...this.debugSubjects,
      ...this.innerSubjects(null),
    ];
    const shown = JSON.stringify(subjects.map((subject) => [contextOf(subject), formatSession(subject)]));
    if (shown === this.#painted) return;
    this.#painted = shown;
    this.#changed.fire(undefined);
  }

  #createHostItem(): vscode.TreeItem {
    const { state } = this.#parts.host;
    const problem = state.kind === 'unguarded' ? state.problem : undefined;
    const item = createSubjectItem(this.#hostSubject(), problem);
    item.id = 'host';
    item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
    return item;
  }

  #hostSubject(): SessionSubject {
    const { host, decisions } = this.#parts;
    const { pid, session, state } = host;
    const shown = state.kind === 'off' ? 'checking' : state.kind;
    return hostSubject({ pid, session, state: shown, decisions: decisions.decisions });
  }

  /** What goes by another session is called as that one is, so beside it the program tells more. */
  readonly #subjectOf = (view: SessionView): SessionSubject => ({
    name:
      this.#parts.registry.terminalAround(view.pid) === null ? view.name : this.#parts.programOf(view.pid),
    kind: view.kind,
    hidden: view.hidden,
    pid: view.pid,
    state: stateOfView(view),
  });
}

function contextOf({ kind, pid, state }: SessionSubject): string {
  if (state.kind === 'dormant') return rowContexts.dormantTerminal;
  if (isLibraryLoaded(state)) {
    const isProtected = 'view' in state && state.view?.protection === 'protected';
    return isProtected ? rowContexts.protectedTerminal : rowContexts.guardedTerminal;
  }
  const isRelaunchable = canRelaunchGuarded(state) && kind === 'terminal' && pid !== null;
  return isRelaunchable ? rowContexts.relaunchableTerminal : rowContexts.unguardedTerminal;
}

function createForeignItem({ subject, within }: SessionNode & { readonly kind: 'foreign' }): vscode.TreeItem {
  const item = createSubjectItem(subject);
  const above = { kind: 'terminal', known: within };
  if (within !== undefined)
    item.command = { command: commandIds.showTerminal, title: '', arguments: [above] };
  return item;
}

function createSubjectItem(subject: SessionSubject, sentence?: string): vscode.TreeItem {
  const shown = formatSession(subject);
  const item = new vscode.TreeItem(shown.label);
  item.description = shown.description;
  item.iconPath = createIcon(shown.icon);
  item.tooltip = createTooltip(shown.fields, { sentence: sentence ?? shown.sentence });
  item.accessibilityInformation = { label: shown.spoken };
  return item;
}
