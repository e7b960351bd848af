import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import type { Background } from '../adapters/background.ts';
import { settingIds } from '../ids.ts';
import { diagnosticSource, originOf, type PolicyMatcher } from './policyDocuments.ts';

/** How long after the last key a file is read, in milliseconds. */
const pauseMs = 200;

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

/** What the diagnostics are given. */
export interface DiagnosticParts {
  readonly clock: Clock;
  readonly background: Background;
  readonly isPolicyDocument: PolicyMatcher;
}

/** Shows what is wrong with policy files while they are written, before they are saved and in force. */
export function registerPolicyDiagnostics({
  clock,
  background,
  isPolicyDocument,
}: DiagnosticParts): Disposable {
  const owned = new DisposableList();
  const found = owned.add(vscode.languages.createDiagnosticCollection(diagnosticSource));
  const pauses = new Map<string, NodeJS.Timeout>();
  const read = async (document: vscode.TextDocument): Promise<void> => {
    // The parser is loaded when the first policy is opened, not when the window is.
    const { lintPolicies } = await import('../../policy/lintPolicies.ts');
    const source = { file: document.fileName, text: document.getText(), origin: originOf(document) };
    const findings = lintPolicies([source], clock.now());
    found.set(
      document.uri,
      findings.map(({ line, column, message, severity }) => {
        const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
        const range =
          document.getWordRangeAtPosition(start) ?? new vscode.Range(start, start.translate(0, 1));
        const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
        diagnostic.source = diagnosticSource;
        return diagnostic;
      }),
    );
  };
  const follow = (document: vscode.TextDocument): void => {
    if (!isPolicyDocument(document)) return;
    const key = document.uri.toString();
    clearTimeout(pauses.get(key));
    pauses.set(
      key,
      setTimeout(() => background.run('reading a policy', () => read(document)), pauseMs),
    );
  };
  owned.add(vscode.workspace.onDidOpenTextDocument(follow));
  owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => follow(document)));
  owned.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      clearTimeout(pauses.get(uri.toString()));
      pauses.delete(uri.toString());
      found.delete(uri);
    }),
  );
  owned.add({
    dispose: () => {
      for (const pause of pauses.values()) clearTimeout(pause);
    },
  });
  const followAll = (): void => {
    for (const document of vscode.workspace.textDocuments) follow(document);
  };
  owned.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settingIds.policyFiles)) followAll();
    }),
  );
  followAll();
  return owned;
}
