import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, profileIds, settingIds, toolIds } from '../../src/extension/ids.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { until } from '../support/until.ts';
import {
  activateRampart,
  awaitGuarded,
  createScratch,
  findDecision,
  findSubject,
  formatEnvironmentDump,
  readEnvironmentFile,
  runAndPick,
} from './scene.ts';

const library = join(homedir(), '.rampart/lib', `${process.platform}-${process.arch}`, 'librampart.so');

const policies = join(homedir(), '.rampart/policies');

/** Denies something that does no harm if it is not denied. */
const testPolicy = `version: "1"
policies:
  - name: editor-test
    rules:
      - action: deny
        when:
          command_matches: ["/bin/echo forbidden*"]
        message: "said in a test"
      - action: ask
        when:
          command_matches: ["/bin/echo perhaps*"]
        message: "asked in a test"
`;

function setScope(scope: 'all' | undefined): Thenable<void> {
  const { Global } = vscode.ConfigurationTarget;
  return vscode.workspace.getConfiguration().update(settingIds.guardScope, scope, Global);
}

/** Every test goes on in the window that the one before it left. */
describe('a person who protects terminals', () => {
  let api: RampartApi;
  let early: vscode.Terminal;
  before(async () => {
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'editor-test.yaml'), testPolicy);
    api = await activateRampart();
    await setScope('all');
    early = vscode.window.createTerminal({ name: 'early' });
    early.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === early);
    await until('its process is known', () => findSubject(api, early));
  });
  after(() => {
    for (const terminal of vscode.window.terminals) terminal.dispose();
  });

  it('turns the guard on with the first use, and has the idle shell started anew', async () => {
    const before = await early.processId;
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    const subject = await awaitGuarded(api, early);
    assert.notEqual(subject.pid, before);
    assert.equal(vscode.workspace.getConfiguration().get(settingIds.guardEnabled), true);
    assert.match(api.statusText().text, /^\$\(shield\) Rampart: enforce/);
  });

  it('finds the stable pointers, and nothing else of ours, in a new terminal', async () => {
    const file = `${createScratch()}/environment`;
    const terminal = vscode.window.createTerminal({ name: 'fresh', env: { RAMPART_MODE: 'disabled' } });
    terminal.sendText(formatEnvironmentDump(file));
    const environment = await readEnvironmentFile(file);
    assert.ok(environment.get('LD_PRELOAD')?.split(':').includes(library), environment.get('LD_PRELOAD'));
    assert.match(environment.get('RAMPART_URL') ?? '', /^unix:\/\/.*\/endpoint\.sock$/);
    assert.deepEqual([environment.get('RAMPART_MODE'), environment.get('RAMPART_FAIL_OPEN')], ['', '']);
    assert.equal(environment.get('PATH')?.split(':').at(-1), join(homedir(), '.rampart/bin'));
    const ours = [...environment.keys()].filter((name) => name.startsWith('RAMPART_'));
    assert.ok(!ours.some((name) => /TOKEN|PORT/.test(name)), ours.join(' '));
    await awaitGuarded(api, terminal);
  });

  it('guards the other half of a split terminal', async () => {
    const half = vscode.window.createTerminal({ name: 'half', location: { parentTerminal: early } });
    await awaitGuarded(api, half);
    half.dispose();
  });

  it('brings the command behind everything else, so that a person’s own of that name wins', async () => {
    const folder = createScratch();
    const [own, file] = [join(folder, 'rampart'), join(folder, 'found')];
    writeFileSync(own, '#!/bin/sh\n', { mode: 0o755 });
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    const terminal = vscode.window.createTerminal({ name: 'own command', env });
    await until('the shell is integrated', () => terminal.shellIntegration !== undefined);
    const find = `command -v rampart >> ${file}`;
    terminal.sendText(`${find}; rm ${own}; hash -r; ${find}; echo end >> ${file}`);
    const found = await until('it was looked for', () => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      return lines.includes('end') && lines;
    });
    assert.deepEqual(found.slice(0, 2), [own, join(homedir(), '.rampart/bin/rampart')]);
    terminal.dispose();
  });

  it('has a task guarded like a terminal, under its own name', async () => {
    const file = `${createScratch()}/environment`;
    const task = new vscode.Task(
      { type: 'shell' },
      vscode.TaskScope.Workspace,
      'dump and wait',
      'test',
      new vscode.ShellExecution(`${formatEnvironmentDump(file)}; read -r line`),
    );
    const execution = await vscode.tasks.executeTask(task);
    try {
      const environment = await readEnvironmentFile(file);
      assert.ok(environment.get('LD_PRELOAD')?.includes(library));
      const subject = await until('the task is guarded', () => {
        const found = api.terminals().find((one) => one.kind === 'task' && one.state.kind === 'guarded');
        return found ?? null;
      });
      assert.equal(subject.name, 'dump and wait');
    } finally {
      execution.terminate();
    }
  });

  it('misses nothing of a task, although its terminal is known before it is', async () => {
    const texts = Array.from({ length: 10 }, (_, index) => `from-task-${index}`);
    for (const text of texts) {
      const lines = `for i in 0 1 2 3 4 5 6 7 8 9; do /bin/echo ${text}-$i; /bin/sleep 0.005; done`;
      const task = new vscode.Task(
        { type: 'shell', text },
        vscode.TaskScope.Workspace,
        text,
        'test',
        new vscode.ProcessExecution('/bin/sh', ['-c', lines]),
      );
      task.presentationOptions = { panel: vscode.TaskPanelKind.New, close: true };
      await runToItsEnd(task);
    }
    const wanted = texts.flatMap((text) =>
      Array.from({ length: 10 }, (_, index) => `/bin/echo ${text}-${index}`),
    );
    await until('every command of every task is recorded', () => {
      const recorded = new Set(api.decisions().map(({ request }) => request.command));
      return wanted.every((command) => recorded.has(command));
    });
  });

  it('calls the decisions of a short task by its name, also after it has ended', async () => {
    const task = new vscode.Task(
      { type: 'shell', number: 2 },
      vscode.TaskScope.Workspace,
      'short work',
      'test',
      new vscode.ProcessExecution('/bin/sh', ['-c', '/bin/echo from-a-short-task']),
    );
    await runToItsEnd(task);
    const record = await until('its decision is recorded', () => {
      const isIts = (one: AuditRecord): boolean => one.request.command === '/bin/echo from-a-short-task';
      return api.decisions().find(isIts) ?? null;
    });
    assert.equal(api.sessionName(record.sid ?? 0), 'short work');
    assert.ok(api.terminals().every((one) => one.name !== 'short work'));
  });

  it('calls a terminal as it is called now', async () => {
    early.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === early);
    const pid = (await early.processId) ?? 0;
    for (const name of ['renamed', 'early']) {
      await vscode.commands.executeCommand('workbench.action.terminal.renameWithArg', { name });
      await until('it is called so', () => api.sessionName(pid) === name);
    }
  });

  it('tells terminals apart in which the library cannot be, though they were opened with the guard on', async () => {
    // A static program never loads a library; this one waits for somebody to write into its configuration.
    const waiting = join(createScratch(), 'configuration');
    assert.equal(spawnSync('mkfifo', [waiting]).status, 0);
    const options = { name: 'static', shellPath: '/sbin/ldconfig', shellArgs: ['-N', '-X', '-f', waiting] };
    const drawn = {
      onDidWrite: new vscode.EventEmitter<string>().event,
      open: () => undefined,
      close: () => undefined,
    };
    const terminals = [
      vscode.window.createTerminal(options),
      vscode.window.createTerminal({ name: 'drawn', pty: drawn }),
    ];
    const stateOf = (name: string): string => {
      const state = api.terminals().find((one) => one.name === name)?.state;
      return state?.kind === 'unguarded' ? state.reason : (state?.kind ?? '');
    };
    await until(
      'both are judged',
      () => stateOf('static') === 'unloadable' && stateOf('drawn') === 'noProcess',
    );
    for (const terminal of terminals) terminal.dispose();
  });

  it('leaves a terminal alone that a person uses, but not one of an agent', async () => {
    await setScope(undefined);
    await until('it is recorded', () =>
      findDecision(api, 'guard of persons off')?.decision.message.endsWith(
        `the setting ${settingIds.guardScope}`,
      ),
    );
    const mine = vscode.window.createTerminal({ name: 'mine' });
    await until('it is left alone', async () => (await findSubject(api, mine))?.state.kind === 'dormant');
    const done = `${createScratch()}/done`;
    mine.sendText(`/bin/echo forbidden-but-mine > ${done}`);
    await until('it ran', () => existsSync(done) && readFileSync(done, 'utf8') === 'forbidden-but-mine\n');
    const agents = vscode.window.createTerminal({ name: 'robot', env: { CLINE_ACTIVE: 'true' } });
    agents.sendText('/bin/echo forbidden-to-agents');
    const denied = await until('it is denied', () => findDecision(api, '/bin/echo forbidden-to-agents'));
    assert.deepEqual([denied.decision.action, denied.actor, denied.agent], ['deny', 'agent', 'cline']);
    await awaitGuarded(api, agents);
    assert.equal(findDecision(api, '/bin/echo forbidden-but-mine'), null);

    await setScope('all');
    await awaitGuarded(api, mine);
    mine.sendText('/bin/echo forbidden-to-all');
    const own = await until('it is denied now', () => findDecision(api, '/bin/echo forbidden-to-all'));
    assert.deepEqual([own.decision.action, own.actor], ['deny', 'person']);
    for (const terminal of [mine, agents]) terminal.dispose();
  });

  it('is not robbed of running work: where something runs, the question can be closed and nothing has changed', async () => {
    await vscode.commands.executeCommand('workbench.action.closePanel');
    await vscode.workspace
      .getConfiguration()
      .update(settingIds.guardEnabled, false, vscode.ConfigurationTarget.Global);
    await until('the guard is off', () => !api.status().guardEnabled);
    await until('it is recorded', () =>
      findDecision(api, 'guard off')?.decision.message.endsWith(`the setting ${settingIds.guardEnabled}`),
    );
    const busy = vscode.window.createTerminal({ name: 'busy' });
    busy.show();
    const started = `${createScratch()}/started`;
    busy.sendText(`touch ${started}; sleep 600`);
    await until('the work runs', () => existsSync(started));
    const pid = await busy.processId;
    const protecting = vscode.commands.executeCommand(commandIds.protectTerminal);
    await until('the guard is on again', () => api.status().guardEnabled);
    let isAnswered = false;
    const answered = protecting.then(() => (isAnswered = true));
    await until('the question was closed', async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return isAnswered;
    });
    await answered;
    assert.equal(await busy.processId, pid);
    process.kill(pid ?? 0, 0);
    assert.deepEqual((await findSubject(api, busy))?.state, {
      kind: 'unguarded',
      reason: 'openedBeforeGuard',
    });
    busy.dispose();
  });

  it('sees what a terminal starts as decisions, and one denied by a rule of their own', async () => {
    const terminal = vscode.window.createTerminal({ name: 'work' });
    await awaitGuarded(api, terminal);
    terminal.sendText('/bin/echo allowed-in-test; /bin/echo forbidden-in-test');
    const find = (command: string): AuditRecord | null =>
      api.decisions().find((record) => record.request.command === command) ?? null;
    const denied = await until('the denial is recorded', () => find('/bin/echo forbidden-in-test'));
    assert.deepEqual([denied.decision.action, denied.enforced], ['deny', true]);
    assert.deepEqual([denied.rule?.policy, denied.rule?.line], ['editor-test', 5]);
    const allowed = await until('the other is recorded', () => find('/bin/echo allowed-in-test'));
    assert.equal(allowed.decision.action, 'allow');
    await until('the terminal counts it', async () => {
      const subject = await findSubject(api, terminal);
      return subject?.state.kind === 'guarded' && subject.state.view.denied === 1;
    });
    assert.match(api.statusText().text, /\$\(circle-slash\) \d+$/);
    terminal.dispose();
  });

  it('opens a guarded terminal by its profile, in front of the one in which they would go on typing', async () => {
    const before = vscode.window.createTerminal({ name: 'before' });
    before.show();
    await until('another one is in front', () => vscode.window.activeTerminal === before);
    const opened = new Promise<vscode.Terminal>((resolve) => {
      const listener = vscode.window.onDidOpenTerminal((terminal) => {
        listener.dispose();
        resolve(terminal);
      });
    });
    const config = { extensionIdentifier: 'rampart-guard.rampart', id: profileIds.protected, title: 'any' };
    await vscode.commands.executeCommand('workbench.action.terminal.newWithProfile', { config });
    const terminal = await opened;
    await awaitGuarded(api, terminal);
    await until('it is in front', () => vscode.window.activeTerminal === terminal);
    for (const one of [terminal, before]) one.dispose();
  });

  it('switches the mode by command, once more when that lowers the protection', async () => {
    await runAndPick(commandIds.setMode, 1, 1);
    assert.equal(api.status().mode, 'enforce', 'lowering was not confirmed');
    await runAndPick(commandIds.setMode, 1, 0);
    await until('the mode is monitor', () => api.status().mode === 'monitor');
    assert.equal(api.statusText().text.startsWith('$(shield) Rampart: monitor'), true);
    await runAndPick(commandIds.setMode, 0);
    await until('the mode is enforce', () => api.status().mode === 'enforce');
  });

  it('takes protection back from one terminal, and gives it back', async () => {
    early.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === early);
    await runAndPick(commandIds.stopProtecting, 0);
    await until('it is released', async () => (await findSubject(api, early))?.state.kind === 'dormant');
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    await awaitGuarded(api, early);
  });

  it('stays protected when the editor starts it anew', async () => {
    early.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === early);
    await setScope(undefined);
    const before = await early.processId;
    await vscode.commands.executeCommand('workbench.action.terminal.relaunch');
    await until('it is another process, and protected', async () => {
      const subject = await findSubject(api, early);
      const isNew = subject !== null && subject.pid !== before && subject.state.kind === 'guarded';
      return isNew && subject.state.view.protection === 'protected';
    });
    await setScope('all');
  });

  it('turns the guard off for new terminals, and old ones stay guarded', async () => {
    early.show();
    await until('it is the active terminal', () => vscode.window.activeTerminal === early);
    await runAndPick(commandIds.stopProtecting, 2, 1);
    assert.equal(api.status().guardEnabled, true, 'it was not confirmed');
    await runAndPick(commandIds.stopProtecting, 2, 0);
    await until('the guard is off', () => !api.status().guardEnabled);
    await until('it is recorded', () =>
      findDecision(api, 'guard off')?.decision.message.endsWith('the command Stop Protecting'),
    );
    const file = `${createScratch()}/environment`;
    const terminal = vscode.window.createTerminal({ name: 'later' });
    terminal.sendText(formatEnvironmentDump(file));
    assert.equal((await readEnvironmentFile(file)).get('LD_PRELOAD'), undefined);
    assert.equal((await findSubject(api, early))?.state.kind, 'guarded');
    terminal.dispose();
  });

  it('is asked about a command that waits, and lets it run once', async () => {
    early.sendText('/bin/echo perhaps');
    const [waiting] = await until('it waits', () => (api.approvals().length === 1 ? api.approvals() : null));
    assert.equal(waiting?.command, '/bin/echo perhaps');
    assert.equal(waiting.message, 'asked in a test');
    await runAndPick(commandIds.showApprovals, 0);
    await until('nothing waits', () => api.approvals().length === 0);
    await until('it is recorded', () => findDecision(api, '/bin/echo perhaps')?.decision.action === 'allow');
  });

  it('denies what waits, by its row', async () => {
    early.sendText('/bin/echo perhaps not');
    const [approval] = await until('it waits', () => (api.approvals().length === 1 ? api.approvals() : null));
    await vscode.commands.executeCommand(commandIds.denyApproval, { kind: 'approval', approval });
    await until('nothing waits', () => api.approvals().length === 0);
  });

  it('allows a command that waits no more, to be run again', async () => {
    const command = '/bin/echo perhaps late';
    early.sendText(command);
    await until('it waits', () => api.approvals()[0]?.held === true);
    // The interrupt ends the program that waits.
    early.sendText('\u0003', false);
    const released = await until('nobody waits', () => api.approvals().find(({ held }) => !held) ?? null);
    // The answer offers to type it again, and waits for a click that never comes.
    const picking = runAndPick(commandIds.showApprovals, 0);
    await until('it is answered', () => api.approvals().length === 0);
    assert.equal(released.command, command);
    early.sendText(command);
    await until('it runs', () => findDecision(api, command)?.decision.action === 'allow');
    await Promise.race([picking, Promise.resolve()]);
  });

  it('runs a refused command anyway, once', async () => {
    const command = '/bin/echo forbidden once';
    early.sendText(command);
    const record = await until('it is denied', () => findDecision(api, command));
    assert.equal(record.decision.action, 'deny');
    const node = { kind: 'decision', key: record.id, record, count: 1 };
    // The answer offers to type it again, and waits for a click that never comes.
    const picking = runAndPick([commandIds.allowDenied, node], 0);
    const decisions = (): readonly AuditRecord[] =>
      api.decisions().filter(({ request }) => request.command === command);
    await until('it may run', async () => {
      const before = decisions().length;
      early.sendText(command);
      await until('it is decided about', () => decisions().length > before);
      return decisions().at(-1)?.decision.action === 'allow';
    });
    await Promise.race([picking, Promise.resolve()]);
  });

  it('lets an assistant learn why a command is denied, what to do instead, and what it may run', async () => {
    const ask = async (input: object): Promise<string> => {
      const told = await vscode.lm.invokeTool(toolIds.explain, { input, toolInvocationToken: undefined });
      return told.content
        .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
        .join('');
    };
    const denied = await ask({ command: '/bin/echo forbidden word' });
    assert.match(denied, /would be denied\.\nBy rule editor-test#1 .*\nReason: said in a test\n/);
    assert.match(denied, /What the person can do, and only the person\n/);
    assert.match(denied, /Do not try it again/);
    assert.match(await ask({ command: '/bin/echo a word' }), /would be allowed\.[^]*It may be run\.\n$/);
    assert.match(await ask({ cwd: '/' }), /^No command was given/);
  });

  it('says what would be decided about a command, and why', async () => {
    await vscode.commands.executeCommand(commandIds.testCommand, '/bin/echo forbidden word');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /^\/bin\/echo forbidden word\n\nIt would be denied/);
    assert.match(text, /command_matches/);
  });

  it('gets a policy file of its own, with a rule that shows how', async () => {
    await runAndPick(commandIds.openPolicy, 0);
    const document = await until('it is open', () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.fileName === join(policies, 'my-rules.yaml') && shown;
    });
    assert.match(document.getText(), /^ {2}- name: my-rules$/m);
  });
});

async function runToItsEnd(task: vscode.Task): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution }) => {
      if (execution.task.name !== task.name) return;
      listener.dispose();
      resolve();
    });
  });
  await vscode.tasks.executeTask(task);
  await ended;
}
