import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

const policy = `version: "1"
policies:
  - name: windows-test
    rules:
      - action: ask
        when:
          command_matches: ["/bin/echo perhaps*"]
        message: "asked in a test"
      - action: deny
        when:
          command_matches: ["/bin/echo never*"]
        message: "said in a test"
`;

/** Longer than a line of the terminal, and than what a refusal quotes of a command. */
const longCommand = `/bin/echo never ${'word '.repeat(50).trim()}`;

/** Every test goes on where the one before it left the windows. */
describe('a person with two windows', () => {
  let host: Host;
  let first: Page;
  let second: Page;
  const statusIn = (page: Page, text: RegExp): Promise<void> =>
    page.locator('.part.statusbar .statusbar-item', { hasText: text }).first().waitFor();
  const isGone = (page: Page, text: RegExp): Promise<void> =>
    page.locator('.part.statusbar .statusbar-item', { hasText: text }).first().waitFor({ state: 'detached' });

  before(async () => {
    host = await startHost({
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: { 'rampart.guard.extensionHost': true },
    });
    const policies = join(host.home, '.rampart/policies');
    mkdirSync(policies, { recursive: true, mode: 0o700 });
    writeFileSync(join(policies, 'windows-test.yaml'), policy);
    first = await host.open();
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
    second = await host.openAnother(join(host.folder, 'other'));
    await host.runCommand('Rampart: Protect Terminal');
    await host.statusItem(/Rampart: enforce/);
  });
  after(async () => {
    await host.screenshot('e2e-windows-end');
    await host.stop();
  });

  it('has one endpoint and one library for both', () => {
    const endpoints = readdirSync('/proc').filter((pid) => isEndpointOf(pid, host.home));
    assert.equal(endpoints.length, 1);
    const library = join(host.home, `.rampart/lib/linux-${process.arch}`);
    assert.equal(readdirSync(library).filter((name) => /^[0-9a-f]{16}$/.test(name)).length, 1);
  });

  it('has it recorded once that the guard was turned on, which the second window only found so', async () => {
    const readTurns = (): (string | undefined)[] => {
      const log = spawnSync(process.execPath, [join(root, 'dist/cli.js'), 'log', '--json'], {
        env: { HOME: host.home, PATH: process.env['PATH'] },
        encoding: 'utf8',
      });
      const turns = log.stdout.matchAll(/"message":"([^"]*: the (?:command|setting) [^"]*)"/g);
      return [...turns].map(([, message]) => message);
    };
    await until(() => readTurns().length > 1, { what: 'both records' });
    // Which of the two the endpoint hears of first is left to chance.
    assert.deepEqual(readTurns().sort(), [
      `${host.workspace}: the command Protect Terminal`,
      `${host.workspace}: the setting rampart.guard.extensionHost`,
    ]);
  });

  it('finds the extension host among what is guarded, when that is wanted', async () => {
    await host.runCommand('Rampart: Focus on Guarded Terminals View');
    await host.treeRow(/^Extension host\s*guarded/);
    await host.screenshot('e2e-windows-0-host');
  });

  it('switches the mode in one: it holds in the open terminal of the other, which shows it', async () => {
    await (await host.statusItem(/Rampart: enforce/)).click();
    await host.pick('Monitor for 15 minutes');
    await host.pick('Only monitor for 15 minutes');
    await statusIn(second, /Rampart: monitor until \d\d:\d\d/);
    await statusIn(first, /Rampart: monitor until \d\d:\d\d/);
    await host.show(first);
    await host.typeInTerminal('bash', '/bin/echo never in monitor');
    await host.terminalShows(/^never in monitor$/m);
    await (await host.statusItem(/Rampart: monitor/)).click();
    await host.screenshot('e2e-windows-1-menu');
    await host.pick('Enforce');
    await statusIn(first, /Rampart: enforce/);
    await statusIn(second, /Rampart: enforce/);
    await host.typeInTerminal('bash', 'clear; /bin/echo never in enforce');
    await host.terminalShows(/denied `\/bin\/echo never in enforce`/);
  });

  it('is asked in both, and where the question is open it closes when the other answers', async () => {
    await host.typeInTerminal('bash', 'clear; /bin/echo perhaps');
    await statusIn(second, /1 command waits for you/);
    await (await host.statusItem(/1 command waits for you/)).click();
    await first.getByText('Allow for this session').waitFor();
    await host.show(second);
    await (await host.statusItem(/1 command waits for you/)).click();
    await host.pick('Allow once');
    await isGone(second, /waits for you/);
    await first.getByText('Allow for this session').waitFor({ state: 'hidden' });
    await host.show(first);
    await host.toast(/already answered: `\/bin\/echo perhaps` is allowed/);
    await host.terminalShows(/^perhaps$/m);
  });

  it('is not asked one by one when several wait, but led to a list that shows what still does', async () => {
    const jobs = [1, 2, 3].map((number) => `(/bin/echo perhaps ${number}; true) &`);
    await host.typeInTerminal('bash', `clear; ${jobs.join(' ')}`);
    await host.statusItem(/3 commands wait for you/);
    const toast = await host.toast(/several commands wait/);
    await host.screenshot('e2e-windows-2-several');
    await toast.getByRole('button', { name: 'Show' }).click();
    const rows = first.locator('.quick-input-list .monaco-list-row');
    await until(async () => (await rows.count()) === 3, { what: 'three lines' });
    await host.screenshot('e2e-windows-3-list');
    await host.show(second);
    await (await host.statusItem(/3 commands wait/)).click();
    await host.pick('perhaps 2');
    await host.pick('Deny');
    const back = second.locator('.quick-input-list .monaco-list-row', { hasText: 'perhaps' });
    await until(async () => (await back.count()) === 2, { what: 'the list, come back with two lines' });
    await host.show(first);
    await until(async () => (await rows.count()) === 2, { what: 'two lines' });
    for (const number of [1, 3]) {
      await host.press(`perhaps ${number}`, { inside: '.action-label[aria-label="Allow Once"]' }, rows);
      // What a job in the background says may stand behind the prompt.
      await host.terminalShows(new RegExp(`perhaps ${number}$`, 'm'));
    }
    await isGone(first, /wait/);
    await back.first().waitFor({ state: 'hidden' });
  });

  it('is told that nobody answered as long as the program waited, and can answer still', async () => {
    await host.typeInTerminal('bash', 'clear; /bin/echo perhaps late');
    await host.statusItem(/1 command waits for you 0:[01]\d/);
    const terminal = await host.showTerminal('bash');
    await terminal.locator('textarea.xterm-helper-textarea').focus();
    // Whoever is not patient enough ends the waiting as the end of the time does.
    await host.page.keyboard.press('Control+c');
    await host.statusItem(/1 command waits for you 9:\d\d/);
    const toast = await host.toast(/Nobody answered in time, so Rampart denied `\/bin\/echo perhaps late`/);
    await toast.getByRole('button', { name: 'Allow…' }).click();
    await host.page.getByPlaceholder('Once you allow it, run it again.').waitFor();
    await host.pick('Deny');
    await isGone(first, /waits for you/);
  });

  it('finds behind a refusal that is longer than the line the decision, and runs it anyway, once', async () => {
    await host.typeInTerminal('bash', `clear; ${longCommand}`);
    await host.terminalShows(/denied `\/bin\/echo never word[^]*\[[0-9a-f]{8}\]/);
    await host.followLink(/\[[0-9a-f]{8}\]/, async () =>
      host.webview().locator('.row[aria-selected="true"]', { hasText: 'never word' }).isVisible(),
    );
    await host.showTerminal('bash');
    await (await host.statusItem(/Rampart: enforce/)).click();
    await host.page.locator('.quick-input-list', { hasText: 'Run anyway, once' }).waitFor();
    await host.screenshot('e2e-windows-4-run-anyway');
    await host.pick(/Run anyway, once: .*never word/);
    await host.terminalShows(/[#$] \/bin\/echo never word[^#$]*$/);
    const terminal = await host.showTerminal('bash');
    await terminal.locator('textarea.xterm-helper-textarea').press('Enter');
    await host.terminalShows(/^never word word/m);
  });

  it('is told of two hundred denials by one notification', async () => {
    await host.runCommand('Notifications: Clear All Notifications');
    await host.typeInTerminal(
      'bash',
      'clear; for i in $(seq 200); do /bin/echo never $i; done 2>/dev/null; echo all done',
    );
    await host.terminalShows(/^all done$/m);
    await host.statusItem(/Rampart: enforce\D*2\d\d/);
    const toast = await host.toast(/Rampart denied .* \d+ more were denied\./);
    const toasts = first.locator('.notification-toast', { hasText: 'Rampart denied' });
    assert.equal(await toasts.count(), 1);
    await host.screenshot('e2e-windows-5-flood');
    await toast.getByText('Why?', { exact: true }).click();
    const detail = host.webview().locator('.detail');
    await detail.getByRole('heading', { name: 'Denied' }).waitFor();
    await detail.getByText('said in a test').first().waitFor();
    // The page was built anew for it, and shows what it was opened for: denials.
    assert.equal(await host.webview().getByLabel('Which decisions').inputValue(), 'denied');
  });
});

function isEndpointOf(pid: string, home: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.some(
      (word) => word.startsWith(`${home}/.rampart/versions/`) && word.endsWith('/endpoint.js'),
    );
  } catch {
    return false;
  }
}
