import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import {
  formatSession,
  stateOfView,
  elsewhereLabel,
  type SessionSubject,
} from '../../presentation/sessionLabel.ts';
import { commandIds, rowContexts, viewIds } from '../ids.ts';
import type { KnownTerminal, TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { DebugSessions } from '../model/debugSessions.ts';
import type { SessionStore } from '../model/sessionStore.ts';
import { createIcon, createTooltip } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/** A terminal of this window, or a session that another window or `rampart preload` started. */
export type SessionNode =
  | { readonly kind: 'terminal'; readonly known: KnownTerminal }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'foreign'; readonly subject: SessionSubject };

/** The tree of terminals and tasks, guarded and not. */
export class SessionTree implements vscode.TreeDataProvider<SessionNode>, Disposable {
  readonly #registry: TerminalRegistry;
  readonly #sessions: SessionStore;
  readonly #debugged: DebugSessions;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined)));

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(registry: TerminalRegistry, sessions: SessionStore, debugged: DebugSessions) {
    this.#debugged = debugged;
    this.#owned.add(debugged.onDidChange(() => this.refresh()));
    this.#registry = registry;
    this.#sessions = sessions;
    this.#owned.add(registry.onDidChange(() => this.refresh()));
    this.#owned.add(vscode.window.createTreeView(viewIds.sessions, { treeDataProvider: this }));
  }

  /** Paints anew, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  getChildren(node?: SessionNode): SessionNode[] {
    const foreign = this.#foreignSubjects();
    if (node === undefined) {
      const own = this.#registry.terminals.map((known): SessionNode => ({ kind: 'terminal', known }));
      const debugged = this.#debugged.subjects.map((subject): SessionNode => ({ kind: 'foreign', subject }));
      const ours = [...own, ...debugged];
      return foreign.length === 0 ? ours : [...ours, { kind: 'elsewhere' }];
    }
    return node.kind === 'elsewhere' ? foreign.map((subject) => ({ kind: 'foreign', subject })) : [];
  }

  getTreeItem(node: SessionNode): vscode.TreeItem {
    if (node.kind === 'elsewhere') {
      return new vscode.TreeItem(elsewhereLabel, vscode.TreeItemCollapsibleState.Collapsed);
    }
    if (node.kind === 'foreign') return createSubjectItem(node.subject);
    const { subject } = node.known;
    const item = createSubjectItem(subject);
    item.contextValue = contextOf(subject);
    item.command = { command: commandIds.showTerminal, title: '', arguments: [node] };
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #foreignSubjects(): readonly SessionSubject[] {
    const own = new Set(this.#registry.terminals.map((known) => known.pid));
    return this.#sessions.all
      .filter((view) => view.guarded && !own.has(view.pid))
      .map((view) => ({
        name: view.name,
        kind: view.kind,
        hidden: view.hidden,
        pid: view.pid,
        state: stateOfView(view),
      }));
  }
}

function contextOf({ kind, pid, state }: SessionSubject): string {
  if (state.kind === 'guarded' || state.kind === 'dormant') return rowContexts.guardedTerminal;
  const isRelaunchable = state.kind === 'unguarded' && kind === 'terminal' && pid !== null;
  return isRelaunchable ? rowContexts.relaunchableTerminal : rowContexts.unguardedTerminal;
}

function createSubjectItem(subject: SessionSubject): vscode.TreeItem {
  const shown = formatSession(subject);
  const item = new vscode.TreeItem(shown.label);
  item.description = shown.description;
  item.iconPath = createIcon(shown.icon);
  item.tooltip = createTooltip(shown.fields, { sentence: shown.sentence });
  item.accessibilityInformation = { label: shown.spoken };
  return item;
}
