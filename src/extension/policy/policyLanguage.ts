import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { parseJson } from '../../base/record.ts';
import { findRulePlaces, testRuleTitle, type RulePlace } from '../../presentation/policyLens.ts';
import { describeKey, describeValue, findKeyPath, findPolicyWords } from '../../presentation/policySchema.ts';
import { commandIds } from '../ids.ts';
import { policySelector, type PolicyMatcher } from './policyDocuments.ts';

/** Offers keys and values of policies, says what they mean, and puts a test over each rule. */
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
  const path = findKeyPath(linesOf(document), position.line);
  const key = /([\w.]+)\s*:\s*["']?$/u.exec(text.slice(0, range.start.character))?.[1];
  const isKey = text.charAt(range.end.character) === ':';
  const valueText = key === undefined ? '' : describeValue(schema, { path, key, value: word });
  const description = isKey ? describeKey(schema, path, word) : valueText;
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
