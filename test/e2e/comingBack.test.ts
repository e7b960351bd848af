import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

/** The work of a folder that starts when it is opened. */
const opening = {
  version: '2.0.0',
  tasks: [
    {
      label: 'at the door',
      type: 'shell',
      command: '/bin/echo alpha from a task; read -r line',
      runOptions: { runOn: 'folderOpen' },
    },
  ],
};

/** Two folders, each with a policy that denies what bears its name, as one workspace. */
function createWorkspace(parent: string): string {
  for (const name of ['alpha', 'beta']) {
    const folder = join(parent, name);
    for (const inner of ['.rampart', '.vscode']) mkdirSync(join(folder, inner), { recursive: true });
    const rule = { action: 'deny', when: { command_matches: [`/bin/echo ${name}*`] }, message: `by ${name}` };
    const policies = [{ name: `${name}-test`, rules: [rule] }];
    writeFileSync(join(folder, '.rampart/policy.yaml'), JSON.stringify({ version: '1', policies }));
  }
  writeFileSync(join(parent, 'alpha/.vscode/tasks.json'), JSON.stringify(opening));
  const file = join(parent, 'both.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ path: 'alpha' }, { path: 'beta' }] }));
  return file;
}

/** Every test goes on where the one before it left the window. */
describe('a person with two folders in a window, which goes and comes back', () => {
  let host: Host;
  let parent: string;
  const typed = '/bin/echo alpha goes; /bin/echo beta stays';
  const refused = /^alpha goes\n(?:.*\n)*?rampart: denied `\/bin\/echo beta stays` by rule beta-test#1/m;

  before(async () => {
    parent = mkdtempSync(join(realpathSync(tmpdir()), 'rp-both-'));
    // A static program never loads a library; this one waits for somebody to write into its configuration.
    assert.equal(spawnSync('mkfifo', [join(parent, 'waiting')]).status, 0);
    host = await startHost({
      workspace: createWorkspace(parent),
      vsix: [join(findRepository(), `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: {
        'terminal.integrated.enablePersistentSessions': true,
        'task.allowAutomaticTasks': 'on',
        'terminal.integrated.profiles.linux': {
          bash: { path: '/bin/bash' },
          lonely: { path: '/sbin/ldconfig', args: ['-N', '-X', '-f', join(parent, 'waiting')] },
        },
      },
    });
    await host.open();
    await host.statusItem(/Rampart: off/);
  });
  after(async () => {
    await host.screenshot('e2e-back-end');
    await host.stop();
    rmSync(parent, { recursive: true, force: true });
  });

  it('is told that a task which the folder starts itself was there before the guard', async () => {
    // The editor takes its time to start it.
    await host.showTerminal(/at the door/);
    await host.terminalShows(/^alpha from a task/m);
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/at the door.*task · not guarded: opened earlier/);
  });

  it('has in each folder the policy of that folder', async () => {
    await host.runCommand('Terminal: Create New Terminal');
    await host.pick('beta');
    await host.showTerminal(/beta/);
    await host.treeRow(/bash.*agents only/);
    await host.runCommand('Rampart: Protect Terminal');
    // As a person does: what is typed before the row says so may run before the endpoint was told.
    await host.treeRow(/bash.*guarded/);
    await host.typeInTerminal(/beta/, typed);
    await host.terminalShows(refused);
    await host.treeRow(/bash.*guarded.* · 1 denied/);
    await host.screenshot('e2e-back-1-folders');
  });

  it('is offered for a terminal what can still be done with it', async () => {
    assert.deepEqual(await host.menuOf(/bash.*guarded.* · 1 denied/), ['Stop Protecting', 'Show Terminal']);
    await host.runCommand('Terminal: Split Terminal');
    await host.treeRow(/bash.*agents only/);
    assert.deepEqual(await host.menuOf(/bash.*agents only/), ['Protect Terminal', 'Show Terminal']);
    await host.screenshot('e2e-back-2-split');
  });

  it('is told why a terminal cannot be guarded, and that no relaunch will help', async () => {
    await host.runCommand('Create New Terminal (With Profile)');
    await host.pick('alpha');
    await host.pick('lonely');
    const row = await host.treeRow(/not guarded: its program loads no library/);
    await host.pointAt(row, host.page.getByText('Choose another shell for it'));
    await host.screenshot('e2e-back-2-static');
    assert.ok(!(await host.menuOf(/its program loads no library/)).includes('Relaunch Guarded'));
    await host.runCommand('Rampart: Protect Terminal');
    const toast = await host.toast(/is not guarded\. Its program is static/);
    await toast.getByRole('button', { name: 'Choose Another Shell' }).click();
    await host.page.getByPlaceholder(/Select your default terminal profile/).waitFor();
    await host.page.keyboard.press('Escape');
  });

  it('finds them again, the protected one protected, when the window is loaded anew', async () => {
    await host.keepsTerminals();
    await host.reload();
    await host.statusItem(/Rampart: enforce\s+1$/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/bash.*agents only/);
    await host.treeRow(/bash.*guarded.* · 1 denied/);
    await host.treeRow(/not guarded: its program loads no library/);
    assert.deepEqual(await host.menuOf(/bash.*guarded.* · 1 denied/), ['Stop Protecting', 'Show Terminal']);
    await host.screenshot('e2e-back-3-loaded-anew');
  });

  it('finds the guard on after the server was started anew, also for what opens before the extension runs', async () => {
    await host.restartServer();
    await host.reload();
    await host.statusItem(/Rampart: enforce/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/bash.*agents only/);
    await host.treeRow(/at the door.*task · guarded · 1 decision · 1 denied/);
    const rows = host.page.locator('.sidebar .monaco-list-row');
    await until(async () => (await rows.filter({ hasText: /not guarded/ }).count()) === 0, {
      what: 'nothing to be unguarded',
    });
    await host.screenshot('e2e-back-4-server');
  });
});
