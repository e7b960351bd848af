import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the window. */
describe('a person who does not trust the workspace yet', () => {
  let host: Host;
  let demo: { workspace: string; precious: string };

  before(async () => {
    demo = createDemo(join(root, '.demo/restricted'));
    host = await startHost({
      workspace: demo.workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      trust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    await host.open();
    await host.statusItem(/Restricted Mode/);
  });
  after(() => host.stop());

  it('can turn the guard on, and gets a guarded terminal once they do', async () => {
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    await host.screenshot('e2e-restricted-trust');
    // The oldest supported editor opens a terminal without asking, and the window stays restricted.
    if (process.env['TEST_EDITOR'] !== 'oldest')
      await host.page.locator('.monaco-dialog-box').getByText('Trust Folder & Continue').click();
    await host.typeInTerminal('bash', 'for run in 1 2 3 4 5 6; do ./agent-cleanup.sh; done');
    await host.terminalShows(/still there/);
    assert.ok(existsSync(join(demo.precious, 'thesis.txt')));
  });

  it('is told of several denials by one notification, and led by it to all of them', async () => {
    const toast = await host.toast(/Rampart denied `rm -rf \.\.\/precious`.*\d more were denied/);
    assert.equal(await host.page.locator('.notification-toast').count(), 1);
    await host.statusItem(/Rampart: enforce\D*\d/);
    await host.screenshot('e2e-restricted-notice');
    await toast.getByText('Show', { exact: true }).click();
    const row = host.webview().locator('.row', { hasText: 'rm -rf ../precious' });
    await row.first().waitFor();
    await host.statusItem(/Rampart: enforce\s*$/);
  });

  it('says in a notification that they want none any more, which their settings keep', async () => {
    await host.typeInTerminal('bash', 'clear; ./agent-cleanup.sh');
    const toast = await host.toast(/Rampart denied `rm -rf \.\.\/precious`/);
    await host.screenshot('e2e-restricted-silence');
    await toast.getByText('Don’t Show Again').click();
    const settings = join(host.folder, 'user/User/settings.json');
    const isKept = (): boolean =>
      /"rampart\.notifications\.showDenials": false/.test(readFileSync(settings, 'utf8'));
    await until(isKept, { what: 'the setting' });
    assert.deepEqual(await host.page.locator('.notification-toast').allInnerTexts(), []);
    await host.runCommand('Rampart: Show Denied Commands');
  });

  it('is led from a denial to the rule', async () => {
    await host.webview().locator('.row', { hasText: 'rm -rf ../precious' }).first().click();
    await host.webview().getByRole('button', { name: 'Open Rule' }).click();
    const editor = host.page.locator('.editor-group-container .tab.active', { hasText: 'default.yaml' });
    await editor.waitFor();
    await host.screenshot('e2e-restricted-rule');
  });

  it('keeps the guard when they trust it no more', async () => {
    if (process.env['TEST_EDITOR'] !== 'oldest') {
      await host.runCommand('Workspaces: Manage Workspace Trust');
      const folder = host.page.locator('.workspace-trust-editor .monaco-list-row', {
        hasText: demo.workspace,
      });
      await folder.hover();
      await host.loadsAnew(() => folder.locator('.action-label').last().click());
    }
    await host.statusItem(/Restricted Mode/);
    await host.statusItem(/Rampart: enforce/);
    await host.screenshot('e2e-restricted-again');
  });
});
