import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import { tryCommand } from '../../src/presentation/protectText.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { until } from '../support/until.ts';
import {
  activateRampart,
  awaitGuarded,
  createScratch,
  findDecision,
  pick,
  readEndpointPid,
  runAndPick,
  setUserSetting,
} from './scene.ts';
import { awaitQuestion } from './questions.ts';

const policies = join(homedir(), '.rampart/policies');

const asking = `version: "1"
policies:
  - name: looking
    rules:
      - action: ask
        when: { command_matches: ["/bin/echo perhaps looked*"] }
`;

/** A row of a view, as its commands get it. */
function rowOf(record: AuditRecord): object {
  return { kind: 'decision', key: record.id, record, count: 1 };
}

/** What the editor in front shows, once it fits. */
function shownText(pattern: RegExp): Promise<string> {
  return until(`${String(pattern)} is shown`, () => {
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    return pattern.test(text) ? text : null;
  });
}

/** Every test goes on in the window that the one before it left. */
describe('a person who looks into what was decided', () => {
  let api: RampartApi;
  let terminal: vscode.Terminal;
  let denial: AuditRecord;
  before(async () => {
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'looking.yaml'), asking);
    api = await activateRampart();
    terminal = vscode.window.createTerminal({ name: 'looked at' });
    terminal.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === terminal);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const one of vscode.window.terminals) one.dispose();
  });

  it('sees a safe denial, typed into a guarded terminal, whether or not the guard was on', async () => {
    await vscode.commands.executeCommand(commandIds.tryDenial);
    await awaitGuarded(api, terminal);
    denial = await until('it is denied', () => findDecision(api, tryCommand));
    assert.equal(denial.decision.action, 'deny');
    assert.equal(denial.sid, await terminal.processId);
  });

  it('copies the command, and is led to the rule and to the terminal', async () => {
    await vscode.commands.executeCommand(commandIds.copyCommand, rowOf(denial));
    assert.equal(await vscode.env.clipboard.readText(), tryCommand);
    await vscode.commands.executeCommand(commandIds.openRule, rowOf(denial));
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.fileName, denial.rule?.file);
    assert.equal(editor?.selection.start.line, (denial.rule?.line ?? 0) - 1);
    const other = vscode.window.createTerminal({ name: 'other' });
    other.show();
    await until('the other one is active', () => vscode.window.activeTerminal === other);
    await vscode.commands.executeCommand(commandIds.showTerminal, rowOf(denial));
    await until('its own is active', () => vscode.window.activeTerminal === terminal);
    other.dispose();
  });

  it('blocks a command that ran, after having seen the rule', async () => {
    const command = '/bin/echo block-this';
    terminal.sendText(command);
    const record = await until('it is recorded', () => findDecision(api, command));
    assert.equal(record.decision.action, 'allow');
    await runAndPick([commandIds.blockCommand, rowOf(record)], 1);
    assert.doesNotMatch(readOwnRules(), /block-this/);
    await runAndPick([commandIds.blockCommand, rowOf(record)], 0);
    assert.match(readOwnRules(), /block-this/);
    const shown = vscode.window.activeTextEditor;
    const { start = new vscode.Position(0, 0) } = shown?.selection ?? {};
    const written = shown?.document.getText(new vscode.Range(start, start.translate(5)));
    assert.match(written ?? '', /^ *- action: deny\n[^]*block-this/, 'the rule is what is shown');
    const decisions = (): readonly AuditRecord[] =>
      api.decisions().filter(({ request }) => request.command === command);
    await until('it is denied', async () => {
      const before = decisions().length;
      terminal.sendText(command);
      await until('it is decided about', () => decisions().length > before);
      return decisions().at(-1)?.decision.action === 'deny';
    });
  });

  it('runs a refused command anyway, which is typed for them', async () => {
    terminal.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === terminal);
    await runAndPick(commandIds.runAnyway, 0);
    terminal.sendText('');
    await until('it ran', () =>
      api.decisions().some(({ decision }) => decision.message.startsWith('run anyway')),
    );
  });

  it('answers what waits', async () => {
    terminal.sendText('/bin/echo perhaps looked at');
    const [approval] = await until('it waits', () => (api.approvals().length > 0 ? api.approvals() : null));
    await runAndPick([commandIds.answerApproval, { kind: 'approval', approval }], 3);
    await until('nothing waits', () => api.approvals().length === 0);
  });

  it('looks at what guarding an agent outside terminals would change, and nothing is changed', async () => {
    const folder = join(homedir(), '.claude');
    mkdirSync(folder, { recursive: true });
    await runAndPick(commandIds.adaptAgent, 0, 0);
    await until('a comparison is shown', () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.input instanceof vscode.TabInputTextDiff;
    });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('loses no decision by reading them again or further back', async () => {
    const before = api.decisions().length;
    await vscode.commands.executeCommand(commandIds.refresh);
    await vscode.commands.executeCommand(commandIds.loadOlder);
    assert.ok(api.decisions().length >= before);
    assert.equal(new Set(api.decisions().map(({ id }) => id)).size, api.decisions().length);
  });

  it('reads the built-in policy, in a page that needs no saving', async () => {
    await vscode.commands.executeCommand(commandIds.openDefaultPolicy);
    await shownText(/^ {2}- name: default-deletion$/m);
    assert.equal(vscode.window.activeTextEditor?.document.isDirty, false);
  });

  it('reads the audit log of today', async () => {
    await runAndPick(commandIds.showLog, 1);
    await shownText(/"schema_version":"rampart\.audit\.v1"/);
  });

  it('makes a policy of what was run, to be read before it is saved', async () => {
    await runAndPick(commandIds.createPolicyFromDecisions, 0);
    const text = await shownText(/- name: recent-commands/);
    assert.doesNotMatch(text, /no-such-folder/);
    const document = vscode.window.activeTextEditor?.document;
    assert.deepEqual([document?.isUntitled, document?.languageId], [true, 'yaml']);
    // Saved it lies where it is in force.
    assert.equal(document?.uri.path, join(policies, 'recent-commands.yaml'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('switches a pack of the built-in policy off, after a second question, and on again', async () => {
    const readPacks = (): string => {
      const file = join(policies, 'packs.yaml');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const toggleOne = async (...answers: number[]): Promise<void> => {
      const done = runAndPick(commandIds.choosePacks);
      await awaitQuestion();
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
      await vscode.commands.executeCommand('workbench.action.quickPickManyToggle');
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      for (const answer of answers) await pick(answer);
      await done;
    };
    await toggleOne(1);
    assert.equal(readPacks(), '', 'it was not confirmed');
    await toggleOne(0);
    assert.match(readPacks(), /name: default-\w+\s+enabled: false/);
    const told = /^policy default-\w+ is out of force .*packs\.yaml is read$/;
    await until('it is recorded', () =>
      told.test(findDecision(api, 'policy changed')?.decision.message ?? ''),
    );
    await toggleOne();
    assert.doesNotMatch(readPacks(), /default-/);
  });

  it('asks the doctor, and copies what it says', async () => {
    await vscode.commands.executeCommand(commandIds.doctor);
    const text = await shownText(/^Rampart Doctor$/m);
    assert.match(text, /^ok {7}loading: a program that is told to load the library has it$/m);
    assert.match(text, /^ok {7}endpoint: version [\d.]+, mode enforce$/m);
    assert.match(text, /^ {2}looked at: guarded · \d+ decisions/m);
    assert.doesNotMatch(text, /this shell/);
    await vscode.commands.executeCommand(commandIds.copyReport);
    assert.equal(await vscode.env.clipboard.readText(), text);
    // It asks nothing that a program which belongs to nobody may not ask.
    const refused = api.decisions().filter(({ request }) => request.command.includes('/v1/'));
    assert.deepEqual(refused, []);
  });

  it('names policy files in the settings, which hold from the next start of the endpoint on', async () => {
    const file = join(createScratch(), 'named.yaml');
    const rule = '{action: deny, when: {command_matches: ["/bin/echo named*"]}, message: named}';
    writeFileSync(file, `version: "1"\npolicies:\n  - name: named\n    rules: [${rule}]\n`);
    await setUserSetting(settingIds.policyFiles, [file]);
    process.kill(readEndpointPid(), 'SIGKILL');
    await until('the endpoint is back with it', async () => {
      await vscode.commands.executeCommand(commandIds.testCommand, '/bin/echo named');
      const text = vscode.window.activeTextEditor?.document.getText() ?? '';
      return /would be denied\.\nBy rule named#1 .*\nReason: named\n/.test(text);
    });
    await setUserSetting(settingIds.policyFiles, undefined);
  });

  it('reads what happened to this window, each line with its level', async () => {
    await runAndPick(commandIds.showLog, 0);
    const lines = [
      /\[info\] activated in [\d.]+ ms$/m,
      /\[warning\] the stream of the policy endpoint ended/,
    ];
    await until('the window’s own log is shown', () =>
      vscode.workspace.textDocuments
        .filter(({ uri }) => uri.scheme === 'output')
        .some((document) => lines.every((line) => line.test(document.getText()))),
    );
  });

  it('is told which setting cannot be used, and keeps the guard meanwhile', async () => {
    await setUserSetting(settingIds.policyFiles, ['rules.yaml']);
    await setUserSetting(settingIds.guardEnabled, 'yes');
    await vscode.commands.executeCommand(commandIds.doctor);
    const text = await shownText(/^2 problems$/m);
    assert.match(text, /settings: rampart\.guard\.enabled: it is "yes", and has to be true or false/);
    assert.match(text, /settings: rampart\.policy\.files: entry 1 is "rules\.yaml"/);
    assert.equal(api.status().guardEnabled, true);
    await setUserSetting(settingIds.policyFiles, undefined);
    await setUserSetting(settingIds.guardEnabled, true);
  });
});

function readOwnRules(): string {
  try {
    return readFileSync(join(policies, 'my-rules.yaml'), 'utf8');
  } catch {
    return '';
  }
}
