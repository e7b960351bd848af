import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { DecisionStore } from '../../client/decisionStore.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import {
  describePolicies,
  formatPolicy,
  formatPolicyPath,
  formatProblem,
  type ShownPolicy,
} from '../../presentation/policyRows.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import type { Background } from '../adapters/background.ts';
import { viewIds } from '../ids.ts';
import { createIcon } from './decisionItem.ts';
import { createRepaint } from './repaint.ts';

/** A policy file, a problem in one, or a policy of one. */
type PolicyNode =
  | { readonly kind: 'file'; readonly file: string; readonly policies: readonly ShownPolicy[] }
  | { readonly kind: 'problem'; readonly problem: PolicyProblem }
  | { readonly kind: 'policy'; readonly file: string; readonly policy: ShownPolicy };

/** What the tree is given. */
export interface PolicyTreeParts {
  readonly client: EndpointClient;
  readonly decisions: DecisionStore;
  readonly background: Background;
  readonly home: string;
}

/** How often hits are counted anew at most, in milliseconds. */
const recountMs = 2_000;

/** The tree of the policies in force: their files, what is wrong with them, and how often each decided. */
export class PolicyTree implements vscode.TreeDataProvider<PolicyNode>, Disposable {
  readonly #parts: PolicyTreeParts;
  readonly #owned = new DisposableList();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<undefined>());
  readonly #repaint = this.#owned.add(createRepaint(() => this.#changed.fire(undefined), recountMs));

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(parts: PolicyTreeParts) {
    this.#parts = parts;
    this.#owned.add(parts.decisions.onDidChange(() => this.refresh()));
    this.#owned.add(
      vscode.window.createTreeView(viewIds.policy, { treeDataProvider: this, showCollapseAll: true }),
    );
  }

  /** Reads the policies again, soon. */
  refresh(): void {
    this.#repaint.request();
  }

  async getChildren(node?: PolicyNode): Promise<PolicyNode[]> {
    if (node?.kind === 'file')
      return node.policies.map((policy) => ({ kind: 'policy', file: node.file, policy }));
    if (node !== undefined) return [];
    const loaded = await this.#parts.client.policyOverview();
    if (!loaded.ok) return [];
    const { policies, problems } = loaded.value;
    const files = describePolicies(policies, this.#parts.decisions.decisions);
    return [
      ...problems.map((problem): PolicyNode => ({ kind: 'problem', problem })),
      ...[...files].map(([file, own]): PolicyNode => ({ kind: 'file', file, policies: own })),
    ];
  }

  getTreeItem(node: PolicyNode): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return createFileItem(node.file, this.#parts.home);
      case 'problem':
        return createProblemItem(node.problem);
      case 'policy':
        return createPolicyItem(node.file, node.policy);
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function createFileItem(file: string, home: string): vscode.TreeItem {
  const { label, description } = formatPolicyPath(file, home);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = file;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon('law');
  item.tooltip = file;
  return item;
}

function createProblemItem(problem: PolicyProblem): vscode.TreeItem {
  const { label, description, icon } = formatProblem(problem);
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.iconPath = createIcon(icon);
  item.tooltip = `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  item.command = openAt(problem.file, problem.line);
  return item;
}

function createPolicyItem(file: string, policy: ShownPolicy): vscode.TreeItem {
  const { label, description } = formatPolicy(policy);
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.iconPath = new vscode.ThemeIcon('symbol-ruler');
  item.command = openAt(file, policy.line);
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
