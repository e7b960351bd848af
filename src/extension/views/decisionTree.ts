import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Result } from '../../base/result.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import {
  formatFilter,
  isFiltering,
  matchesFilter,
  noFilter,
  type DecisionFilter,
} from '../../presentation/decisionFilter.ts';
import {
  groupDecisions,
  maxRowsPerGroup,
  type DecisionGroup,
  type Grouping,
} from '../../presentation/decisionGroups.ts';
import { formatDecision } from '../../presentation/decisionLabel.ts';
import { formatCount, formatHiddenRows, loadOlderLabel } from '../../presentation/text.ts';
import { commandIds, contextKeys, viewIds } from '../ids.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import type { OlderDecisions } from '../model/olderDecisions.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createDecisionItem, createIcon, createTooltip, type DecisionRowNode } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

type DecisionNode =
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
}

/** The tree of all decisions, live, with a badge for the denials that nobody has looked at. */
export class DecisionTree implements vscode.TreeDataProvider<DecisionNode>, Disposable {
  readonly #decisions: DecisionStore;
  readonly #registry: TerminalRegistry;
  readonly #older: OlderDecisions;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined)));
  readonly #view: vscode.TreeView<DecisionNode>;
  #grouping: Grouping = 'source';
  #filter: DecisionFilter = noFilter;
  #maxRows = maxRowsPerGroup;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ decisions, registry, older, status }: DecisionTreeParts) {
    this.#decisions = decisions;
    this.#registry = registry;
    this.#older = older;
    this.#owned.add(decisions.onDidChange(() => this.refresh()));
    // A terminal may get its name after its first decisions, and another one later.
    this.#owned.add(registry.onDidChange(() => this.refresh()));
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.decisions, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.#owned.add(status.onDidChange(({ unseenDenials }) => this.#showBadge(unseenDenials)));
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
    this.#maxRows += maxRowsPerGroup;
    const added = await this.#older.load();
    this.refresh();
    return added;
  }

  getChildren(node?: DecisionNode): DecisionNode[] {
    if (node === undefined) {
      const groups = this.#groups().map((group): DecisionNode => ({ kind: 'group', group }));
      const isEmpty = this.#decisions.decisions.length === 0;
      return isEmpty || !this.#older.mayHaveMore ? groups : [...groups, { kind: 'older' }];
    }
    if (node.kind !== 'group') return [];
    const { key, rows, hidden } = node.group;
    const nodes: DecisionNode[] = rows.map((row) => ({ kind: 'decision', ...row }));
    return hidden === 0 ? nodes : [...nodes, { kind: 'hidden', key: `${key}:hidden`, count: hidden }];
  }

  getTreeItem(node: DecisionNode): vscode.TreeItem {
    switch (node.kind) {
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
    const { fields, command } = formatDecision(node.record, node.count);
    item.tooltip = createTooltip(fields, { command });
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #showBadge(unseen: number): void {
    this.#view.badge =
      unseen === 0 ? undefined : { value: unseen, tooltip: formatCount(unseen, 'denied command') };
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
