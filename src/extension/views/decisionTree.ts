import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Result } from '../../base/result.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import { formatWaiting } from '../../presentation/approvalText.ts';
import {
  formatFilter,
  isFiltering,
  matchesFilter,
  noFilter,
  type DecisionFilter,
} from '../../presentation/decisionFilter.ts';
import {
  groupDecisions,
  maxShownRows,
  type DecisionGroup,
  type Grouping,
} from '../../presentation/decisionGroups.ts';
import { describeDecision, formatDecision } from '../../presentation/decisionLabel.ts';
import { findProcessChain } from '../../presentation/processChain.ts';
import { formatUnseen } from '../../presentation/statusText.ts';
import { formatHiddenRows, loadOlderLabel } from '../../presentation/text.ts';
import { commandIds, contextKeys, viewIds } from '../ids.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import type { OlderDecisions } from '../model/olderDecisions.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createApprovalItem, createWaitingItem, type ApprovalNode } from './approvalItem.ts';
import { createDecisionItem, createIcon, createTooltip, type DecisionRowNode } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

type DecisionNode =
  /** What waits for a person, above everything else. */
  | { readonly kind: 'waiting'; readonly count: number }
  | ApprovalNode
  | { readonly kind: 'group'; readonly group: DecisionGroup }
  | DecisionRowNode
  | { readonly kind: 'hidden'; readonly key: string; readonly count: number }
  | { readonly kind: 'older' };

/** What the tree is given. */
export interface DecisionTreeParts {
  readonly decisions: DecisionStore;
  readonly registry: TerminalRegistry;
  readonly older: OlderDecisions;
  readonly status: WindowStatus;
  readonly approvals: ApprovalStore;
  readonly clock: Clock;
}

/** How often the time that is left is shown anew while something waits, in milliseconds. */
const tickMs = 1_000;

/** The tree of all decisions, live, with a badge for the denials that nobody has looked at. */
export class DecisionTree implements vscode.TreeDataProvider<DecisionNode>, Disposable {
  readonly #decisions: DecisionStore;
  readonly #registry: TerminalRegistry;
  readonly #older: OlderDecisions;
  readonly #approvals: ApprovalStore;
  readonly #status: WindowStatus;
  readonly #clock: Clock;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined)));
  readonly #view: vscode.TreeView<DecisionNode>;
  #grouping: Grouping = 'source';
  #filter: DecisionFilter = noFilter;
  #maxRows = maxShownRows;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ decisions, registry, older, status, approvals, clock }: DecisionTreeParts) {
    this.#approvals = approvals;
    this.#status = status;
    this.#clock = clock;
    this.#decisions = decisions;
    this.#registry = registry;
    this.#older = older;
    this.#owned.add(decisions.onDidChange(() => this.refresh()));
    // A terminal may get its name after its first decisions, and another one later.
    this.#owned.add(registry.onDidChange(() => this.refresh()));
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.decisions, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#owned.add(status.onDidChange(() => this.#showBadge()));
    this.#owned.add(
      approvals.onDidChange(() => {
        this.#showBadge();
        this.refresh();
      }),
    );
    // The rows say how much time there is.
    const tick = setInterval(() => {
      if (approvals.waiting.length > 0 && this.#view.visible) this.refresh();
    }, tickMs);
    this.#owned.add({ dispose: () => clearInterval(tick) });
  }

  /** Paints anew, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  /** Puts the decisions together otherwise. */
  async groupBy(grouping: Grouping): Promise<void> {
    this.#grouping = grouping;
    await vscode.commands.executeCommand('setContext', contextKeys.grouping, grouping);
    this.refresh();
  }

  /** The agents of the decisions that are kept. */
  get agents(): readonly string[] {
    return [...new Set(this.#decisions.decisions.map((record) => record.agent))];
  }

  /** Leaves out what is not looked for, beside what is left out already. */
  async addFilter(change: Partial<DecisionFilter>): Promise<void> {
    await this.#setFilter({ ...this.#filter, ...change });
  }

  /** Leaves nothing out any more. */
  async clearFilter(): Promise<void> {
    await this.#setFilter(noFilter);
  }

  /** Shows more rows of each group, and decisions from further back; tells how many those are. */
  async loadOlder(): Promise<Result<number, string>> {
    this.#maxRows += maxShownRows;
    const added = await this.#older.load();
    this.refresh();
    return added;
  }

  getChildren(node?: DecisionNode): DecisionNode[] {
    if (node === undefined) {
      const all = this.#groups();
      const groups = all.slice(0, this.#maxRows).map((group): DecisionNode => ({ kind: 'group', group }));
      const isEmpty = this.#decisions.decisions.length === 0;
      const hasMore = all.length > groups.length || this.#older.mayHaveMore;
      const rows = isEmpty || !hasMore ? groups : [...groups, { kind: 'older' } as const];
      const count = this.#approvals.waiting.length;
      return count === 0 ? rows : [{ kind: 'waiting', count }, ...rows];
    }
    if (node.kind === 'waiting')
      return this.#approvals.waiting.map((approval) => ({ kind: 'approval', approval }));
    if (node.kind !== 'group') return [];
    const { key, rows, hidden } = node.group;
    const nodes: DecisionNode[] = rows.map((row) => ({ kind: 'decision', ...row }));
    return hidden === 0 ? nodes : [...nodes, { kind: 'hidden', key: `${key}:hidden`, count: hidden }];
  }

  getTreeItem(node: DecisionNode): vscode.TreeItem {
    switch (node.kind) {
      case 'waiting':
        return createWaitingItem(node.count);
      case 'approval':
        return createApprovalItem(node, this.#terminalOf(node.approval), this.#clock.now());
      case 'group':
        return createGroupItem(node.group);
      case 'decision':
        return createDecisionItem(node, formatDecision(node.record, node.count));
      case 'hidden':
        return createOlderItem(node.key, formatHiddenRows(node.count));
      case 'older':
        return createOlderItem('older', loadOlderLabel);
    }
  }

  resolveTreeItem(item: vscode.TreeItem, node: DecisionNode): vscode.TreeItem {
    if (node.kind !== 'decision') return item;
    const { record, count } = node;
    const terminal = record.sid === null ? null : this.#registry.nameOf(record.sid);
    const chain = findProcessChain(record, this.#decisions.decisions, terminal ?? '');
    item.tooltip = createTooltip(describeDecision(record, { count, chain }), {
      command: record.request.command,
    });
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** What waits comes first: somebody may be held up by it. */
  #showBadge(): void {
    const waiting = this.#approvals.waiting.length;
    const unseen = this.#status.current.unseenDenials;
    const tooltip = waiting > 0 ? formatWaiting(waiting) : formatUnseen(unseen);
    this.#view.badge = waiting + unseen === 0 ? undefined : { value: waiting + unseen, tooltip };
  }

  #terminalOf({ sid }: ApprovalNode['approval']): string {
    return sid === null ? '' : (this.#registry.nameOf(sid) ?? '');
  }

  async #setFilter(filter: DecisionFilter): Promise<void> {
    this.#filter = filter;
    this.#view.description = formatFilter(filter);
    await vscode.commands.executeCommand('setContext', contextKeys.decisionsFiltered, isFiltering(filter));
    this.refresh();
  }

  #groups(): readonly DecisionGroup[] {
    const records = this.#decisions.decisions.filter((record) => matchesFilter(record, this.#filter));
    return groupDecisions(records.toReversed(), {
      grouping: this.#grouping,
      maxRows: this.#maxRows,
      sessionName: (sid) => this.#registry.nameOf(sid),
    });
  }
}

function createGroupItem(group: DecisionGroup): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = group.key;
  item.description = group.description;
  item.iconPath = createIcon(group.icon);
  return item;
}

function createOlderItem(key: string, label: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.id = key;
  item.command = { command: commandIds.loadOlder, title: '' };
  return item;
}
