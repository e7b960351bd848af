import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import { groupDecisions, type DecisionGroup, type Grouping } from '../../presentation/decisionGroups.ts';
import { formatDecision } from '../../presentation/decisionLabel.ts';
import { formatHiddenRows } from '../../presentation/text.ts';
import { commandIds, contextKeys, viewIds } from '../ids.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';
import { createDecisionItem, createIcon, createTooltip, type DecisionRowNode } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

type DecisionNode =
  | { readonly kind: 'group'; readonly group: DecisionGroup }
  | DecisionRowNode
  | { readonly kind: 'hidden'; readonly key: string; readonly count: number };

/** The tree of all decisions, live. */
export class DecisionTree implements vscode.TreeDataProvider<DecisionNode>, Disposable {
  readonly #decisions: DecisionStore;
  readonly #registry: TerminalRegistry;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined)));
  #grouping: Grouping = 'source';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(decisions: DecisionStore, registry: TerminalRegistry) {
    this.#decisions = decisions;
    this.#registry = registry;
    this.#owned.add(decisions.onDidChange(() => this.refresh()));
    // A terminal may get its name after its first decisions, and another one later.
    this.#owned.add(registry.onDidChange(() => this.refresh()));
    this.#owned.add(
      vscode.window.createTreeView(viewIds.decisions, { treeDataProvider: this, showCollapseAll: true }),
    );
  }

  /** Paints anew, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  /** Puts the decisions together otherwise. */
  async groupBy(grouping: Grouping): Promise<void> {
    this.#grouping = grouping;
    await vscode.commands.executeCommand('setContext', contextKeys.groupedByTime, grouping === 'time');
    this.refresh();
  }

  getChildren(node?: DecisionNode): DecisionNode[] {
    if (node === undefined) return this.#groups().map((group) => ({ kind: 'group', group }));
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
        return createHiddenItem(node.key, node.count);
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

  #groups(): readonly DecisionGroup[] {
    return groupDecisions(this.#decisions.decisions.toReversed(), {
      grouping: this.#grouping,
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

function createHiddenItem(key: string, count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(formatHiddenRows(count));
  item.id = key;
  item.command = { command: commandIds.showLog, title: '' };
  return item;
}
