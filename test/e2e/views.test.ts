import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

const policy = `version: "1"
policies:
  - name: ask-first
    rules:
      - action: ask
        when:
          command_matches: ["/bin/echo perhaps*"]
        message: "asked in a test"
`;

/** Every test goes on where the one before it left the window. */
describe('a person who looks through the views', () => {
  let host: Host;
  const pane = (name: string): Locator =>
    host.page.locator('.sidebar .pane', {
      has: host.page.locator('.pane-header', { hasText: name }),
    });
  const row = (text: string | RegExp): Locator =>
    host.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  const press = async (view: string, button: string): Promise<void> => {
    await pane(view).locator('.pane-header').hover();
    await pane(view).locator(`.action-label[aria-label^="${button}"]`).click();
  };

  before(async () => {
    const demo = createDemo(join(root, '.demo/views'));
    host = await startHost({
      workspace: demo.workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: { 'rampart.notifications.showDenials': false, 'workbench.hover.delay': 100 },
    });
    const policies = join(host.home, '.rampart/policies');
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'ask-first.yaml'), policy);
    await host.open();
  });
  after(async () => {
    await host.screenshot('e2e-views-end');
    await host.stop();
  });

  it('finds what would be in force before anything runs, and what to do first', async () => {
    await host.runCommand('Rampart: Focus on Decisions View');
    await pane('Decisions').getByText('Rampart is off').waitFor();
    await pane('Policy').getByText('in force once the guard is on').waitFor();
    await row(/default-deletion\s*\d+ rules/).waitFor();
    await host.screenshot('e2e-views-1-off');
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    await pane('Policy').getByText('in force once').waitFor({ state: 'detached' });
  });

  it('sees decisions by terminal, by time and by command', async () => {
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await row(/rm -rf \.\.\/precious/).waitFor();
    await press('Decisions', 'Group by Time');
    await row(/\d{4}-\d\d-\d\d \d\d:00.*1 denied/).waitFor();
    await press('Decisions', 'Group by Command');
    await row(/^rm\s*1 decision · 1 denied/).waitFor();
    await host.screenshot('e2e-views-2-by-command');
    await press('Decisions', 'Group by Terminal');
    await row(/^bash\s*\d+ decisions · 1 denied/).waitFor();
  });

  it('reads in the tooltip by which rule, where, and by which programs it was started', async () => {
    const tooltip = host.page.locator('.monaco-hover', { hasText: 'Started by' });
    // Rows that are painted anew close it.
    const isShown = async (): Promise<boolean> => {
      await host.page.mouse.move(600, 300);
      await row(/rm -rf \.\.\/precious/).hover();
      return tooltip
        .getByText(/bash › .*agent-cleanup\.sh › rm -rf \.\.\/precious/)
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
    };
    await until(isShown, { what: 'the tooltip', timeoutMs: 30_000 });
    await tooltip.getByText(/default-deletion#2 \(built-in policy, line \d+\)/).waitFor();
    await host.screenshot('e2e-views-3-tooltip');
  });

  it('asks why, and sees that decision in the panel', async () => {
    await row(/rm -rf \.\.\/precious/).hover();
    await row(/rm -rf \.\.\/precious/)
      .locator('.action-label[aria-label="Why?"]')
      .click();
    const detail = host.webview().locator('.detail');
    await detail.getByRole('heading', { name: 'Denied' }).waitFor();
    await detail.getByText(/agent-cleanup\.sh › rm/).waitFor();
    await detail.getByText('What it runs').waitFor();
    await detail.getByText('What you can do').waitFor();
  });

  it('answers what waits by a click on its row', async () => {
    await host.typeInTerminal('bash', '/bin/echo perhaps');
    await row(/\/bin\/echo perhaps.*asked in a test/).click();
    await host.page.getByText('Allow for this session').waitFor();
    await host.screenshot('e2e-views-4-answer');
    await host.pick('Deny');
    await host.terminalShows(/denied `\/bin\/echo perhaps`/);
  });

  it('finds every rule with its hits, and switches a pack off and on by its box', async () => {
    await row(/default-deletion/)
      .locator('.monaco-tl-twistie')
      .click();
    await row(/#2 deny\s*1 hit · deletion outside the workspace/).waitFor();
    await host.screenshot('e2e-views-5-rules');
    const box = row(/default-deletion/).locator('.monaco-custom-toggle');
    await box.click();
    await host.pick('Switch off default-deletion');
    await row(/default-deletion\s*off/).waitFor();
    await host.screenshot('e2e-views-6-pack-off');
    await box.click();
    await row(/default-deletion\s*\d+ rules/).waitFor();
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Dark High Contrast', 'Light High Contrast']) {
    it(`can read every view in the theme ${theme}`, async () => {
      await host.runCommand('Preferences: Color Theme');
      await host.page.keyboard.type(theme);
      await host.pick(theme);
      const picker = host.page.locator('.quick-input-widget:not([style*="display: none"])');
      await until(async () => (await picker.count()) === 0, { what: 'the theme to be chosen' });
      await host.runCommand('Rampart: Show Denied Commands');
      await host.webview().locator('.row').first().click();
      await host.webview().locator('.detail').getByText('What you can do').waitFor();
      await host.screenshot(`e2e-views-7-${theme.replaceAll(' ', '-').toLowerCase()}`);
    });
  }
});
