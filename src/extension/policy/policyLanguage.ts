import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { parseJson } from '../../base/record.ts';
import { findRulePlaces, testRuleTitle } from '../../presentation/policyLens.ts';
import { describeKey, findKeyPath, findPolicyWords } from '../../presentation/policySchema.ts';
import { commandIds } from '../ids.ts';
import { isPolicyDocument, policySelector } from './policyDocuments.ts';

/** Offers keys and values of policies, says what they mean, and puts a test over each rule. */
export function registerPolicyLanguage(extension: vscode.Uri): Disposable {
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
        isPolicyDocument(document) ? findRulePlaces(linesOf(document)).map(createLens) : [],
    }),
  );
  return owned;
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
  const key = /([\w.]+)\s*:\s*\w*$/u.exec(before)?.[1] ?? null;
  const words = findPolicyWords(schema, findKeyPath(linesOf(document), position.line), key);
  return words.map(({ word, kind, description }) => {
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
  const isKey =
    range !== undefined && document.lineAt(range.end.line).text.charAt(range.end.character) === ':';
  if (!isKey) return undefined;
  const path = findKeyPath(linesOf(document), position.line);
  const description = describeKey(schema, path, document.getText(range));
  return description === '' ? undefined : new vscode.Hover(description, range);
}

function createLens({ line, example }: { readonly line: number; readonly example: string }): vscode.CodeLens {
  const place = new vscode.Range(line, 0, line, 0);
  return new vscode.CodeLens(place, {
    title: testRuleTitle,
    command: commandIds.testCommand,
    arguments: [{ example }],
  });
}

function linesOf(document: vscode.TextDocument): readonly string[] {
  return document.getText().split(/\r?\n/u);
}
