import * as vscode from 'vscode';
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
import { ShownRows, type ShownRow, type WantedRow } from '../../presentation/shownRows.ts';
import type { ApprovalView } from '../../protocol/approval.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { ApprovalStore } from '../model/approvalStore.ts';
import type { OlderDecisions } from '../model/olderDecisions.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createApprovalItem, createWaitingItem, type ApprovalNode } from './approvalItem.ts';
import { createDecisionItem, createIcon, createTooltip, type DecisionRowNode } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/** What stands at the top of the tree. */
type TopContent =
  /** What waits for a person, above everything else. */
  | { readonly kind: 'waiting'; readonly approvals: readonly ApprovalView[] }
  | { readonly kind: 'group'; readonly group: DecisionGroup }
  | { readonly kind: 'older' };

type DecisionNode =
  | ShownRow<TopContent>
  | ApprovalNode
  | DecisionRowNode
  | { readonly kind: 'hidden'; readonly key: string; readonly count: number };

/** What the tree is given. */
export interface DecisionTreeParts {
  readonly decisions: DecisionStore;
  readonly registry: TerminalRegistry;
  readonly older: OlderDecisions;
  readonly status: WindowStatus;
  readonly approvals: ApprovalStore;
}

/** The tree of all decisions, live, with a badge for the denials that nobody has looked at. */
export class DecisionTree implements vscode.TreeDataProvider<DecisionNode>, Disposable {
  readonly #decisions: DecisionStore;
  readonly #registry: TerminalRegistry;
  readonly #older: OlderDecisions;
  readonly #approvals: ApprovalStore;
  readonly #status: WindowStatus;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<DecisionNode[] | undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#paint()));
  readonly #shown = new ShownRows<TopContent>(fingerprintOf);
  readonly #view: vscode.TreeView<DecisionNode>;
  #grouping: Grouping = 'source';
  #filter: DecisionFilter = noFilter;
  #maxRows = maxShownRows;
  /** The editor was told to read everything, and has not yet begun. */
  #isStale = true;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ decisions, registry, older, status, approvals }: DecisionTreeParts) {
    this.#approvals = approvals;
    this.#status = status;
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

  /** The groups that are shown, with the rows of each. */
  get shownGroups(): readonly DecisionGroup[] {
    return this.#wanted().flatMap(({ content }) => (content.kind === 'group' ? [content.group] : []));
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
      this.#isStale = false;
      this.#shown.take(this.#wanted());
      return [...this.#shown.rows];
    }
    return node.kind === 'top' ? childrenOf(node.content) : [];
  }

  getTreeItem(node: DecisionNode): vscode.TreeItem {
    switch (node.kind) {
      case 'top':
        return createTopItem(node.content);
      case 'approval':
        return createApprovalItem(node, this.#terminalOf(node.approval));
      case 'decision':
        return createDecisionItem(node, formatDecision(node.record, node.count));
      case 'hidden':
        return createOlderItem(node.key, formatHiddenRows(node.count));
    }
  }

  resolveTreeItem(item: vscode.TreeItem, node: DecisionNode): vscode.TreeItem {
    if (node.kind !== 'decision') return item;
    const { record, count } = node;
    const terminal = this.#registry.nameOfRecord(record);
    const chain = findProcessChain(record, this.#decisions.decisions, terminal ?? record.terminal ?? '');
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

  #paint(): void {
    if (this.#isStale) return;
    const changes = this.#shown.take(this.#wanted());
    if (changes !== 'all') {
      if (changes.length > 0) this.#changed.fire([...changes]);
      return;
    }
    this.#isStale = true;
    this.#changed.fire(undefined);
  }

  #wanted(): readonly WantedRow<TopContent>[] {
    const approvals = this.#approvals.waiting;
    const all = this.#groups(approvals.length > 0);
    const groups = all
      .slice(0, this.#maxRows)
      .map((group) => ({ key: group.key, content: { kind: 'group', group } as const }));
    const isEmpty = this.#decisions.decisions.length === 0;
    const hasMore = !isEmpty && (all.length > groups.length || this.#older.mayHaveMore);
    return [
      ...(approvals.length === 0
        ? []
        : [{ key: 'waiting', content: { kind: 'waiting', approvals } as const }]),
      ...groups,
      ...(hasMore ? [{ key: 'older', content: { kind: 'older' } as const }] : []),
    ];
  }

  /** The groups, the newest first; while somebody has something to answer, nothing moves under their pointer. */
  #groups(isStill: boolean): readonly DecisionGroup[] {
    const { ofEditor, decisions } = this.#decisions;
    const kept = this.#filter.ofEditor ? ofEditor : decisions;
    const records = kept.filter((record) => matchesFilter(record, this.#filter));
    const groups = groupDecisions(records.toReversed(), {
      grouping: this.#grouping,
      maxRows: this.#maxRows,
      sessionName: (record) => this.#registry.nameOfRecord(record),
    });
    if (!isStill) return groups;
    return groups.toSorted((one, other) => this.#shown.placeOf(one.key) - this.#shown.placeOf(other.key));
  }
}

/** Differs when a row, or one below it, looks different. */
function fingerprintOf(content: TopContent): string {
  switch (content.kind) {
    case 'waiting':
      return content.approvals.map(({ id, held }) => `${id} ${held}`).join('\n');
    case 'group': {
      const { label, description, rows, hidden } = content.group;
      const shown = rows.map(({ key, record, count }) => `${key} ${record.id} ${count}`);
      return [label, description, hidden, ...shown].join('\n');
    }
    case 'older':
      return '';
  }
}

function childrenOf(content: TopContent): DecisionNode[] {
  switch (content.kind) {
    case 'waiting':
      return content.approvals.map((approval) => ({ kind: 'approval', approval }));
    case 'group': {
      const { key, rows, hidden } = content.group;
      const nodes: DecisionNode[] = rows.map((row) => ({ kind: 'decision', ...row }));
      return hidden === 0 ? nodes : [...nodes, { kind: 'hidden', key: `${key}:hidden`, count: hidden }];
    }
    case 'older':
      return [];
  }
}

function createTopItem(content: TopContent): vscode.TreeItem {
  switch (content.kind) {
    case 'waiting':
      return createWaitingItem(content.approvals);
    case 'group':
      return createGroupItem(content.group);
    case 'older':
      return createOlderItem('older', '');
  }
}

function createGroupItem(group: DecisionGroup): vscode.TreeItem {
  const item = new vscode.TreeItem(group.label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = group.key;
  item.description = group.description;
  item.iconPath = createIcon(group.icon);
  return item;
}

function createOlderItem(key: string, description: string): vscode.TreeItem {
  const item = new vscode.TreeItem(loadOlderLabel);
  item.id = key;
  item.description = description;
  item.command = { command: commandIds.loadOlder, title: '' };
  return item;
}
