import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
        message: "published for everybody to see"
      - action: deny
        when:
          command_matches: ["/bin/echo never*"]
        message: "said in a test"
`;

/** Every test goes on where the one before it left the window. */
describe('a person who looks through the views, and is asked there', () => {
  let host: Host;
  const pane = (name: string): Locator =>
    host.page.locator('.sidebar .pane', {
      has: host.page.locator('.pane-header .title', { hasText: new RegExp(`^${name}$`) }),
    });
  const row = (text: string | RegExp): Locator =>
    host.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  const nothingWaits = (): Promise<void> =>
    host.page.locator('.statusbar-item', { hasText: 'waits for you' }).waitFor({ state: 'detached' });
  /** A long list has only the rows that can be seen; a few others may stand below the one that is looked for. */
  const reachEnd = async (view: string, last: RegExp): Promise<void> => {
    const isThere = async (): Promise<boolean> => {
      const list = pane(view).locator('.monaco-list').first();
      await list.press('End');
      for (let step = 0; step < 20 && !(await row(last).isVisible()); step += 1) await list.press('ArrowUp');
      return row(last).isVisible();
    };
    await until(isThere, { what: String(last) });
  };
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
    await pane('Guarded Terminals').getByText('No terminal is open.').waitFor();
    await pane('Policy').getByText('in force once the guard is on').waitFor();
    const pack = row(/default-deletion\s*\d+ rules/);
    await pack.waitFor();
    assert.match(
      (await pack.getAttribute('aria-label')) ?? '',
      /^default-deletion, \d+ rules, Deletion is free/,
    );
    await host.screenshot('e2e-views-1-off');
  });

  it('has a policy read anew that they have just written, and once more when they took it away', async () => {
    const file = join(host.home, '.rampart/policies/written-later.yaml');
    writeFileSync(file, policy.replace('ask-first', 'written-later'));
    await press('Policy', 'Refresh');
    await row(/^written-later\s*2 rules/).waitFor();
    rmSync(file);
    await press('Policy', 'Refresh');
    await row(/^written-later/).waitFor({ state: 'detached' });
  });

  it('sees that it is in force once they protect a terminal', async () => {
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    await pane('Policy').getByText('in force once').waitFor({ state: 'detached' });
  });

  it('sees decisions by terminal, by time and by command', async () => {
    await host.typeInTerminal('bash', './agent-cleanup.sh');
    await row(/rm -rf \.\.\/precious/).waitFor();
    const label = host.page.locator('.action-label[aria-label^="Rampart"]');
    const icon = host.page.locator('.activitybar .action-item', { has: label });
    await icon.locator('.badge', { hasText: /^1$/ }).waitFor();
    await press('Decisions', 'Group by Time');
    await row(/\d{4}-\d\d-\d\d \d\d:00.*1 denied/).waitFor();
    await press('Decisions', 'Group by Command');
    await row(/^rm\s*1 decision · 1 denied/).waitFor();
    await host.screenshot('e2e-views-2-by-command');
    await press('Decisions', 'Group by Terminal');
    await row(/^bash\s*\d+ decisions · 1 denied/).waitFor();
  });

  it('leaves out what they do not look for, and has it back', async () => {
    const ran = row(/^\.\/agent-cleanup\.sh$/);
    await press('Decisions', 'Filter Decisions');
    await host.pick('Denied');
    await ran.waitFor({ state: 'detached' });
    await row(/rm -rf \.\.\/precious/).waitFor();
    await press('Decisions', 'Clear Filter');
    await ran.waitFor();
  });

  it('looks for a text, and is led back where nothing has it', async () => {
    const look = async (text: string): Promise<void> => {
      await press('Decisions', 'Filter Decisions');
      await host.pick('Containing a text');
      const box = host.page.locator(
        '.quick-input-widget:not([style*="display: none"]) .quick-input-box input',
      );
      await host.page.locator('.quick-input-message', { hasText: 'Text in the command' }).waitFor();
      await box.fill(text);
      await box.press('Enter');
    };
    await look('PRECIOUS');
    await row(/^\.\/agent-cleanup\.sh$/).waitFor({ state: 'detached' });
    await row(/rm -rf \.\.\/precious/).waitFor();
    await press('Decisions', 'Clear Filter');
    await row(/^\.\/agent-cleanup\.sh$/).waitFor();
    await look('nobody ran this');
    await pane('Decisions').getByText('No decision that is loaded matches the filter.').waitFor();
    await host.screenshot('e2e-views-2-nothing-found');
    await pane('Decisions').getByText('Clear Filter').click();
    await row(/rm -rf \.\.\/precious/).waitFor();
  });

  it('reads in the tooltip by which rule, where, and by which programs it was started', async () => {
    const tooltip = host.page.locator('.monaco-hover', { hasText: 'Started by' });
    const chain = tooltip.getByText(/bash › .*agent-cleanup\.sh › rm -rf \.\.\/precious/);
    await host.pointAt(row(/rm -rf \.\.\/precious/), chain);
    await tooltip.getByText(/default-deletion#2 \(built-in policy, line \d+\)/).waitFor();
    await host.screenshot('e2e-views-3-tooltip');
  });

  it('asks why, and sees that decision in the panel', async () => {
    await host.press(/rm -rf \.\.\/precious/, { inside: '.action-label[aria-label="Why?"]' });
    const detail = host.webview().locator('.detail');
    await detail.getByRole('heading', { name: 'Denied' }).waitFor();
    await detail.getByText(/agent-cleanup\.sh › rm/).waitFor();
    await detail.getByText('What it runs').waitFor();
    await detail.getByText('What you can do').waitFor();
  });

  it('finds every rule with its hits, and switches a pack off and on by its box', async () => {
    await host.press(/default-deletion.*1 hit/, { inside: '.monaco-tl-twistie' });
    await row(/#2 deny\s*1 hit · deletion outside the workspace/).waitFor();
    const header = host.page.locator('.pane-header', { hasText: 'Policy' });
    await header.getByText('hits in the decisions loaded here').waitFor();
    await host.screenshot('e2e-views-5-rules');
    const box = { inside: '[role="checkbox"][aria-label="default-deletion"]' };
    await host.press(/default-deletion/, box);
    await host.pick('Switch off default-deletion');
    await row(/default-deletion\s*off/).waitFor();
    await host.screenshot('e2e-views-6-pack-off');
    await host.press(/default-deletion/, box);
    await row(/default-deletion\s*\d+ rules/).waitFor();
  });

  it('answers what waits by a click on its row', async () => {
    await host.typeInTerminal('bash', '/bin/echo perhaps');
    await host.press(/\/bin\/echo perhaps.*published for everybody/);
    await host.page.getByText('Allow for this session').waitFor();
    await host.screenshot('e2e-views-4-answer');
    await host.pick('Deny');
    await host.terminalShows(/denied `\/bin\/echo perhaps`/);
    await nothingWaits();
  });

  it('sees in every place that a command waits, and allows it in the message', async () => {
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.typeInTerminal('bash', '/bin/echo perhaps one');
    const item = await host.statusItem(/1 command waits for you 0:[01]\d/);
    await host.treeRow(/^1 waiting\s*until \d\d:\d\d:\d\d/);
    await host.treeRow(/\/bin\/echo perhaps one.*until .*published for everybody/);
    const toast = await host.toast(/may `\/bin\/echo perhaps one` run\?/);
    await host.screenshot('e2e-asked-1-waiting');
    // Any other severity vanishes after seconds.
    await toast.locator('.codicon-error').waitFor();
    const badge = '.activitybar .action-label[aria-label*="1 command waits for you"]';
    await host.page.locator(badge).waitFor({ state: 'attached' });
    const spoken = (await item.getAttribute('aria-label')) ?? '';
    assert.equal(spoken, 'Rampart: 1 command waits for you: /bin/echo perhaps one');
    await toast.getByRole('button', { name: 'Allow Once' }).click();
    await host.terminalShows(/^perhaps one$/m);
    await nothingWaits();
  });

  it('denies another one by its row, and allows one there', async () => {
    const answer = async (command: string, button: string): Promise<void> => {
      await host.typeInTerminal('bash', command);
      await host.press(`${command}bash · until`, { inside: `.action-label[aria-label="${button}"]` });
    };
    await answer('/bin/echo perhaps two', 'Deny');
    await host.terminalShows(/denied `\/bin\/echo perhaps two`/);
    await nothingWaits();
    await answer('/bin/echo perhaps too', 'Allow Once');
    await host.terminalShows(/^perhaps too$/m);
    await nothingWaits();
  });

  it('chooses how far the answer reaches, and is told when it comes too late', async () => {
    await host.typeInTerminal('bash', '/bin/echo perhaps three');
    await (await host.statusItem(/1 command waits/)).click();
    await host.page.getByText('Allow for this session').waitFor();
    await host.page
      .getByText(/^\/bin\/echo perhaps three · published for everybody to see · bash · 0:[01]\d left$/)
      .waitFor();
    await host.screenshot('e2e-asked-2-question');
    await host.pick('Allow for this session');
    await host.terminalShows(/^perhaps three$/m);
    const toast = await host.toast(/perhaps three/);
    await toast.getByRole('button', { name: 'Deny' }).click();
    await host.toast(/already answered/);
  });

  it('sees the rule that is written before a command is allowed for good', async () => {
    const file = join(host.home, '.rampart/policies/by-hand.yaml');
    await host.typeInTerminal('bash', 'clear; /bin/echo perhaps always');
    await (await host.statusItem(/1 command waits/)).click();
    await host.pick('Always…');
    await host.page.getByText('Write this rule?').waitFor();
    await host.screenshot('e2e-asked-7-always');
    assert.ok(!existsSync(file));
    await host.pick('allow: /bin/echo perhaps always');
    await host.terminalShows(/^perhaps always$/m);
    assert.match(readFileSync(file, 'utf8'), /\/bin\/echo perhaps always/);
    await nothingWaits();
  });

  it('is told when nobody waits for the answer any more, and has the command typed again', async () => {
    await host.typeInTerminal('bash', 'clear; /bin/echo perhaps four');
    await (await host.statusItem(/1 command waits/)).click();
    const question = (said: string): Promise<void> =>
      host.page.getByPlaceholder(said, { exact: false }).waitFor();
    await question('The program waits for the answer.');
    const terminal = await host.showTerminal('bash');
    await terminal.locator('textarea.xterm-helper-textarea').focus();
    await host.page.keyboard.press('Control+c');
    await question('does not wait. Once you allow it, run it again.');
    await host.screenshot('e2e-asked-6-late');
    await host.pick('Allow once');
    const toast = await host.toast(/`\/bin\/echo perhaps four` is allowed\. It did not wait/);
    await toast.getByRole('button', { name: 'Type It Again' }).click();
    await host.terminalShows(/[#$] \/bin\/echo perhaps four$/m);
    await terminal.locator('textarea.xterm-helper-textarea').press('Enter');
    await host.terminalShows(/^perhaps four$/m);
    await nothingWaits();
  });

  it('is led by a refusal in the terminal to the decision', async () => {
    await host.typeInTerminal('bash', 'clear; /bin/echo never');
    await host.terminalShows(/denied `\/bin\/echo never`[^]*\[[0-9a-f]{8}\]/);
    await host.followLink('rampart: denied', async () =>
      host.webview().locator('.row[aria-selected="true"]', { hasText: '/bin/echo never' }).isVisible(),
    );
    await host.screenshot('e2e-asked-3-link');
    // The setting says that nobody wants to be told.
    assert.equal(await host.page.locator('.notification-toast', { hasText: 'Rampart denied' }).count(), 0);
  });

  it('finds the policies in force, and how often each decided', async () => {
    await host.runCommand('Rampart: Focus on Policy View');
    await host.treeRow(/default-deletion\s*\d+ rules/);
    // What they wrote themselves stands above the built-in policy.
    await host.treeRow(/ask-first\s*2 rules · \d+ hits/);
    await host.screenshot('e2e-asked-4-policy');
    await host.press(/ask-first\s*2 rules/);
    await host.page.locator('.tab.active', { hasText: 'ask-first.yaml' }).waitFor();
    await host.statusItem(/^Ln 3, Col 1$/);
    await host.page.locator('.codelens-decoration', { hasText: 'Test this rule' }).first().waitFor();
    await host.screenshot('e2e-asked-5-rule');
    await host.page.locator('.codelens-decoration a', { hasText: 'Test this rule' }).first().click();
    await host.page.locator('.quick-input-title', { hasText: 'Test a command' }).waitFor();
    await host.page.keyboard.press('Enter');
    await host.page.locator('.tab.active', { hasText: 'Test:' }).waitFor();
    // Beside the rule, which was only looked at, and not in its place.
    await host.page.locator('.tab', { hasText: 'ask-first.yaml' }).waitFor();
  });

  it('is shown the newest five hundred rows, and older ones when that is wanted', async () => {
    await host.typeInTerminal('bash', 'clear; for n in $(seq 520); do /bin/echo many $n; done');
    await host.terminalShows(/^many 520$/m);
    await row(/^\/bin\/echo many 520$/).waitFor();
    await reachEnd('Decisions', /Load older….*rows? not shown/);
    await host.screenshot('e2e-views-8-many');
    await host.press(/Load older….*rows? not shown/);
    await row(/Load older….*rows? not shown/).waitFor({ state: 'detached' });
    // The last of the terminal's rows stands above the few that the endpoint wrote itself.
    await reachEnd('Decisions', /^cut -d = -f 1/);
  });
});
