import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
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
describe('a person whom the policy asks', () => {
  let host: Host;
  const nothingWaits = (): Promise<void> =>
    host.page.locator('.statusbar-item', { hasText: 'waits for you' }).waitFor({ state: 'detached' });

  before(async () => {
    host = await startHost({
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: { 'rampart.notifications.showDenials': false },
    });
    const policies = join(host.home, '.rampart/policies');
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'ask-first.yaml'), policy);
    await host.open();
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
  });
  after(async () => {
    await host.screenshot('e2e-approval-end');
    await host.stop();
  });

  it('sees in every place that a command waits, and allows it in the message', async () => {
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.typeInTerminal('bash', '/bin/echo perhaps one');
    await host.statusItem(/1 command waits for you \d:\d\d/);
    await host.treeRow(/1 command waits for you/);
    await host.treeRow(/\/bin\/echo perhaps one.*published for everybody/);
    const toast = await host.toast(/may `\/bin\/echo perhaps one` run\?/);
    await host.screenshot('e2e-approval-1-waiting');
    await toast.getByRole('button', { name: 'Allow Once' }).click();
    await host.terminalShows(/^perhaps one$/m);
    await nothingWaits();
  });

  it('denies another one by its row', async () => {
    await host.typeInTerminal('bash', '/bin/echo perhaps two');
    const row = await host.treeRow(/\/bin\/echo perhaps two/);
    await row.hover();
    await row.locator('.action-label[aria-label="Deny"]').click();
    await host.terminalShows(/denied `\/bin\/echo perhaps two`/);
    await nothingWaits();
  });

  it('chooses how far the answer reaches, and is told when it comes too late', async () => {
    await host.typeInTerminal('bash', '/bin/echo perhaps three');
    await (await host.statusItem(/1 command waits/)).click();
    await host.page.getByText('Allow for this session').waitFor();
    await host.screenshot('e2e-approval-2-question');
    await host.pick('Allow for this session');
    await host.terminalShows(/^perhaps three$/m);
    const toast = await host.toast(/perhaps three/);
    await toast.getByRole('button', { name: 'Deny' }).click();
    await host.toast(/already answered/);
  });

  it('is led by a refusal in the terminal to the decision', async () => {
    await host.typeInTerminal('bash', 'clear; /bin/echo never');
    await host.terminalShows(/denied `\/bin\/echo never`[^]*\[[0-9a-f]{8}\]/);
    const line = host.page
      .locator('.terminal-wrapper.active .xterm-rows')
      .getByText('rampart: denied')
      .last();
    const box = await line.boundingBox();
    const place = [(box?.x ?? 0) + 60, (box?.y ?? 0) + 6] as const;
    const isShown = async (): Promise<boolean> => {
      await host.page.mouse.move(place[0] + 5, place[1]);
      await host.page.mouse.move(...place, { steps: 3 });
      await host.page.mouse.click(...place);
      return host.webview().locator('.row[aria-selected="true"]', { hasText: '/bin/echo never' }).isVisible();
    };
    await host.page.keyboard.down('Control');
    try {
      await until(isShown, { what: 'the decision', timeoutMs: 15_000 });
    } finally {
      await host.page.keyboard.up('Control');
    }
    await host.screenshot('e2e-approval-3-link');
  });

  it('finds the policies in force, and how often each decided', async () => {
    await host.runCommand('Rampart: Focus on Policy View');
    await host.treeRow(/default-deletion\s*\d+ rules/);
    await host.page.locator('.pane', { hasText: 'Policy' }).last().locator('.monaco-list').focus();
    await host.page.keyboard.press('End');
    const row = await host.treeRow(/ask-first\s*2 rules · \d hits/);
    await host.screenshot('e2e-approval-4-policy');
    await row.click();
    await host.page.locator('.tab.active', { hasText: 'ask-first.yaml' }).waitFor();
    await host.page.locator('.codelens-decoration', { hasText: 'Test this rule' }).first().waitFor();
    await host.screenshot('e2e-approval-5-rule');
  });
});
