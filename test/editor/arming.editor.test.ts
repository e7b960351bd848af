import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import { commandIds, settingIds } from '../../src/extension/ids.ts';
import { formatSession } from '../../src/presentation/sessionLabel.ts';
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

const policy = `version: "1"
policies:
  - name: arming-test
    rules:
      - action: deny
        when:
          command_matches: ["/bin/echo unwanted*"]
        message: "said in a test"
`;

/** Waits for a line. */
const readByte = `#include <unistd.h>
int main(void) {
    char byte;
    return read(0, &byte, 1) < 0;
}
`;

/** Starts a shell and waits for it. */
const launchShell = `#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    pid_t shell = fork();
    if (shell == 0)
        execl("/bin/bash", "bash", (char *)0);
    return waitpid(shell, 0, 0) < 0;
}
`;

/** Becomes a shell that has nothing of its environment. */
const becomeBareShell = `#include <unistd.h>
int main(void) {
    char *none[] = {0};
    return execle("/bin/bash", "bash", "--norc", (char *)0, none);
}
`;

/** Makes a program that never loads a library. */
function buildStatic(name: string, source: string): string {
  const program = join(createScratch(), name);
  const built = spawnSync('gcc', ['-static', '-x', 'c', '-', '-o', program], { input: source });
  assert.equal(built.status, 0, String(built.stderr));
  return program;
}

/** A real program that waits, with the rights of another user: a copy that changes them, else one that asks for a password. */
function findPrivileged(): string {
  if (process.getuid?.() !== 0) return '/usr/bin/su';
  const program = join(createScratch(), 'other-rights');
  copyFileSync('/bin/cat', program);
  const nobody = 65_534;
  chownSync(program, nobody, nobody);
  chmodSync(program, 0o4755);
  return program;
}

async function set(id: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
}

before(async () => {
  await set(settingIds.guardScope, 'all');
  mkdirSync(policies, { recursive: true, mode: 0o700 });
  writeFileSync(join(policies, 'arming-test.yaml'), policy);
});
after(async () => {
  rmSync(join(policies, 'arming-test.yaml'));
  await set(settingIds.guardScope, undefined);
});

/** Every test goes on in the window that the one before it left. */
describe('what is put into terminals', () => {
  let api: RampartApi;
  const foreign = async (): Promise<vscode.EnvironmentVariableCollection> => {
    const extension =
      vscode.extensions.getExtension<vscode.EnvironmentVariableCollection>('rampart-test.foreign');
    assert.ok(extension);
    return extension.activate();
  };
  /** What the view says of a terminal: its words behind the name. */
  const wordsOf = async (terminal: vscode.Terminal): Promise<string> => {
    const subject = await findSubject(api, terminal);
    return subject === null ? '' : formatSession(subject).description;
  };
  const switchGuard = async (on: boolean): Promise<void> => {
    await set(settingIds.guardEnabled, on);
    await until('the guard follows', () => api.status().guardEnabled === on);
  };

  before(async () => {
    api = await activateRampart();
    await switchGuard(true);
    await until('the endpoint answers', () => api.status().mode === 'enforce');
  });
  after(async () => {
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await switchGuard(false);
  });

  it('is there again when the shell’s own files have taken it out, and nothing is any worse for being there twice', async () => {
    const startup = join(homedir(), '.bashrc');
    const again = join(createScratch(), 'again');
    const told = '"$VSCODE_ENV_REPLACE" "$VSCODE_ENV_PREPEND" "$VSCODE_ENV_APPEND"';
    writeFileSync(startup, `unset LD_PRELOAD\nPATH=/usr/bin:/bin\nprintf '%s\\n' ${told} > ${again}\n`);
    const terminal = vscode.window.createTerminal({ name: 'cleared' });
    try {
      await until('the shell is integrated', () => terminal.shellIntegration !== undefined);
      const file = `${createScratch()}/environment`;
      terminal.sendText(formatEnvironmentDump(file));
      const environment = await readEnvironmentFile(file);
      assert.ok(environment.get('LD_PRELOAD')?.split(':').includes(library), environment.get('LD_PRELOAD'));
      assert.equal(environment.get('PATH'), `/usr/bin:/bin:${join(homedir(), '.rampart/bin')}`);
      // Each variable that is set again costs every terminal two programs.
      const names = readFileSync(again, 'utf8').match(/(?<=^|:)\w+(?==)/gm);
      assert.deepEqual(names, ['LD_PRELOAD', 'PATH']);
      await awaitGuarded(api, terminal);
      terminal.sendText('/bin/echo unwanted after clearing');
      await until('it is denied', () => findDecision(api, '/bin/echo unwanted after clearing')?.enforced);
    } finally {
      rmSync(startup);
      terminal.dispose();
    }
    const file = `${createScratch()}/environment`;
    const usual = vscode.window.createTerminal({ name: 'usual' });
    await until('the shell is integrated', () => usual.shellIntegration !== undefined);
    usual.sendText(`bash -c 'bash -c "${formatEnvironmentDump(file)}; exit"; exit'`);
    const inner = (await readEnvironmentFile(file)).get('LD_PRELOAD') ?? '';
    assert.ok(inner.split(':').filter((entry) => entry === library).length <= 2, inner);
    usual.dispose();
  });

  it('reaches hidden terminals, strict ones, and those that empty their environment', async () => {
    const terminals = [
      vscode.window.createTerminal({ name: 'hidden', hideFromUser: true }),
      vscode.window.createTerminal({ name: 'strict', strictEnv: true, env: { PATH: '/usr/bin:/bin' } }),
      vscode.window.createTerminal({
        name: 'emptied',
        shellPath: '/usr/bin/env',
        shellArgs: ['-i', '/bin/bash', '--norc'],
      }),
    ];
    for (const terminal of terminals) {
      const subject = await awaitGuarded(api, terminal);
      assert.equal(subject.hidden, terminal.name === 'hidden');
      const command = `/bin/echo unwanted in ${terminal.name}`;
      terminal.sendText(command);
      await until(`${command} is denied`, () => findDecision(api, command)?.enforced);
      terminal.dispose();
    }
  });

  it('is told apart where another extension puts its own library in its place, and can be had by a relaunch once that is gone', async () => {
    const theirs = await foreign();
    await switchGuard(false);
    theirs.replace('LD_PRELOAD', '/lib/ld-linux-foreign.so');
    await switchGuard(true);
    const terminal = vscode.window.createTerminal({ name: 'foreign' });
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith('not guarded: the loader variable was replaced'),
    );
    theirs.clear();
    await until('the status bar warns', () => api.statusText().tone === 'warning');
    assert.match(api.statusText().text, /\$\(warning\) 1/);
    const known = { terminal, subject: await findSubject(api, terminal) };
    await vscode.commands.executeCommand(commandIds.relaunchGuarded, { kind: 'terminal', known });
    await awaitGuarded(api, terminal);
    await until('nothing is amiss any more', () => api.statusText().tone === 'normal');
    terminal.dispose();
  });

  it('is told apart where another extension has the library ask somebody else, or stop nothing', async () => {
    const theirs = await foreign();
    const replaced = [
      ['RAMPART_URL', 'http://127.0.0.1:9', 'RAMPART_URL was replaced'],
      ['RAMPART_MODE', 'monitor', 'RAMPART_MODE was set in it'],
      ['RAMPART_MODE', 'disabled', 'RAMPART_MODE was set in it'],
    ] as const;
    try {
      for (const [name, value, words] of replaced) {
        await switchGuard(false);
        theirs.replace(name, value);
        await switchGuard(true);
        const terminal = vscode.window.createTerminal({ name: `${name} ${value}` });
        await until(
          `${words}, by ${value}`,
          async () => (await wordsOf(terminal)) === `not guarded: ${words}`,
        );
        terminal.dispose();
        theirs.clear();
      }
    } finally {
      theirs.clear();
    }
  });

  it('is missed in a static program that runs in a guarded terminal, by its name', async () => {
    const program = buildStatic('lonely', readByte);
    const terminal = vscode.window.createTerminal({ name: 'mixed' });
    await awaitGuarded(api, terminal);
    terminal.sendText(program);
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith('partly guarded: not lonely'),
    );
    terminal.sendText('');
    await awaitGuarded(api, terminal);
    terminal.dispose();
  });

  it('is missed in a terminal whose program takes the variables away before a shell is there', async () => {
    const shellPath = buildStatic('stripping', becomeBareShell);
    const terminal = vscode.window.createTerminal({ name: 'stripped', shellPath });
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith('not guarded: started without the loader variable'),
    );
    terminal.dispose();
  });

  it('is missed in a terminal that was guarded until its shell became a static program', async () => {
    const program = buildStatic('successor', readByte);
    const terminal = vscode.window.createTerminal({ name: 'succeeded' });
    await awaitGuarded(api, terminal);
    terminal.sendText(`exec ${program}`);
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith('not guarded: its program became another one'),
    );
    terminal.dispose();
  });

  it('is missed in a program that has rights of its own, in which no library can be, and said so in the log', async () => {
    const program = findPrivileged();
    const terminal = vscode.window.createTerminal({ name: 'privileged' });
    await awaitGuarded(api, terminal);
    terminal.sendText(program);
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith(`partly guarded: not ${basename(program)}`),
    );
    const subject = await findSubject(api, terminal);
    assert.ok(subject !== null);
    assert.match(
      formatSession(subject).sentence,
      /runs in it with rights of its own, from which the system keeps/,
    );
    const record = await until('it is recorded', () => findDecision(api, program));
    assert.equal(record.guardable, false);
    terminal.sendText('\u0003', false);
    await awaitGuarded(api, terminal);
    terminal.dispose();
  });

  it('is missed in a terminal’s own program, though what that starts has it', async () => {
    const shellPath = buildStatic('launcher', launchShell);
    const terminal = vscode.window.createTerminal({ name: 'launched', shellPath });
    await until('it is named', async () =>
      (await wordsOf(terminal)).startsWith('partly guarded: its program loads no library'),
    );
    terminal.dispose();
  });
});

describe('the guard in one workspace', () => {
  let api: RampartApi;
  const find = (): vscode.WorkspaceFolder => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    return folder;
  };
  before(async () => {
    api = await activateRampart();
    await set(settingIds.guardEnabled, true);
    await until('the guard is on', () => api.status().guardEnabled);
  });
  after(async () => {
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await set(settingIds.guardEnabled, false);
    await until('the guard is off', () => !api.status().guardEnabled);
  });

  it('is turned off by the person, once more asked, while the setting stays', async () => {
    await runAndPick(commandIds.setWorkspaceGuard, 2, 1);
    assert.equal(api.status().guardEnabled, true, 'it was not confirmed');
    await runAndPick(commandIds.setWorkspaceGuard, 2, 0);
    await until('it is off', () => !api.status().guardEnabled);
    await until('it is recorded, with the folder', () =>
      findDecision(api, 'guard off')?.decision.message.startsWith(
        `${find().uri.fsPath}: the command Guard in This Workspace`,
      ),
    );
    assert.match(api.statusText().text, /Rampart: off here/);
    assert.equal(api.statusText().tone, 'warning');
    assert.equal(vscode.workspace.getConfiguration().get(settingIds.guardEnabled), true);
    const file = `${createScratch()}/environment`;
    const terminal = vscode.window.createTerminal({ name: 'unguarded here' });
    terminal.sendText(formatEnvironmentDump(file));
    assert.equal((await readEnvironmentFile(file)).get('LD_PRELOAD'), undefined);
    terminal.dispose();
  });

  it('is on again when a terminal is protected', async () => {
    for (const terminal of vscode.window.terminals) terminal.dispose();
    await until('no terminal is left', () => vscode.window.activeTerminal === undefined);
    await vscode.commands.executeCommand(commandIds.protectTerminal);
    await until('one was opened, guarded', () =>
      api.terminals().some(({ state }) => state.kind === 'guarded'),
    );
    assert.deepEqual([api.status().guardEnabled, api.status().here], [true, 'follow']);
  });

  it('is on by itself where the person says so', async () => {
    await runAndPick(commandIds.setWorkspaceGuard, 1);
    await set(settingIds.guardEnabled, false);
    const terminal = vscode.window.createTerminal({ name: 'on here' });
    await awaitGuarded(api, terminal);
    assert.deepEqual([api.status().guardEnabled, api.status().here], [true, 'on']);
    await set(settingIds.guardEnabled, true);
    await runAndPick(commandIds.setWorkspaceGuard, 0);
    terminal.dispose();
  });

  it('is not turned off by what a repository brings, nor kept from its terminals', async () => {
    const folder = join(find().uri.fsPath, '.vscode');
    mkdirSync(folder, { recursive: true });
    const weak = {
      [settingIds.guardEnabled]: false,
      'terminal.integrated.env.linux': {
        LD_PRELOAD: null,
        RAMPART_MODE: 'disabled',
        RAMPART_URL: 'http://127.0.0.1:9',
      },
      'terminal.integrated.shellIntegration.enabled': false,
      'editor.tabSize': 7,
    };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(weak));
    const isRead = (): boolean =>
      vscode.workspace.getConfiguration('editor', find().uri).get('tabSize') === 7;
    await until('the workspace’s settings are in force', isRead);
    assert.equal(vscode.workspace.getConfiguration().get(settingIds.guardEnabled), true);
    assert.equal(api.status().guardEnabled, true);
    const terminal = vscode.window.createTerminal({ name: 'of the repository' });
    await awaitGuarded(api, terminal);
    terminal.sendText('/bin/echo unwanted here, too');
    await until('it is denied', () => findDecision(api, '/bin/echo unwanted here, too')?.enforced);
    terminal.dispose();
    rmSync(folder, { recursive: true });
  });
});

describe('what extensions start without a terminal', () => {
  let api: RampartApi;
  let unchanged: NodeJS.ProcessEnv;
  before(async () => {
    api = await activateRampart();
    await set(settingIds.guardEnabled, true);
    await until('the endpoint answers', () => api.status().mode === 'enforce');
  });
  after(async () => {
    await set(settingIds.guardExtensionHost, undefined);
    await set(settingIds.guardEnabled, false);
    await until('the guard is off', () => !api.status().guardEnabled);
  });

  it('is not guarded before a person wants it', () => {
    assert.deepEqual(api.host(), []);
    unchanged = { ...process.env };
    assert.ok(!unchanged['LD_PRELOAD']?.includes('librampart'));
  });

  it('is guarded then: refused, counted and shown by name', async () => {
    const early = spawn('/bin/sleep', ['600']);
    await once(early, 'spawn');
    await set(settingIds.guardExtensionHost, true);
    await until('the library was seen in a child', () => api.host()[0]?.state.kind === 'guarded');
    const command = '/bin/echo unwanted from an extension';
    const told = spawnSync('/bin/sh', ['-c', `${command}; exit 7`], { encoding: 'utf8' });
    assert.deepEqual([told.status, told.stdout], [7, '']);
    assert.match(told.stderr, /^rampart: denied `\/bin\/echo unwanted from an extension`/);
    const record = await until('it is recorded', () => findDecision(api, command));
    assert.equal(record.agent, 'editor-extensions');
    const late = spawn('/bin/cat');
    await once(late, 'spawn');
    await until('both are shown, below what was counted', () => {
      const [first = '', ...others] = api.host().map((subject) => {
        const { label, description } = formatSession(subject);
        return `${label}: ${description}`;
      });
      const isShown = (name: string): boolean => others.some((row) => row.startsWith(name));
      return (
        /^Extension host: guarded · \d+ decisions? · 1 denied$/.test(first) &&
        isShown('cat: guarded') &&
        isShown('sleep: not guarded: started earlier')
      );
    });
    early.kill();
    late.kill();
  });

  it('keeps the endpoint out of it', () => {
    const [machine] = spawnSync('ls', [join(homedir(), '.rampart/run')], { encoding: 'utf8' }).stdout.split(
      '\n',
    );
    const pid = spawnSync('cat', [join(homedir(), '.rampart/run', machine ?? '', 'lock')], {
      encoding: 'utf8',
    });
    const maps = spawnSync('cat', [`/proc/${pid.stdout.trim()}/maps`], { encoding: 'utf8' }).stdout;
    assert.ok(maps.includes('libc') && !maps.includes('librampart'));
  });

  it('is as it was before, to the letter, when it is not wanted any more, which is recorded', async () => {
    await set(settingIds.guardExtensionHost, false);
    await until('it is off', () => api.host().length === 0);
    assert.deepEqual({ ...process.env }, unchanged);
    await until('it is recorded', () =>
      findDecision(api, 'guard of extensions off')?.decision.message.endsWith(
        `the setting ${settingIds.guardExtensionHost}`,
      ),
    );
  });
});
