import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import { foldRepeated } from '../../presentation/decisionGroups.ts';
import { formatDenial } from '../../presentation/decisionLabel.ts';
import { formatCount } from '../../presentation/text.ts';
import { viewIds } from '../ids.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { createDecisionItem, createTooltip, type DecisionRowNode } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/** The list of what was denied, the newest first, with a badge for what nobody has looked at. */
export class DeniedList implements vscode.TreeDataProvider<DecisionRowNode>, Disposable {
  readonly #decisions: DecisionStore;
  readonly #status: WindowStatus;
  readonly #clock: Clock;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined)));
  readonly #view: vscode.TreeView<DecisionRowNode>;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(decisions: DecisionStore, status: WindowStatus, clock: Clock) {
    this.#decisions = decisions;
    this.#status = status;
    this.#clock = clock;
    this.#view = this.#owned.add(vscode.window.createTreeView(viewIds.denied, { treeDataProvider: this }));
    this.#owned.add(decisions.onDidChange(() => this.refresh()));
    this.#owned.add(status.onDidChange(() => this.#showBadge()));
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => this.#markSeen(visible)));
  }

  /** Whether the list can be seen now. */
  get isVisible(): boolean {
    return this.#view.visible;
  }

  /** Brings the list to the front. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${viewIds.denied}.focus`);
  }

  /** Paints anew, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  getChildren(node?: DecisionRowNode): DecisionRowNode[] {
    if (node !== undefined) return [];
    return foldRepeated(this.#decisions.denied.toReversed()).map((row) => ({ kind: 'decision', ...row }));
  }

  getTreeItem(node: DecisionRowNode): vscode.TreeItem {
    return createDecisionItem(node, formatDenial(node.record, node.count, this.#clock.now()));
  }

  resolveTreeItem(item: vscode.TreeItem, node: DecisionRowNode): vscode.TreeItem {
    const { fields, command } = formatDenial(node.record, node.count, this.#clock.now());
    item.tooltip = createTooltip(fields, { command });
    return item;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #markSeen(isVisible: boolean): void {
    if (isVisible) this.#status.update({ unseenDenials: 0 });
  }

  #showBadge(): void {
    const { unseenDenials } = this.#status.current;
    this.#view.badge =
      unseenDenials === 0
        ? undefined
        : { value: unseenDenials, tooltip: formatCount(unseenDenials, 'denied command') };
  }
}
