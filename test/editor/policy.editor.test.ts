import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../support/until.ts';
import { activateRampart, createScratch } from './scene.ts';

const text = `version: "1"
policies:
  - name: written
    rules:
      - action: deny
        when:
          command_matches: ["git push --force*"]
        mesage: "misspelt"
`;

describe('a person who writes a policy', () => {
  let document: vscode.TextDocument;
  before(async () => {
    await activateRampart();
    const folder = join(createScratch(), '.rampart');
    mkdirSync(folder);
    const file = join(folder, 'policy.yaml');
    writeFileSync(file, text);
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
  });
  after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('sees what is wrong where it stands, before it is saved', async () => {
    const [problem] = await until('it is told', () => {
      const found = vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ source }) => source === 'rampart');
      return found.length > 0 ? found : null;
    });
    assert.match(problem?.message ?? '', /mesage/);
    assert.equal(problem?.range.start.line, 7);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(7, 8, 7, 14), 'message');
    await vscode.workspace.applyEdit(edit);
    await until('it is right', () => vscode.languages.getDiagnostics(document.uri).length === 0);
  });

  it('is offered keys and actions, and told what they mean', async () => {
    const complete = async (line: number, character: number): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(line, character),
      );
      return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    assert.ok((await complete(4, 16)).includes('ask'));
    assert.ok((await complete(7, 8)).includes('expires_at'));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(1, 2),
    );
    const said = hovers.flatMap(({ contents }) =>
      contents.map((one) => (one instanceof vscode.MarkdownString ? one.value : '')),
    );
    assert.match(said.join('\n'), /first matching rule/);
  });

  it('can test each rule', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      5,
    );
    const [lens] = lenses.filter(({ command }) => command?.title.includes('Test this rule'));
    assert.equal(lens?.range.start.line, 4);
  });
});
