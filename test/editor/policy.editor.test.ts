import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { settingIds } from '../../src/extension/ids.ts';
import { until } from '../support/until.ts';
import { activateRampart, createScratch, runAndPick, setUserSetting } from './scene.ts';

const text = `version: "1"
policies:
  - name: written
    rules:
      - action: deny
        when:
          command_matches: ["git push --force*"]
        mesage: "misspelt"
`;

/** What Rampart says is wrong with a document: line and column from 0, and the message. */
function problemsOf({ uri }: vscode.TextDocument): readonly (readonly [number, string, number])[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'rampart')
    .map(({ range, message }) => [range.start.line, message, range.start.character]);
}

function awaitProblem(document: vscode.TextDocument): Promise<readonly [number, string, number]> {
  return until('it is told', () => problemsOf(document)[0] ?? null);
}

async function replace(document: vscode.TextDocument, range: vscode.Range, by: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, by);
  await vscode.workspace.applyEdit(edit);
}

async function lensesOf({ uri }: vscode.TextDocument): Promise<readonly vscode.CodeLens[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    5,
  );
  return lenses.filter(({ command }) => command?.title.includes('Test this rule'));
}

/** Every test goes on where the one before it left the file. */
describe('a person who writes a policy', () => {
  let document: vscode.TextDocument;
  const open = async (file: string, content: string): Promise<vscode.TextDocument> => {
    writeFileSync(file, content);
    const opened = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(opened);
    return opened;
  };
  before(async () => {
    await activateRampart();
    // In a browser the editor saves by itself.
    await setUserSetting('files.autoSave', 'off');
    const folder = join(createScratch(), '.rampart');
    mkdirSync(folder);
    document = await open(join(folder, 'policy.yaml'), text);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await setUserSetting('files.autoSave', undefined);
  });

  it('sees what is wrong where it stands, before it is saved', async () => {
    const [line, message, column] = await awaitProblem(document);
    assert.match(message, /mesage/);
    assert.deepEqual([line, column], [7, 8]);
    await replace(document, new vscode.Range(7, 8, 7, 14), 'message');
    await until('it is right', () => problemsOf(document).length === 0);
  });

  it('sees where the file is no YAML any more, and that it is one again', async () => {
    await replace(document, new vscode.Range(4, 14, 4, 14), ' [deny');
    const [line, message] = await awaitProblem(document);
    assert.equal(line, 4);
    assert.notEqual(message, '');
    await replace(document, new vscode.Range(4, 14, 4, 20), '');
    await until('it is right', () => problemsOf(document).length === 0);
  });

  it('is offered keys and actions, and told what they mean', async () => {
    const complete = async (line: number, character: number): Promise<readonly vscode.CompletionItem[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(line, character),
      );
      return list.items;
    };
    const labels = (items: readonly vscode.CompletionItem[]): readonly string[] =>
      items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    const hover = async (line: number, character: number): Promise<string> => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new vscode.Position(line, character),
      );
      const said = hovers.flatMap(({ contents }) =>
        contents.map((one) => (one instanceof vscode.MarkdownString ? one.value : '')),
      );
      return said.join('\n');
    };
    const actions = await complete(4, 16);
    assert.equal(labels(actions).filter((label) => label === 'ask').length, 1);
    assert.notEqual(actions.find(({ label }) => label === 'ask')?.documentation, '');
    assert.ok(labels(await complete(7, 8)).includes('expires_at'));
    assert.match(await hover(1, 2), /first matching rule/);
    assert.match(await hover(4, 18), /refused, whatever other rules say/);
    await replace(document, new vscode.Range(6, 0, 6, 0), '          deletes: [home]\n');
    assert.ok(labels(await complete(6, 20)).includes('outside_workspace'));
    assert.match(await hover(6, 22), /The home directory/);
    await replace(document, new vscode.Range(6, 0, 7, 0), '');
  });

  it('can test each rule, and is told that what is not saved does not count', async () => {
    const [lens] = await lensesOf(document);
    assert.equal(lens?.range.start.line, 4);
    assert.ok(document.isDirty);
    const { command, arguments: given = [] } = lens.command ?? { command: '' };
    await runAndPick([command, given[0]], 0);
    const report = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(report, /^git push --force\n\nIt would be /);
    assert.match(report, /is not saved/);
    await document.save();
    await runAndPick([command, given[0]], 0);
    await until('the report is of what is saved', () => {
      const now = vscode.window.activeTextEditor?.document.getText() ?? '';
      return now.startsWith('git push --force\n') && !now.includes('is not saved');
    });
  });

  it('is warned of a rule that denies everything because it is half written, and says by a quick fix that it is meant', async () => {
    const folder = join(createScratch(), '.rampart');
    mkdirSync(folder);
    const half = await open(
      join(folder, 'policy.yaml'),
      'policies:\n  - name: half\n    rules:\n      - action: deny\n        message: m\n        when:\n',
    );
    const [line, message] = await awaitProblem(half);
    assert.equal(line, 3);
    assert.match(message, /^rule denies everything: its `when` says nothing/);
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      half.uri,
      new vscode.Range(3, 8, 3, 8),
    );
    const [edit] = fixes.flatMap(({ title, edit }) =>
      title.includes('default: true') && edit ? [edit] : [],
    );
    assert.ok(edit);
    await vscode.workspace.applyEdit(edit);
    assert.match(half.getText(), /^ {8}when: \{ default: true \}$/m);
    await until('it is right', () => problemsOf(half).length === 0);
  });

  it('sees the same in a file whose lines end as on Windows', async () => {
    const file = join(createScratch(), '.rampart');
    mkdirSync(file);
    const foreign = await open(join(file, 'policy.yaml'), text.replaceAll('\n', '\r\n'));
    const [line, message] = await awaitProblem(foreign);
    assert.match(message, /mesage/);
    assert.equal(line, 7);
    assert.deepEqual(
      (await lensesOf(foreign)).map(({ range }) => range.start.line),
      [4],
    );
  });

  it('sees it in a file that lies anywhere once a setting names it, and in no other YAML file', async () => {
    const file = join(createScratch(), 'named.yaml');
    const named = await open(file, text);
    assert.deepEqual(await lensesOf(named), []);
    assert.deepEqual(problemsOf(named), []);
    await setUserSetting(settingIds.policyFiles, [file]);
    const [line] = await awaitProblem(named);
    assert.equal(line, 7);
    assert.equal((await lensesOf(named)).length, 1);
    await setUserSetting(settingIds.policyFiles, undefined);
  });

  it('sees it in a draft that was never saved', async () => {
    const draft = await vscode.workspace.openTextDocument({ language: 'yaml', content: text });
    await vscode.window.showTextDocument(draft);
    assert.match((await awaitProblem(draft))[1], /mesage/);
    assert.equal((await lensesOf(draft)).length, 1);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
