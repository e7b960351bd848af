import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();
const demoFolder = join(root, '.demo/e2e');
const denial = /rampart: denied `rm -rf \.\.\/precious`/;

interface LoggedDecision {
  readonly request: { readonly command: string };
  readonly decision: { readonly action: string };
  readonly enforced: boolean;
  readonly mode: string;
}

/** Every test goes on where the one before it left the window, as a person would. */
describe('a person who protects a terminal', () => {
  let host: Host;
  let demo: { workspace: string; precious: string };
  const isThere = (): boolean => existsSync(join(demo.precious, 'thesis.txt'));

  /** What `rampart log` says about the deletion, oldest first. */
  const deletions = (): string[] => {
    const log = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'log', '--json'], {
      env: { HOME: host.home, PATH: process.env['PATH'] },
      encoding: 'utf8',
    });
    const lines = log.stdout.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as LoggedDecision)
      .filter((record) => record.request.command === 'rm -rf ../precious')
      .map(({ mode, decision, enforced }) => `${mode} ${decision.action}${enforced ? ' enforced' : ''}`);
  };
  const deniedRows = (): Locator => host.webview().locator('.row', { hasText: 'rm -rf ../precious' });
  const openTerminal = async (): Promise<void> => {
    const tabs = host.page.locator('.terminal-tabs-entry', { hasText: 'bash' });
    const before = await tabs.count();
    await host.runCommand('Terminal: Create New Terminal');
    await until(async () => (await tabs.count()) > before, { what: 'one more terminal' });
  };
  const switchMode = async (label: string, text: RegExp, confirm?: string): Promise<void> => {
    await (await host.statusItem(/Rampart: /)).click();
    await host.pick(label);
    if (confirm !== undefined) await host.pick(confirm);
    await host.statusItem(text);
  };

  before(async () => {
    demo = createDemo(demoFolder);
    host = await startHost({
      workspace: demo.workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
    });
    await host.open();
  });
  after(async () => {
    await host.screenshot('e2e-end');
    await host.stop();
  });

  const warns = (text: RegExp): Promise<void> =>
    host.page.locator('.statusbar-item.warning-kind', { hasText: text }).waitFor();

  it('finds the guard off, in the colour of a warning', async () => {
    await host.statusItem(/Rampart: off/);
    await warns(/Rampart: off/);
    await host.screenshot('e2e-1-off');
  });

  it('is asked first when the terminal in front runs something, and gets a guarded one beside it', async () => {
    await host.runCommand('Terminal: Create New Terminal');
    await host.typeInTerminal('bash', 'sleep 1000');
    await host.showTerminal('sleep');
    await host.runCommand('Rampart: Protect Terminal');
    await host.pick('Open guarded terminal');
    await host.statusItem(/Rampart: enforce/);
    // The editor may have opened another one of that name with its panel.
    await host.page.locator('.terminal-tabs-entry.is-active', { hasText: 'bash' }).waitFor();
    await host.screenshot('e2e-2-protected');
  });

  it('sees the script refused, the reason in the terminal and the directory still there', async () => {
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await host.terminalShows(/agent: \.\.\/precious is still there/);
    assert.match(await host.terminalText(), denial);
    assert.ok(isThere());
    await host.screenshot('e2e-3-denied');
  });

  it('is told by a notification, and led to why: the panel opens for denials, with this one', async () => {
    const toast = await host.toast(/Rampart denied .*rm -rf \.\.\/precious/);
    await toast.getByText('Why?', { exact: true }).click();
    const detail = host.webview().locator('.detail');
    await detail.getByRole('heading', { name: 'Denied' }).waitFor();
    await detail.getByText('deletion outside the workspace').first().waitFor();
    assert.equal(await host.webview().getByLabel('Which decisions').inputValue(), 'denied');
    await host.screenshot('e2e-3-why');
  });

  it('finds it in the log', async () => {
    await until(() => deletions().length > 0, { what: 'a record' });
    assert.deepEqual(deletions(), ['enforce deny enforced']);
  });

  it('sees the denial in the tree and in the panel of denied commands, and which terminal is guarded', async () => {
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.treeRow(/rm -rf \.\.\/precious/);
    await host.treeRow(/sleep\s*not guarded/);
    await host.treeRow(/bash\s*guarded/);
    await host.screenshot('e2e-4-tree');
    await host.runCommand('Rampart: Show Denied Commands');
    await deniedRows().first().waitFor();
    await host.screenshot('e2e-5-denied-panel');
  });

  it('switches to monitor by the status bar: in the same terminal the deletion happens, and is recorded', async () => {
    await switchMode('Monitor', /Rampart: monitor/, 'Only monitor until somebody switches it back');
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await until(() => !isThere(), { what: 'the directory to be deleted' });
    await until(() => deletions().length === 2, { what: 'a record' });
    assert.equal(deletions()[1], 'monitor deny');
    await host.screenshot('e2e-6-monitor');
  });

  it('switches to disabled: the deletion happens, unseen', async () => {
    createDemo(demoFolder);
    assert.ok(isThere());
    await switchMode(
      'Disabled for 15 minutes',
      /Rampart: disabled until \d\d:\d\d/,
      'Disable Rampart for 15 minutes',
    );
    await warns(/Rampart: disabled/);
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.page
      .locator('.pane-header', { hasText: 'Guarded Terminals' })
      .getByText('nothing is checked')
      .waitFor();
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await until(() => !isThere(), { what: 'the directory to be deleted' });
    await host.terminalShows(/(is gone[^]*){2}/);
    await host.screenshot('e2e-7-disabled');
  });

  it('runs the same script as a task, back in enforce: refused like in the terminal', async () => {
    createDemo(demoFolder);
    await switchMode('Enforce', /Rampart: enforce/);
    await host.runCommand('Tasks: Run Task');
    await host.pick('agent cleanup');
    await host.showTerminal('agent cleanup');
    await host.terminalShows(denial);
    assert.ok(isThere());
    await host.screenshot('e2e-8-task');
    await host.runCommand('Rampart: Show Denied Commands');
    await until(async () => (await deniedRows().count()) === 2, { what: 'two denials in the panel' });
    await host.webview().getByLabel('Which decisions').selectOption('unenforced');
    await deniedRows().filter({ hasText: 'not enforced' }).waitFor();
    await host.screenshot('e2e-9-panel');
  });

  it('finds the task’s decisions under its name, and what monitor let happen counted apart', async () => {
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.treeRow(/agent cleanup.*\d decisions? · 1 denied/);
    await host.treeRow(/decisions · 1 denied · 1 would have been denied/);
    await host.treeRow(/guarded · \d+ decisions · 1 denied · 1 would have been denied/);
    await host.screenshot('e2e-10-names-and-counts');
  });

  it('looks only for what was denied, and then for everything again', async () => {
    const view = host.page.locator('.pane', { hasText: 'Decisions' }).first();
    await view.hover();
    await view.locator('.action-label[aria-label*="Filter Decisions"]').click();
    await host.pick('Denied');
    await view.getByText('denied', { exact: true }).waitFor();
    await view
      .locator('.monaco-list-row', { hasText: 'agent-cleanup.sh' })
      .first()
      .waitFor({ state: 'detached' });
    await host.screenshot('e2e-11-filtered');
    await view.hover();
    await view.locator('.action-label[aria-label*="Clear Filter"]').click();
    await view.locator('.monaco-list-row', { hasText: 'agent-cleanup.sh' }).first().waitFor();
  });

  it('relaunches an unguarded terminal from its row, and is asked first because it runs something', async () => {
    const unguarded = /sleep.*not guarded/;
    await host.press(unguarded, { inside: '.action-label[aria-label*="Relaunch Guarded"]' });
    await host.pick('Relaunch, ending what runs');
    await host.page
      .locator('.sidebar .monaco-list-row', { hasText: unguarded })
      .waitFor({ state: 'detached' });
    await host.screenshot('e2e-12-relaunched');
  });

  it('stops protecting the terminal whose menu is open, though one above it ends meanwhile', async () => {
    const door = join(host.folder, 'door');
    assert.equal(spawnSync('mkfifo', [door]).status, 0);
    const leftAlone = host.page.locator('.sidebar .monaco-list-row', { hasText: /bash\s*agents only/ });
    const before = await leftAlone.count();
    const areLeftAlone = (count: number): Promise<boolean> =>
      until(async () => (await leftAlone.count()) === count, {
        what: `${count} terminals that are left alone`,
      });
    await openTerminal();
    await areLeftAlone(before + 1);
    await host.typeInTerminal('bash', `clear; read -r line < ${door}; exit 0`);
    await openTerminal();
    await host.runCommand('Rampart: Protect Terminal');
    const asked = host.page.locator('.sidebar .monaco-list-row', { hasText: /bash\s*guarded$/ });
    await asked.waitFor();
    await host.typeInTerminal('bash', 'rm -rf ../precious/elsewhere');
    const counted = / · \d+ decisions? · 1 denied$/.source;
    await host.treeRow(new RegExp(`bash\\s*guarded${counted}`));
    await openTerminal();
    await areLeftAlone(before + 2);
    await host.press(new RegExp(`bash\\s*guarded${counted}`), { button: 'right' });
    const stop = host.page.locator('.monaco-menu .action-label', { hasText: 'Stop Protecting' });
    await stop.waitFor();
    writeFileSync(door, '\n');
    await areLeftAlone(before + 1);
    await stop.click();
    await host.pick('This terminal: bash');
    await host.treeRow(new RegExp(`bash\\s*agents only${counted}`));
  });

  it('is told that the terminal whose menu is open has ended, and nothing else happens', async () => {
    const door = join(host.folder, 'door');
    await host.runCommand('Terminal: Create New Terminal');
    await host.typeInTerminal('bash', `clear; exec -a leaving bash -c 'read -r line < ${door}'`);
    const leaving = host.page.locator('.sidebar .monaco-list-row', { hasText: /^leaving/ });
    await leaving.waitFor();
    const guarded = host.page.locator('.sidebar .monaco-list-row', { hasText: /bash\s*guarded/ });
    const before = await guarded.count();
    await host.press(/^leaving/, { button: 'right' });
    const protect = host.page.locator('.monaco-menu .action-label', { hasText: 'Protect Terminal' });
    await protect.waitFor();
    writeFileSync(door, '\n');
    await leaving.waitFor({ state: 'detached' });
    await protect.click();
    await host.statusItem(/^That terminal has ended meanwhile/);
    assert.equal(await guarded.count(), before);
  });

  it('is told which terminal to protect for the panes of a multiplexer that another one only shows', async () => {
    const tmux = `tmux -S ${join(host.folder, 'tmux')} -f /dev/null`;
    await openTerminal();
    await host.typeInTerminal('bash', `clear; ${tmux} new-session -d /bin/sh; echo begun`);
    await host.terminalShows(/^begun$/m);
    await openTerminal();
    await host.typeInTerminal('bash', `${tmux} attach`);
    const shown = host.page.locator('.sidebar .monaco-list-row', { hasText: /tmux\s*agents only/ });
    await shown.locator('.monaco-tl-twistie.collapsible').waitFor();
    await host.runCommand('Rampart: Protect Terminal');
    await host.toast(
      /“tmux” is protected.*but not the sessions that it only shows: they were begun in “bash”/,
    );
    await host.screenshot('e2e-13-panes');
    await host.typeInTerminal('tmux', `${tmux} kill-server`);
  });

  it('is led through the first steps, to a safe denial that they see', async () => {
    await host.runCommand('Welcome: Open Walkthrough...');
    await host.pick('Guard your terminals with Rampart');
    const steps = host.page.locator('.getting-started-step .step-title');
    await steps.last().waitFor();
    assert.deepEqual(await steps.allInnerTexts(), [
      'Protect a terminal',
      'Choose how strict to be',
      'Make the policy yours',
      'See a command denied',
    ]);
    const isDone = (title: string): Promise<void> =>
      host.page.locator('.getting-started-step', { hasText: title }).locator('.codicon.complete').waitFor();
    // The guard was turned on before anybody read this. Older editors go on to the next step at once.
    await isDone('Protect a terminal');
    await steps.last().click();
    await host.screenshot('e2e-14-walkthrough');
    await host.page.getByText('Type It for Me').click();
    await host.terminalShows(/rampart: denied `rm -rf \/srv\/no-such-folder`/);
    await isDone('See a command denied');
    await host.screenshot('e2e-15-safe-denial');
  });

  it('finds every deletion that was asked about in the log, once, and none from disabled', () => {
    assert.deepEqual(deletions(), ['enforce deny enforced', 'monitor deny', 'enforce deny enforced']);
  });
});
