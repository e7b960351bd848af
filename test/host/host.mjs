// @ts-check
// A real VS Code for tests: its server, and a headless Chromium that does what a user does.
//
//   const host = await startHost({ workspace, vsix: ['x.vsix'], settings: {}, driver: false });
//   await host.open();                          the workbench is painted; `host.page` is Playwright's page
//   await host.runCommand('Rampart: Set Mode'); the command palette; then  host.pick('monitor')
//   await host.statusItem(/Rampart/)            a Playwright locator, there within a minute and a half
//   await host.toast('text')                    likewise; only with `driver` off
//   await host.typeInTerminal('bash', 'ls');    the newest terminal with that title; then host.terminalText()
//   await host.screenshot('after-denial');      .artifacts/after-denial.png
//   await host.restartServer();                 the server ends and starts anew at its address; then  host.reload()
//   await host.stop();                          ends everything, removes its folder
//
//   const host = await startHost({ driver: true, vsix: [...] });
//   const result = await host.runTests({ development: [folder], tests: module, results: file });
//
// `driver` switches VS Code's smoke-test driver: needed by runTests, and it keeps toasts from showing.
// Every host has a home, user data and extensions of its own below /tmp; nothing of the user's is read or written.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { browserPackages, formatInstallCommand, installMissingPackages } from '../../scripts/packages.mjs';
import { findRepository, setUpServer } from './installation.mjs';
import { startMachine } from './machine.mjs';
import { pressRow } from './pressRow.mjs';
import { startServer } from './server.mjs';
import { until } from './until.mjs';

const paintTimeoutMs = 90_000;
const itemTimeoutMs = 90_000;
const lineTimeoutMs = 15_000;
const linkTimeoutMs = 1_500;
const tooltipTimeoutMs = 3_000;
const paletteAttempts = 4;
const crashNoticeMs = 1_000;

/** Chromium asks nobody outside this machine, and runs as root too: it opens only our own loopback page. */
const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** A workbench without what is not under test. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'files.hotExit': 'off',
  // Whatever else listens on this machine while a test runs: the editor would show its port.
  'remote.autoForwardPorts': false,
  'window.dialogStyle': 'custom',
  'terminal.integrated.defaultProfile.linux': 'bash',
  // A row that sticks to the top covers the one below it.
  'workbench.tree.enableStickyScroll': false,
  // Text that can be read from the page, once, and a tab for each terminal.
  'terminal.integrated.stickyScroll.enabled': false,
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.tabs.hideCondition': 'never',
  'terminal.integrated.enablePersistentSessions': false,
  'terminal.integrated.initialHint': false,
};

/**
 * @typedef {object} HostOptions
 * @property {string} [workspace]  the folder to open; default an empty one
 * @property {string[]} [vsix]  packaged extensions to install
 * @property {Record<string, unknown>} [settings]  user settings, over quiet defaults
 * @property {Record<string, string>} [environment]  more variables for the server, and so for its terminals
 * @property {boolean} [driver]  VS Code's smoke-test driver, default off
 * @property {string} [system]  the tree of a system: the server runs on a machine of its own with it, reached by SSH or entered
 * @property {boolean} [trust]  let VS Code ask whether the workspace is trusted, default no
 */

/**
 * @typedef {object} TestRun
 * @property {string[]} development  folders of unpackaged extensions; a harness of five lines is enough
 * @property {string} tests  the module whose `run()` runs the suite inside the extension host
 * @property {string} results  the file which that suite writes when it has ended well or badly
 * @property {number} [timeoutMs]  default two minutes
 * @property {(line: string) => void} [print]  gets the extension host's console lines; default stdout
 */

/**
 * Starts VS Code's server, installed first if need be. The caller stops it.
 * @param {HostOptions} [options]
 * @returns {Promise<Host>}
 */
export async function startHost(options = {}) {
  const missing = installMissingPackages(browserPackages);
  if (missing.length > 0) throw new Error(`install first: ${formatInstallCommand(missing)}`);
  // Short, for the sockets below it; without symbolic links, as the kernel will name it.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rvh-'));
  const home = join(folder, 'home');
  const workspace = resolve(options.workspace ?? join(folder, 'workspace'));
  mkdirSync(home);
  if (!isWorkspaceFile(workspace)) mkdirSync(workspace, { recursive: true });
  const { system } = options;
  const machine = system ? await startMachine({ system, folder, shared: setUpServer() }) : undefined;
  // It gets ready while the server does.
  const browser = await launchBrowser(folder, home).catch(async (/** @type {unknown} */ error) => {
    await machine?.stop();
    throw error;
  });
  const start = {
    folder,
    ...(machine ? { launch: machine.launch } : {}),
    environment: { ...plainEnvironment(home), ...options.environment },
    flags: [
      ...(options.trust ? [] : ['--disable-workspace-trust']),
      ...(options.driver ? ['--enable-smoke-test-driver'] : []),
    ],
  };
  const server = await startServer({
    ...start,
    settings: { ...quietSettings, ...options.settings },
    extensions: options.vsix ?? [],
  }).catch(async (/** @type {unknown} */ error) => {
    await browser.close();
    await machine?.stop();
    throw error;
  });
  const restart = (/** @type {import('./server.mjs').Server} */ before) => startServer({ ...start, before });
  return new Host({ folder, home, workspace, browser, server, machine, restart });
}

/** A started VS Code. Its public fields may be read; see the top of this file for its methods. */
export class Host {
  /** @type {import('playwright-core').BrowserContext} */
  #browser;
  /** @type {import('playwright-core').Page | undefined} */
  #page;

  #keepsTerminals = false;

  /** @type {import('./machine.mjs').Machine | undefined} */
  #machine;

  /** @type {(before: import('./server.mjs').Server) => Promise<import('./server.mjs').Server>} */
  #restart;

  /** @param {{ folder: string, home: string, workspace: string, browser: import('playwright-core').BrowserContext, server: import('./server.mjs').Server, machine?: import('./machine.mjs').Machine | undefined, restart: (before: import('./server.mjs').Server) => Promise<import('./server.mjs').Server> }} parts */
  constructor({ folder, home, workspace, browser, server, machine, restart }) {
    this.#browser = browser;
    this.#machine = machine;
    this.#restart = restart;
    this.folder = folder;
    this.home = home;
    this.workspace = workspace;
    this.server = server;
  }

  /** Playwright's page; throws before `open` or `runTests`. */
  get page() {
    if (!this.#page) throw new Error('the workbench is not open yet');
    return this.#page;
  }

  /**
   * Opens the workbench, or a fresh window of it, and waits until it is painted.
   * @param {[string, string][]} [payload] VS Code's own start parameters
   */
  async open(payload = []) {
    const page = await this.#startBrowser();
    await page.goto(this.#address(payload), { timeout: paintTimeoutMs });
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: paintTimeoutMs });
    return page;
  }

  /**
   * Opens one more window beside those that are open, and brings it to the front.
   * @param {string} workspace the folder to open in it
   */
  async openAnother(workspace) {
    if (!isWorkspaceFile(workspace)) mkdirSync(workspace, { recursive: true });
    const page = await this.page.context().newPage();
    await page.goto(this.#address([], workspace), { timeout: paintTimeoutMs });
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: paintTimeoutMs });
    this.#page = page;
    return page;
  }

  /** Brings a window to the front: everything else here is done in that one. @param {import('playwright-core').Page} page */
  async show(page) {
    this.#page = page;
    await page.bringToFront();
  }

  /**
   * Waits until the window of `open` has told the server where its terminals are. It does so half a second after
   * they have last changed; loaded anew before that, or killed, it never gets them back.
   */
  async keepsTerminals() {
    await until(() => this.#keepsTerminals, { what: 'the window to keep its terminals' });
  }

  /** Loads the same window again, as the command *Reload Window* does. */
  async reload() {
    await this.page.reload({ timeout: paintTimeoutMs });
    await this.page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: paintTimeoutMs });
  }

  /** Waits until the window is painted that the editor loads anew because of what is done. @param {() => Promise<void>} act */
  async loadsAnew(act) {
    const loaded = this.page.waitForEvent('load', { timeout: paintTimeoutMs });
    await act();
    await loaded;
    await this.page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: paintTimeoutMs });
  }

  /**
   * Ends the server, and with it every terminal, and starts another one at the same address, with the same user data:
   * a browser keeps what it knows of a window by the address.
   */
  async restartServer() {
    await this.server.stop();
    this.server = await this.#restart(this.server);
  }

  /**
   * Runs a suite inside the extension host. Needs `driver`. Good is only: `run()` resolved, the results file
   * is there, and no extension host crashed (of which VS Code itself says "ended with 0").
   * @param {TestRun} run
   * @returns {Promise<{ ok: true } | { ok: false, problem: string }>}
   */
  async runTests({ development, tests, results, timeoutMs = 120_000, print = printLine }) {
    rmSync(results, { force: true });
    const page = await this.#startBrowser();
    /** @type {(problem: string | undefined) => void} */
    let end = () => undefined;
    /** @type {Promise<string | undefined>} */
    const ended = new Promise((resolve) => (end = resolve));
    await page.exposeFunction('codeAutomationLog', printExtensionHostLines(print));
    await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) =>
      end(code === 0 ? undefined : `the suite failed with code ${code}`),
    );
    page.on('crash', () => end('the page crashed'));
    this.server.process.once('exit', () => end('the server ended'));
    const timer = setTimeout(() => end(`no end within ${timeoutMs} ms`), timeoutMs);
    const extensions = development.map(
      (folder) => /** @type {[string, string]} */ (['extensionDevelopmentPath', this.#remote(folder)]),
    );
    const address = this.#address([...extensions, ['extensionTestsPath', this.#remote(tests)]]);
    await page.goto(address, { timeout: paintTimeoutMs });
    const problem = (await ended) ?? (await this.#findCrash()) ?? findMissingResults(results);
    clearTimeout(timer);
    if (problem === undefined) return { ok: true };
    await this.screenshot('failed-suite').catch(() => undefined);
    return { ok: false, problem };
  }

  /** Runs a command by its label in the command palette. @param {string} label */
  async runCommand(label) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.page.keyboard.press('F1');
        const input = this.page.locator(
          '.quick-input-widget:not([style*="display: none"]) .quick-input-box input',
        );
        await input.waitFor({ timeout: lineTimeoutMs / 3 });
        await input.fill(`>${label}`);
        await pressRow(this.#quickRows(), label, { timeoutMs: lineTimeoutMs / 2 });
        return;
      } catch (error) {
        if (attempt === paletteAttempts) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Chooses an entry of the quick pick that is open, or about to open. @param {string | RegExp} text */
  async pick(text) {
    await pressRow(this.#quickRows(), text);
  }

  /** Chooses a colour theme by its name. @param {string} theme */
  async chooseTheme(theme) {
    await this.runCommand('Preferences: Color Theme');
    const picker = this.page.locator('.quick-input-widget:not([style*="display: none"])');
    const input = picker.getByPlaceholder(/Color Theme/);
    await input.waitFor({ timeout: itemTimeoutMs });
    await input.fill(theme);
    await this.pick(theme);
    await input.waitFor({ state: 'detached', timeout: itemTimeoutMs });
  }

  /** @param {string | RegExp} text @returns {Promise<import('playwright-core').Locator>} the status-bar item with that text */
  async statusItem(text) {
    return this.#shown('.part.statusbar .statusbar-item', text, itemTimeoutMs);
  }

  /** @param {string | RegExp} text @returns {Promise<import('playwright-core').Locator>} the notification with that text */
  async toast(text) {
    return this.#shown('.notification-toast', text, itemTimeoutMs);
  }

  /** @param {string | RegExp} text @returns {Promise<import('playwright-core').Locator>} the tree row with that text, in any view */
  async treeRow(text) {
    return this.#shown('.pane-body .monaco-list-row', text, itemTimeoutMs);
  }

  /**
   * Presses on the first row of a view or a list with that text, or on something in it.
   * @param {string | RegExp} text @param {import('./pressRow.mjs').Press} [press]
   * @param {import('playwright-core').Locator} [rows] default those of the views beside the editor
   */
  async press(text, press, rows = this.#sideRows()) {
    await pressRow(rows, text, press);
  }

  /** What the menu of the first row of a view with that text offers. @param {string | RegExp} text */
  async menuOf(text) {
    await pressRow(this.#sideRows(), text, { button: 'right' });
    const labels = this.page.locator('.monaco-menu .action-label');
    await labels.first().waitFor();
    const texts = await labels.allInnerTexts();
    await this.page.keyboard.press('Escape');
    await labels.first().waitFor({ state: 'detached' });
    return texts.filter((label) => label !== '');
  }

  /**
   * Points at a row until its tooltip shows that: a row that is painted anew closes it.
   * @param {import('playwright-core').Locator} row @param {import('playwright-core').Locator} shown
   */
  async pointAt(row, shown) {
    const isShown = async () => {
      await this.page.mouse.move(600, 300);
      await row.hover();
      await shown.waitFor({ timeout: tooltipTimeoutMs });
      return true;
    };
    await until(isShown, { what: `${String(shown)} in the tooltip` });
  }

  /** The page inside the webview that is shown. @returns {import('playwright-core').FrameLocator} */
  webview() {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /**
   * Brings the newest terminal with that title, as its tab shows it, to the front.
   * @param {string | RegExp} title
   * @returns {Promise<import('playwright-core').Locator>} what is in front then
   */
  async showTerminal(title) {
    const panel = this.page.locator('.part.panel .terminal-tabs-list, .part.panel .terminal-tabs-entry');
    if (!(await panel.first().isVisible())) await this.runCommand('Terminal: Focus Terminal');
    const tab = this.page.locator('.terminal-tabs-entry', { hasText: title }).last();
    await tab.waitFor({ timeout: itemTimeoutMs });
    const isInFront = async () => {
      if (((await tab.getAttribute('class')) ?? '').includes('is-active')) return true;
      await tab.click();
      return false;
    };
    await until(isInFront, { what: `terminal ${String(title)} in front` });
    return this.page.locator('.terminal-wrapper.active').last();
  }

  /** Types a line into the newest terminal with that title, when it shows a prompt. @param {string | RegExp} title @param {string} line */
  async typeInTerminal(title, line) {
    const terminal = await this.showTerminal(title);
    await until(() => this.terminalText(), { what: 'a prompt in the terminal' });
    const input = terminal.locator('textarea.xterm-helper-textarea');
    // What was closed or opened just before may take the focus once more.
    const hasFocus = async () => {
      await input.focus();
      return terminal.locator('.xterm.focus').isVisible();
    };
    await until(hasFocus, { what: `the focus in terminal ${String(title)}` });
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** What the terminal in front shows, with wrapped lines as they are on the screen. @returns {Promise<string>} */
  async terminalText() {
    const rows = await this.page.locator('.terminal-wrapper.active .xterm-rows').last().innerText();
    return rows.replaceAll('\u00a0', ' ').trimEnd();
  }

  /** Waits until the terminal in front shows that. @param {RegExp} pattern @returns {Promise<string>} what it shows */
  async terminalShows(pattern) {
    let text = '';
    const isThere = async () => pattern.test((text = await this.terminalText()));
    await until(isThere, { what: `${String(pattern)} in the terminal` }).catch(
      (/** @type {unknown} */ error) => {
        throw new Error(`the terminal does not show ${String(pattern)} but:\n${text}`, { cause: error });
      },
    );
    return text;
  }

  /**
   * Follows the link at the beginning of the last line with that text in the terminal in front, until it led there.
   * @param {string | RegExp} text @param {() => Promise<boolean>} isThere
   */
  async followLink(text, isThere) {
    const line = this.page.locator('.terminal-wrapper.active .xterm-rows > div', { hasText: text }).last();
    const pointer = this.page.locator('.terminal-wrapper.active .xterm-cursor-pointer').first();
    const follow = async () => {
      // What the click led to may have come late, and hidden the terminal.
      if (await isThere()) return true;
      const box = (await line.isVisible()) ? await line.boundingBox() : null;
      if (box === null) return false;
      // What the pointer is over is asked for when it comes there.
      await this.page.mouse.move(box.x + 45, box.y + 6);
      await this.page.mouse.move(box.x + 30, box.y + 6, { steps: 3 });
      // Not every line shows it; a click that came too early is made again.
      await pointer.waitFor({ timeout: linkTimeoutMs }).catch(() => undefined);
      await this.page.mouse.click(box.x + 30, box.y + 6);
      return until(isThere, { what: 'where the link leads', timeoutMs: linkTimeoutMs });
    };
    await this.page.keyboard.down('Control');
    try {
      await until(follow, { what: `the link at ${String(text)}`, timeoutMs: 2 * itemTimeoutMs });
    } finally {
      await this.page.keyboard.up('Control');
    }
  }

  /** Keeps a picture of the window as `.artifacts/NAME.png`. @param {string} name */
  async screenshot(name) {
    const path = join(findRepository(), '.artifacts', `${name}.png`);
    await this.page.screenshot({ path });
  }

  /** The process ids of the extension hosts started so far, oldest first. @returns {number[]} */
  extensionHosts() {
    return [...this.server.readLog().matchAll(/<(\d+)> Launched Extension Host Process/g)].map((match) =>
      Number(match[1]),
    );
  }

  /** Ends browser, server and everything that was started below this host's home; removes its folder. */
  async stop() {
    await this.#browser.close().catch(() => undefined);
    await this.server.stop();
    endProcessesOf(this.home);
    await this.#machine?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #startBrowser() {
    if (this.#page) return this.#page;
    const page = this.#browser.pages()[0] ?? (await this.#browser.newPage());
    await hasStarted(page);
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => this.#noteFrame(payload)));
    this.#page = page;
    return page;
  }

  /** @param {string | Buffer} frame what the window of `open` sends to the server */
  #noteFrame(frame) {
    if (/\$setTerminalLayoutInfo.*"terminal":\d/s.test(frame.toString('latin1'))) this.#keepsTerminals = true;
  }

  /** @param {[string, string][]} payload @param {string} [workspace] */
  #address(payload, workspace = this.workspace) {
    const address = new URL(this.server.origin);
    address.searchParams.set('tkn', this.server.token);
    address.searchParams.set(isWorkspaceFile(workspace) ? 'workspace' : 'folder', workspace);
    address.searchParams.set('payload', JSON.stringify([['skipWelcome', 'true'], ...payload]));
    return address.href;
  }

  /** @param {string} path */
  #remote(path) {
    return `vscode-remote://${new URL(this.server.origin).host}${encodeURI(resolve(path))}`;
  }

  #sideRows() {
    return this.page.locator('.sidebar .monaco-list-row');
  }

  #quickRows() {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** @param {string} selector @param {string | RegExp} text @param {number} timeout */
  async #shown(selector, text, timeout) {
    const found = this.page.locator(selector, { hasText: text }).first();
    await found.waitFor({ timeout });
    return found;
  }

  /** The server's log is the only one that tells a crash; its line may come a moment after the end. */
  async #findCrash() {
    const crash = () =>
      /Extension Host Process exited with code: (?!0, signal: null)[^\n]*/.exec(this.server.readLog())?.[0];
    return until(crash, { what: 'a crash', timeoutMs: crashNoticeMs }).catch(() => undefined);
  }
}

/** @param {string} folder @param {string} home */
async function launchBrowser(folder, home) {
  const browser = await chromium.launchPersistentContext(join(folder, 'chromium'), {
    executablePath: '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1400, height: 900 },
    args: browserFlags,
    env: plainEnvironment(home),
  });
  browser.setDefaultTimeout(itemTimeoutMs);
  return browser;
}

/**
 * Waits until Chromium calls its own start complete, as it does a moment after its first page is quiet, and else not for
 * three minutes. Until then it holds back its least urgent work, and with it the check for a newer service worker: the
 * editor waits for that before it shows a webview, which stays blank. A second window in front of the first, still
 * loading, was enough. It tells of the end of its start in a histogram alone.
 * @param {import('playwright-core').Page} page
 */
async function hasStarted(page) {
  const session = await page.context().newCDPSession(page);
  const isComplete = async () => {
    const { histograms } = await session.send('Browser.getHistograms', { query: 'Startup.AfterStartupTask' });
    return histograms.some(({ count }) => count > 0);
  };
  await until(isComplete, { what: 'Chromium to complete its start', timeoutMs: paintTimeoutMs });
  await session.detach();
}

/** Whether it names the folders of a workspace, rather than being one. @param {string} workspace */
function isWorkspaceFile(workspace) {
  return workspace.endsWith('.code-workspace');
}

/** @param {string} results */
function findMissingResults(results) {
  try {
    readFileSync(results);
    return undefined;
  } catch {
    return `the extension host ended without writing ${results}`;
  }
}

/** @param {(line: string) => void} print */
function printExtensionHostLines(print) {
  // The workbench's own log comes through the same door.
  const workbench =
    /^\[|^(Resolv|Updating additional|Creating a socket|Creation of workbench|Ignoring fetching|No search provider)|\/static\/out\/vs\//;
  return (/** @type {string} */ _kind, /** @type {unknown[]} */ words) => {
    const line = format(...words);
    if (!workbench.test(line)) print(line);
  };
}

/** @param {string} line */
function printLine(line) {
  process.stdout.write(`${line}\n`);
}

/** What a login on this machine would have, and nothing of ours: no agent's markers, no npm. @param {string} home */
function plainEnvironment(home) {
  return {
    HOME: home,
    USER: process.env['USER'] ?? 'root',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  };
}

/** The policy endpoint outlives a window by design, so it is found by the home it was given. @param {string} home */
function endProcessesOf(home) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (environment.includes(`HOME=${home}`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended meanwhile, or is another user's.
    }
  }
}
