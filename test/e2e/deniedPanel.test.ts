import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import type { Frame, Locator } from 'playwright-core';
import { createDemo } from '../../scripts/demo/createDemo.mjs';
import { startHost, type Host } from '../host/host.mjs';
import { findRepository } from '../host/installation.mjs';
import { until } from '../host/until.mjs';

const root = findRepository();

/** Every test goes on where the one before it left the panel. */
describe('a person who looks through the panel of denied commands', () => {
  let host: Host;
  const row = (text: string | RegExp): Locator => host.webview().locator('.row', { hasText: text }).first();
  const count = (text: RegExp): Promise<void> =>
    host.webview().locator('.count', { hasText: text }).waitFor({ timeout: 15_000 });
  const choose = (label: string, value: string): Promise<unknown> =>
    host.webview().getByLabel(label).selectOption(value);

  const pageFrame = async (): Promise<Frame> => {
    const body = await host.webview().locator('body').elementHandle();
    return (await body.ownerFrame()) ?? assert.fail('the panel is not there');
  };

  const findViolations = async (): Promise<string[]> => {
    const frame = await pageFrame();
    await frame.evaluate(axe.source);
    const results = await frame.evaluate<axe.AxeResults>('axe.run(document)');
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  /** What WCAG calls the contrast of a row's mark against what it stands on. */
  const contrastOfMark = async (): Promise<number> => {
    const colours = await (
      await pageFrame()
    ).evaluate(() => {
      const mark = document.querySelector('.row.allowed .outcome');
      const ground = document.querySelector('main');
      if (mark === null || ground === null) return [];
      return [getComputedStyle(mark, '::before'), getComputedStyle(ground)].map(
        (style) => style.backgroundColor,
      );
    });
    const [one = 0, other = 0] = colours.map(luminanceOf).sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05);
  };

  before(async () => {
    const demo = createDemo(join(root, '.demo/panel'));
    // Of an earlier run: the editor would ask whether to write over it.
    rmSync(join(demo.workspace, 'rampart-decisions.csv'), { force: true });
    host = await startHost({
      workspace: demo.workspace,
      vsix: [join(root, `rampart-${process.platform}-${process.arch}.vsix`)],
      settings: { 'rampart.notifications.showDenials': false },
    });
    await host.open();
  });
  after(async () => {
    await host.screenshot('e2e-panel-end');
    await host.stop();
  });

  it('is offered to protect a terminal while the guard is off', async () => {
    await host.runCommand('Rampart: Show Denied Commands');
    await host.webview().getByText('Rampart is off, so nothing is denied.').waitFor();
    await host.screenshot('e2e-panel-1-off');
    await host.webview().getByRole('button', { name: 'Protect Terminal' }).click();
    await host.statusItem(/Rampart: enforce/);
  });

  it('sees a denial with the whole command, why it was denied, and what it would have run', async () => {
    await host.typeInTerminal(
      'bash',
      './agent-cleanup.sh; for n in 1 2 3 4 5 6 7 8; do /bin/echo number $n; done',
    );
    await host.terminalShows(/number 8/);
    const tab = host.page.locator('.part.panel').getByRole('tab', { name: /^Denied Commands/ });
    const badge = tab.locator('.badge-content', { hasText: /^1$/ });
    await badge.waitFor();
    // Beside the panel, in every picture.
    await host.runCommand('Rampart: Focus on Decisions View');
    await host.runCommand('Rampart: Show Denied Commands');
    await row('rm -rf ../precious').waitFor();
    const cut = await row('rm -rf ../precious')
      .locator('.outcome, .rule')
      .evaluateAll((cells) =>
        cells.flatMap((cell) => (cell.scrollWidth > cell.clientWidth ? [cell.textContent] : [])),
      );
    assert.deepEqual(cut, [], 'what was decided, and by which rule, is read whole');
    await row('rm -rf ../precious').click();
    const detail = host.webview().locator('.detail');
    await detail.getByRole('heading', { name: 'Denied' }).waitFor();
    await detail.getByText('What policies say now').waitFor();
    assert.match(await detail.innerText(), /deletes .*precious/);
    const { clientWidth, scrollWidth } = await host
      .webview()
      .locator('.grid')
      .evaluate((grid) => ({ clientWidth: grid.clientWidth, scrollWidth: grid.scrollWidth }));
    assert.equal(scrollWidth, clientWidth, 'no column is cut off beside the detail');
    await badge.waitFor({ state: 'hidden' });
    await host.screenshot('e2e-panel-2-denied');
  });

  it('sees everything, sorted by what they choose, with the newest first before', async () => {
    await choose('Which decisions', '');
    await row('number 8').waitFor();
    await host.webview().getByRole('button', { name: 'Command', exact: true }).click();
    const first = host.webview().locator('.row .command').first();
    await until(async () => (await first.innerText()).startsWith('.'), { what: 'rows in order of commands' });
    const lost = await host
      .webview()
      .getByLabel('Which decisions')
      .evaluate((choice) => {
        const shown = choice.clientWidth;
        choice.style.maxWidth = 'none';
        const wanted = choice.clientWidth;
        choice.style.maxWidth = '';
        return wanted - shown;
      });
    assert.equal(lost, 0, 'the longest choice is read whole');
    await host.screenshot('e2e-panel-3-all');
    await host.webview().getByRole('button', { name: 'Time', exact: true }).click();
  });

  it('finds it as they left it when they come back from elsewhere', async () => {
    await host.webview().getByRole('button', { name: 'Command', exact: true }).click();
    await host.showTerminal('bash');
    await host.runCommand('Rampart: Show Denied Commands');
    const first = host.webview().locator('.row .command').first();
    await until(async () => (await first.innerText()).startsWith('.'), { what: 'the order of before' });
    assert.equal(await host.webview().getByLabel('Which decisions').inputValue(), '');
    await host.webview().getByRole('button', { name: 'Time', exact: true }).click();
  });

  it('runs and loads nothing but what is its own', async () => {
    const frame = await pageFrame();
    const tried = await frame.evaluate(async () => {
      const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
      const refused: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        refused.push(effectiveDirective),
      );
      const add = (name: string, attributes: Record<string, string>, text = ''): void => {
        const element = Object.assign(document.createElement(name), { textContent: text });
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        document.body.append(element);
        element.remove();
      };
      add('script', {}, 'document.title = "ran"');
      add('script', { src: 'https://elsewhere.invalid/script.js' });
      add('style', {}, 'body { display: none }');
      add('img', { src: 'https://elsewhere.invalid/picture.png' });
      add('iframe', { src: 'https://elsewhere.invalid/' });
      await fetch('https://elsewhere.invalid/').catch(() => undefined);
      // They are told of one after the other.
      for (let frames = 0; frames < 100 && refused.length < 6; frames += 1)
        await new Promise((resolve) => requestAnimationFrame(resolve));
      return { refused: refused.sort(), title: document.title, loaded };
    });
    assert.deepEqual(tried.refused, [
      'connect-src',
      'frame-src',
      'img-src',
      'script-src-elem',
      'script-src-elem',
      'style-src-elem',
    ]);
    assert.equal(tried.title, 'Denied Commands');
    assert.deepEqual(
      tried.loaded.filter((name) => !/\/(?:dist\/panel\.js|media\/panel\.css)$/.test(name)),
      [],
    );
  });

  it('finds a command with the keyboard alone', async () => {
    await host.webview().locator('.grid').focus();
    await host.page.keyboard.press('/');
    await host.page.keyboard.type('number 5');
    await count(/^1 of \d+ decisions$/);
    await host.page.keyboard.press('ArrowDown');
    await host.webview().locator('.row[aria-selected="true"]', { hasText: 'number 5' }).waitFor();
    await host.page.keyboard.press('Enter');
    await host.webview().locator('.detail:focus', { hasText: '/bin/echo number 5' }).waitFor();
    await host.page.keyboard.press('/');
    await host.page.keyboard.press('Escape');
    await count(/^\d+ decisions$/);
  });

  it('looks closer at a time in the timeline, and at all times again', async () => {
    const chart = host.webview().getByRole('slider');
    await chart.focus();
    await host.page.keyboard.press('End');
    await host.page.keyboard.press('Shift+ArrowLeft');
    await host.page.keyboard.press('Enter');
    await count(/ of /);
    await host.screenshot('e2e-panel-4-zoomed');
    await host.webview().getByRole('button', { name: 'All Times' }).click();
    await count(/^\d+ decisions$/);
  });

  it('can scroll to everything at twice the size', async () => {
    const { page } = host;
    const whole = page.viewportSize() ?? { width: 1400, height: 900 };
    await page.setViewportSize({ width: whole.width / 2, height: whole.height / 2 });
    await row('rm -rf ../precious').click();
    const detail = host.webview().locator('.detail');
    // The window is laid out anew in its own time.
    const isSeen = async (part: Locator): Promise<boolean> => {
      const frame = await host.webview().locator('main').boundingBox();
      const box = await part.boundingBox();
      return box !== null && frame !== null && box.y >= frame.y && box.y + 20 <= frame.y + frame.height;
    };
    const both = [detail.getByRole('heading', { name: 'Denied' }), row('rm -rf ../precious')];
    await until(async () => (await Promise.all(both.map(isSeen))).every((seen) => seen), {
      what: 'the detail in sight, and the row that was chosen with it',
    });
    await host.webview().getByRole('button', { name: 'Export CSV' }).scrollIntoViewIfNeeded();
    await host.screenshot('e2e-panel-6-twice-toolbar');
    const action = host.webview().getByRole('button', { name: 'Show Terminal' });
    await action.scrollIntoViewIfNeeded();
    await host.screenshot('e2e-panel-7-twice-detail');
    const { head, room, table } = await host
      .webview()
      .locator('.grid')
      .evaluate((grid) => ({
        head: grid.querySelector('.headgroup')?.clientWidth,
        room: grid.clientWidth,
        table: grid.scrollWidth,
      }));
    assert.equal(table, room, 'no column is cut off above the detail');
    assert.equal(head, table, 'what is scrolled below the heading does not show beside it');
    await page.setViewportSize(whole);
  });

  for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
    it(`leaves nobody out in the theme ${theme}`, async () => {
      await host.chooseTheme(theme);
      await row('rm -rf ../precious').click();
      await until(async () => (await findViolations()).length === 0, {
        what: 'no violation',
      }).catch(async () => assert.deepEqual(await findViolations(), []));
      assert.ok((await contrastOfMark()) >= 3, 'what was allowed can be told from the background');
      await host.screenshot(`e2e-panel-5-${theme.replaceAll(' ', '-').toLowerCase()}`);
    });
  }

  it('exports what is shown, in a format that a spreadsheet reads', async () => {
    await choose('Which decisions', 'denied');
    await host.webview().getByRole('button', { name: 'Export CSV' }).click();
    const path = host.page.locator('.quick-input-box input');
    await until(async () => (await path.inputValue()).endsWith('rampart-decisions.csv'), { what: 'a path' });
    await host.page.getByRole('button', { name: 'OK' }).click();
    await host.page.locator('.tab.active', { hasText: 'rampart-decisions.csv' }).waitFor();
    const text = readFileSync(join(host.workspace, 'rampart-decisions.csv'), 'utf8');
    assert.match(text, /^time,outcome,command,reason,/);
    assert.match(text, /,denied,rm -rf \.\.\/precious,/);
  });

  it('is told when the file cannot be written', async () => {
    await host.webview().getByRole('button', { name: 'Export JSON' }).click();
    const path = host.page.locator('.quick-input-box input');
    await until(async () => (await path.inputValue()).endsWith('rampart-decisions.json'), { what: 'a path' });
    await path.fill('/proc/1/rampart-decisions.json');
    // The dialog takes the path that it has looked at, not the one that was typed just now.
    await host.page.locator('.quick-input-list .monaco-list-row', { hasText: 'fdinfo' }).waitFor();
    await host.page.getByRole('button', { name: 'OK' }).click();
    await host.toast('the decisions were not exported');
    await host.screenshot('e2e-panel-8-not-exported');
    await host.runCommand('Notifications: Clear All Notifications');
  });

  it('does there what the tree offers: allow, block, copy, and go to the terminal', async () => {
    const act = (name: string): Promise<void> => host.webview().getByRole('button', { name }).click();
    await host.runCommand('Rampart: Show Denied Commands');
    await row('rm -rf ../precious').click();
    await act('Copy Command');
    const search = host.webview().getByLabel('Search decisions');
    const isPasted = async (): Promise<boolean> => {
      await search.fill('');
      await search.press('Control+v');
      return (await search.inputValue()) === 'rm -rf ../precious';
    };
    await until(isPasted, { what: 'the command in the clipboard' });
    await search.press('Escape');
    await row('rm -rf ../precious').click();
    await act('Allow…');
    await host.page.getByText('Allow once').first().waitFor();
    await host.page.keyboard.press('Escape');
    await choose('Which decisions', 'allowed');
    await row('number 8').click();
    await act('Block…');
    await host.page.getByText('deny: /bin/echo number 8').waitFor();
    await host.page.keyboard.press('Escape');
    // What happened to the endpoint is no command.
    await choose('Which decisions', '');
    await search.fill('guard on');
    await row('guard on').click();
    await host.webview().locator('.detail').getByRole('heading', { name: 'Recorded' }).waitFor();
    assert.equal(await host.webview().locator('.detail button').count(), 0);
    await search.fill('number 8');
    await row('number 8').click();
    await act('Show Terminal');
    await host.page.locator('.terminal-wrapper.active').last().waitFor();
    await host.runCommand('Rampart: Show Denied Commands');
    await search.fill('');
    await choose('Which decisions', 'denied');
  });

  it('is led from a denial to the rule', async () => {
    await row('rm -rf ../precious').click();
    await host.webview().getByRole('button', { name: 'Open Rule' }).click();
    await host.page.locator('.tab.active', { hasText: 'default.yaml' }).waitFor();
  });
});

/** How light a colour is that stands as `rgb(…)`. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? [])
    .map((part) => Number(part) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
