import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import {
  describePolicies,
  formatPolicy,
  formatPolicyPath,
  formatProblem,
  formatRuleRow,
  hitsText,
  notInForceText,
  type PolicyRow,
  type ShownPolicy,
  type ShownRule,
} from '../../presentation/policyRows.ts';
import type { EndpointHealth } from '../../presentation/statusText.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import type { Background } from '../adapters/background.ts';
import { viewIds } from '../ids.ts';
import type { WindowStatus } from '../model/windowStatus.ts';
import { PaintedRows } from '../policy/paintedRows.ts';
import { readPolicies, type PolicyContents, type PolicyPlaces } from '../policy/readPolicies.ts';
import { createIcon } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/** A policy file, a problem in one, a policy of one, or a rule of that. */
type PolicyNode =
  | { readonly kind: 'file'; readonly file: string; readonly policies: readonly ShownPolicy[] }
  | { readonly kind: 'problem'; readonly problem: PolicyProblem }
  | { readonly kind: 'policy'; readonly file: string; readonly policy: ShownPolicy }
  | { readonly kind: 'rule'; readonly file: string; readonly rule: ShownRule; readonly index: number };

/** What the rows at the top of the tree are made of. */
interface TopRows {
  readonly problems: readonly PolicyProblem[];
  readonly files: ReturnType<typeof describePolicies>;
}

/** What the tree is given. */
export interface PolicyTreeParts extends PolicyPlaces {
  readonly decisions: DecisionStore;
  readonly status: WindowStatus;
  readonly background: Background;
  /** Switches packs of the built-in policy, after asking. */
  readonly switchPacks: (isOn: ReadonlyMap<string, boolean>) => Promise<void>;
}

/** How often hits are counted anew at most, in milliseconds. */
const recountMs = 2_000;

/** The tree of the policies in force: their files, what is wrong with them, their rules, and how often each decided. */
export class PolicyTree implements vscode.TreeDataProvider<PolicyNode>, Disposable {
  readonly #parts: PolicyTreeParts;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(
    createRepaint(() => this.#parts.background.run('painting policies', () => this.#paint()), recountMs),
  );
  readonly #view: vscode.TreeView<PolicyNode>;
  readonly #rows = new PaintedRows(
    () => this.#read(),
    (contents) => this.#describe(contents),
  );
  #endpoint: EndpointHealth = 'idle';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: PolicyTreeParts) {
    this.#parts = parts;
    this.#owned.add(parts.decisions.onDidChange(() => this.#repaint.request()));
    this.#owned.add(parts.status.onDidChange(({ endpoint }) => this.#follow(endpoint)));
    this.#view = this.#owned.add(
      vscode.window.createTreeView(viewIds.policy, {
        treeDataProvider: this,
        showCollapseAll: true,
        manageCheckboxStateManually: true,
      }),
    );
    this.#owned.add(
      this.#view.onDidChangeCheckboxState(({ items }) => {
        const wanted = items.flatMap(([node, state]): readonly (readonly [string, boolean])[] =>
          node.kind === 'policy' ? [[node.policy.name, state === vscode.TreeItemCheckboxState.Checked]] : [],
        );
        parts.background.run('switching packs', () => parts.switchPacks(new Map(wanted)));
      }),
    );
  }

  /** Reads the policies again, soon. */
  refresh(): void {
    this.#rows.forget();
    this.#repaint.request();
  }

  /** The same after packs may have been switched: the editor shows a box as it was pressed, whatever came of it. */
  refreshBoxes(): void {
    this.#rows.forgetPainted();
    this.refresh();
  }

  /** Who says what is in force comes and goes. */
  #follow(endpoint: EndpointHealth): void {
    if (endpoint === this.#endpoint) return;
    this.#endpoint = endpoint;
    this.refresh();
  }

  async getChildren(node?: PolicyNode): Promise<PolicyNode[]> {
    if (node !== undefined) return childrenOf(node);
    const { problems, files } = await this.#rows.take();
    return [
      ...problems.map((problem): PolicyNode => ({ kind: 'problem', problem })),
      ...files.map(({ file, policies }): PolicyNode => ({ kind: 'file', file, policies })),
    ];
  }

  getTreeItem(node: PolicyNode): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return createFileItem(node.file, this.#parts.home);
      case 'problem':
        return createRow(formatProblem(node.problem), node.problem);
      case 'policy':
        return createPolicyItem(node.file, node.policy);
      case 'rule':
        return createRow(formatRuleRow(node.rule, node.index), { file: node.file, line: node.rule.line });
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #read(): Promise<PolicyContents> {
    const contents = await readPolicies(this.#parts);
    this.#view.description = contents.isInForce ? hitsText : notInForceText;
    return contents;
  }

  #describe({ problems, files, packs }: PolicyContents): TopRows {
    return { problems, files: describePolicies(files, packs, this.#parts.decisions.decisions) };
  }

  /** Nobody clicks on what cannot be seen, and it is read once somebody looks. */
  async #paint(): Promise<void> {
    if (this.#view.visible && (await this.#rows.arePainted())) return;
    this.#changed.fire(undefined);
  }
}

function childrenOf(node: PolicyNode): PolicyNode[] {
  if (node.kind === 'file')
    return node.policies.map((policy) => ({ kind: 'policy', file: node.file, policy }));
  if (node.kind !== 'policy') return [];
  return node.policy.rules.map((rule, index) => ({ kind: 'rule', file: node.file, rule, index }));
}

function createFileItem(file: string, home: string): vscode.TreeItem {
  const { label, description } = formatPolicyPath(file, home);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = file;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon('law');
  item.tooltip = file;
  item.accessibilityInformation = { label: `${label}, ${description}` };
  return item;
}

function createPolicyItem(file: string, policy: ShownPolicy): vscode.TreeItem {
  const row = formatPolicy(policy);
  const item = createRow(row, { file, line: policy.line });
  item.id = `${file}:${policy.name}`;
  if (policy.rules.length > 0) item.collapsibleState = vscode.TreeItemCollapsibleState.Collapsed;
  const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
  if (policy.pack !== null) {
    const state = policy.pack.isOn ? Checked : Unchecked;
    // A screen reader would say of the box that it is one, and not of what.
    item.checkboxState = { state, accessibilityInformation: { label: row.label } };
  }
  return item;
}

/** A row that opens its place when it is chosen. */
function createRow(row: PolicyRow, place: { readonly file: string; readonly line: number }): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label);
  item.description = row.description;
  item.iconPath = createIcon(row.icon);
  item.tooltip = row.tooltip;
  item.accessibilityInformation = { label: row.spoken };
  item.command = openAt(place.file, place.line);
  return item;
}

function openAt(file: string, line: number): vscode.Command {
  const start = new vscode.Position(Math.max(0, line - 1), 0);
  return {
    command: 'vscode.open',
    title: '',
    arguments: [vscode.Uri.file(file), { selection: new vscode.Range(start, start) }],
  };
}
