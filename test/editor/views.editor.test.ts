import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, viewIds } from '../../src/extension/ids.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { until } from '../support/until.ts';
import { activateRampart, awaitGuarded, findDecision, runAndPick } from './scene.ts';

const policies = join(homedir(), '.rampart/policies');

const policy = `version: "1"
policies:
  - name: views
    rules:
      - action: deny
        when: { command_matches: ["/bin/echo viewed and denied*"] }
        message: "said in a test"
      - action: ask
        when: { command_matches: ["/bin/echo viewed perhaps*"] }
`;

/** Every test goes on in the window that the one before it left. */
describe('a person who looks through the views', () => {
  let api: RampartApi;
  let terminal: vscode.Terminal;
  let robot: vscode.Terminal;
  let denial: AuditRecord;
  const { executeCommand } = vscode.commands;
  /** What was decided about a command now, whatever was decided about it before. */
  const type = async (command: string): Promise<AuditRecord> => {
    const known = findDecision(api, command)?.id;
    terminal.sendText(command);
    return until(`${command} is recorded`, () => {
      const found = findDecision(api, command);
      return found?.id === known ? null : found;
    });
  };
  const headings = (): readonly string[] => api.decisionGroups().map(({ label }) => label);
  const commands = (): readonly string[] =>
    api.decisionGroups().flatMap(({ rows }) => rows.map(({ record }) => record.request.command));
  /** Nobody looks at the panel, so that what is denied counts as unseen. */
  const lookAway = async (): Promise<void> => {
    await executeCommand('workbench.action.terminal.focus');
  };

  before(async () => {
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'views.yaml'), policy);
    api = await activateRampart();
    terminal = vscode.window.createTerminal({ name: 'viewed' });
    terminal.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === terminal);
    await executeCommand(commandIds.protectTerminal);
    await awaitGuarded(api, terminal);
    await type('/bin/echo viewed');
    denial = await until('the policy is in force', async () => {
      const record = await type('/bin/echo viewed and denied');
      return record.decision.action === 'deny' ? record : null;
    });
    robot = vscode.window.createTerminal({ name: 'robot', env: { CLINE_ACTIVE: 'true' } });
    robot.sendText('/bin/echo viewed and denied to a robot');
    await until('an agent is denied, too', () => findDecision(api, '/bin/echo viewed and denied to a robot'));
  });
  after(async () => {
    for (const one of [terminal, robot]) one.dispose();
    rmSync(join(policies, 'views.yaml'));
    await executeCommand('workbench.action.closeAllEditors');
  });

  it('can bring each to the front', async () => {
    for (const id of Object.values(viewIds)) await executeCommand(`${id}.focus`);
  });

  it('has decisions by hour, by program and by terminal', async () => {
    await executeCommand(commandIds.groupByTime);
    assert.deepEqual(
      headings().filter((label) => !/^\d{4}-\d\d-\d\d \d\d:00$/.test(label)),
      [],
    );
    assert.ok(commands().includes('/bin/echo viewed'));
    await executeCommand(commandIds.groupByCommand);
    assert.ok(headings().includes('echo'));
    assert.ok(commands().includes('/bin/echo viewed'));
    await executeCommand(commandIds.groupBySource);
    const [own] = api.decisionGroups().filter(({ label }) => label === 'viewed');
    assert.ok(own?.rows.some(({ record }) => record.id === denial.id));
  });

  it('looks for what was denied, then for those of an agent beside it, and for all again', async () => {
    assert.ok(commands().includes('/bin/echo viewed'));
    await runAndPick(commandIds.filterDecisions, 0);
    assert.ok(commands().includes('/bin/echo viewed and denied'));
    assert.ok(!commands().includes('/bin/echo viewed'));
    const agents = [...new Set(api.decisions().map(({ agent }) => agent))].sort();
    // The three outcomes, what is the editor's own, and the text stand before the agents.
    await runAndPick(commandIds.filterDecisions, 5 + agents.indexOf('cline'));
    assert.ok(commands().includes('/bin/echo viewed and denied to a robot'));
    assert.ok(!commands().includes('/bin/echo viewed and denied'));
    await executeCommand(commandIds.clearFilter);
    assert.ok(commands().includes('/bin/echo viewed'));
  });

  it('has seen the denials once the panel was shown', async () => {
    await lookAway();
    await type('/bin/echo viewed and denied, unseen');
    await until('it counts as unseen', () => api.status().unseenDenials > 0);
    await executeCommand(commandIds.showDeniedCommands);
    await until('it was seen', () => api.status().unseenDenials === 0);
  });

  it('is led by Why? to the panel, too', async () => {
    await lookAway();
    const record = await type('/bin/echo viewed and denied, why');
    await until('it counts as unseen', () => api.status().unseenDenials > 0);
    await executeCommand(commandIds.explainDecision, { kind: 'decision', key: record.id, record, count: 1 });
    await until('it was seen', () => api.status().unseenDenials === 0);
  });

  it('allows what waits, by its row', async () => {
    const command = '/bin/echo viewed perhaps';
    terminal.sendText(command);
    const [approval] = await until('it waits', () => (api.approvals().length === 1 ? api.approvals() : null));
    await executeCommand(commandIds.allowApproval, { kind: 'approval', approval });
    await until('nothing waits', () => api.approvals().length === 0);
    await until('it ran', () => findDecision(api, command)?.decision.action === 'allow');
  });

  it('allows for good what a person would be asked about, and is not asked any more', async () => {
    const command = '/bin/echo viewed perhaps for good';
    terminal.sendText(command);
    const [approval] = await until('it waits', () => (api.approvals().length === 1 ? api.approvals() : null));
    await executeCommand(commandIds.denyApproval, { kind: 'approval', approval });
    const record = await until('it is refused', () => findDecision(api, command));
    assert.deepEqual([record.decision.action, record.enforced], ['ask', true]);
    await runAndPick([commandIds.allowDenied, { kind: 'decision', key: record.id, record, count: 1 }], 1);
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /viewed perhaps for good/);
    await until('it may run', async () => (await type(command)).decision.action === 'allow');
    assert.deepEqual(api.approvals(), []);
  });
});
