import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { parseJson } from '../../base/record.ts';
import { findRulePlaces, testRuleTitle, type RulePlace } from '../../presentation/policyLens.ts';
import { findMeantForAll, meantForAllTitle } from '../../presentation/policyFix.ts';
import {
  describeKey,
  describeValue,
  findKeyPath,
  findPolicyWords,
  findWordPlace,
} from '../../presentation/policySchema.ts';
import { commandIds } from '../ids.ts';
import { diagnosticSource, policySelector, type PolicyMatcher } from './policyDocuments.ts';

/** Offers keys and values of policies, says what they mean, puts a test over each rule, and mends what is written halfway. */
export function registerPolicyLanguage(extension: vscode.Uri, isPolicyDocument: PolicyMatcher): Disposable {
  const owned = new DisposableList();
  const readSchema = createSchemaReader(extension);
  const { languages } = vscode;
  owned.add(
    languages.registerCompletionItemProvider(policySelector, {
      provideCompletionItems: async (document, position) =>
        isPolicyDocument(document) ? completeAt(await readSchema(), document, position) : [],
    }),
  );
  owned.add(
    languages.registerHoverProvider(policySelector, {
      provideHover: async (document, position) => {
        if (!isPolicyDocument(document)) return undefined;
        return describeAt(await readSchema(), document, position);
      },
    }),
  );
  owned.add(
    languages.registerCodeLensProvider(policySelector, {
      provideCodeLenses: (document) =>
        isPolicyDocument(document)
          ? findRulePlaces(linesOf(document)).map((place) => createLens(place, document.uri))
          : [],
    }),
  );
  const { QuickFix } = vscode.CodeActionKind;
  owned.add(
    languages.registerCodeActionsProvider(
      policySelector,
      {
        provideCodeActions: (document, _range, { diagnostics }) =>
          diagnostics.flatMap((diagnostic) =>
            diagnostic.source === diagnosticSource ? createFixes(document, diagnostic) : [],
          ),
      },
      { providedCodeActionKinds: [QuickFix] },
    ),
  );
  return owned;
}

/** What a rule that is complained of can say to be meant as it is. */
function createFixes(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): readonly vscode.CodeAction[] {
  const change = findMeantForAll(linesOf(document), diagnostic.range.start.line);
  if (change === null || diagnostic.severity !== vscode.DiagnosticSeverity.Warning) return [];
  const { line, removed, text } = change;
  const newline = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const fix = new vscode.CodeAction(meantForAllTitle, vscode.CodeActionKind.QuickFix);
  fix.diagnostics = [diagnostic];
  fix.edit = new vscode.WorkspaceEdit();
  if (removed === 1) fix.edit.replace(document.uri, document.lineAt(line).range, text);
  else fix.edit.insert(document.uri, document.lineAt(line - 1).range.end, `${newline}${text}`);
  return [fix];
}

/** The schema is read when it is needed first. */
function createSchemaReader(extension: vscode.Uri): () => Promise<unknown> {
  let schema: unknown;
  return async () => {
    if (schema !== undefined) return schema;
    const file = vscode.Uri.joinPath(extension, 'schemas', 'policy.schema.json');
    const parsed = parseJson(Buffer.from(await vscode.workspace.fs.readFile(file)).toString());
    schema = parsed.ok ? parsed.value : null;
    return schema;
  };
}

function completeAt(
  schema: unknown,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.CompletionItem[] {
  const before = document.lineAt(position.line).text.slice(0, position.character);
  const above = findKeyPath(linesOf(document), position.line);
  const { path, key } = findWordPlace(before, above);
  // An item of a list is a value, or begins with a key.
  const keys = key !== null && path.length < above.length ? findPolicyWords(schema, above, null) : [];
  const words = [...findPolicyWords(schema, path, key), ...keys];
  // Alternatives of the schema may name the same word.
  const offered = new Map(words.toReversed().map((word) => [word.word, word]));
  return [...offered.values()].reverse().map(({ word, kind, description }) => {
    const { Property, Value } = vscode.CompletionItemKind;
    const item = new vscode.CompletionItem(word, kind === 'key' ? Property : Value);
    item.insertText = kind === 'key' ? `${word}: ` : word;
    item.documentation = description;
    return item;
  });
}

function describeAt(
  schema: unknown,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const range = document.getWordRangeAtPosition(position, /[\w.]+/u);
  if (range === undefined) return undefined;
  const { text } = document.lineAt(range.end.line);
  const word = document.getText(range);
  const above = findKeyPath(linesOf(document), position.line);
  const place = findWordPlace(text.slice(0, range.start.character), above);
  const isKey = text.charAt(range.end.character) === ':';
  const keyPath = place.key === null ? place.path : above;
  const description = isKey
    ? describeKey(schema, keyPath, word)
    : describeValue(schema, { ...place, value: word });
  return description === '' ? undefined : new vscode.Hover(description, range);
}

function createLens({ line, example }: RulePlace, document: vscode.Uri): vscode.CodeLens {
  const place = new vscode.Range(line, 0, line, 0);
  return new vscode.CodeLens(place, {
    title: testRuleTitle,
    command: commandIds.testCommand,
    arguments: [{ example, document: document.toString() }],
  });
}

function linesOf(document: vscode.TextDocument): readonly string[] {
  return document.getText().split(/\r?\n/u);
}
