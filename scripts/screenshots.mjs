// @ts-check
// `npm run screenshots`: writes docs/images/ anew, from the packaged extension in the real editor, driven as a person
// would: five pictures and a short film. `npm run build && npm run package` come first. Look at them afterwards.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../test/host/host.mjs';
import { until } from '../test/host/until.mjs';
import { createDemo } from './demo/createDemo.mjs';
import { formatInstallCommand, installMissingPackages } from './packages.mjs';
import { hostTarget } from './packaging/targets.mjs';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs', 'images');
/** How long each frame of the film stays, in hundredths of a second. */
const frameTime = 170;
const maxBytes = 300_000;
const colours = 96;

/** What a person is asked about in a picture. */
const asking = `version: "1"
policies:
  - name: publishing
    rules:
      - action: ask
        when: { command_matches: ["npm publish*"] }
        message: "published for everybody to see"
`;

/** A program that no library can be loaded into; it ends with its input. */
const staticProgram = '#include <unistd.h>\nint main(void) { char c; return read(0, &c, 1) != 0; }\n';

const missing = installMissingPackages([
  { package: 'imagemagick', program: 'convert' },
  { package: 'gifsicle', program: 'gifsicle' },
]);
if (missing.length > 0) {
  process.stderr.write(`screenshots: install ${missing.join(', ')}: ${formatInstallCommand(missing)}\n`);
  process.exit(3);
}

/** @param {string} command @param {string[]} words */
function run(command, words) {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
}

/** @param {string} path */
function checkSize(path) {
  const bytes = statSync(path).size;
  if (bytes > maxBytes) throw new Error(`${path} has ${bytes} bytes, more than ${maxBytes}`);
  process.stdout.write(`${path}: ${bytes} bytes\n`);
}

const scratch = mkdtempSync(join(tmpdir(), 'rp-pictures-'));
const demo = createDemo(join(scratch, 'demo'));
const host = await startHost({
  workspace: demo.workspace,
  vsix: [join(root, `rampart-${hostTarget()}.vsix`)],
  settings: {
    'workbench.colorTheme': 'Default Light Modern',
    'terminal.integrated.fontSize': 14,
  },
});
const policies = join(host.home, '.rampart', 'policies');
mkdirSync(policies, { recursive: true, mode: 0o700 });
writeFileSync(join(policies, 'publishing.yaml'), asking);
/** @type {string[]} */
const frames = [];
/** Nothing of the machine on which the pictures are made. */
async function plainPrompt() {
  await host.terminalShows(/[$#]/);
  await host.typeInTerminal('bash', "PS1='$ '; clear");
  await host.terminalShows(/^\s*\$\s*$/);
}

/** A notification, once it does not move any more. @param {string} text */
async function settledToast(text) {
  await host.page.locator('.notification-toast.notification-fade-in-done', { hasText: text }).waitFor();
}

/** A row of a view. @param {RegExp} text */
function row(text) {
  return host.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
}

/** One more terminal in front. */
async function openTerminal() {
  const tabs = host.page.locator('.terminal-tabs-entry');
  const before = await tabs.count();
  await host.runCommand('Terminal: Create New Terminal');
  await until(async () => (await tabs.count()) > before, { what: 'one more terminal' });
  await plainPrompt();
}

/** A command that waits for a person, and what becomes of that when nobody answers. */
async function shootQuestion() {
  await host.typeInTerminal('bash', 'clear; npm publish');
  await (await host.statusItem(/1 command waits for you/)).click();
  await host.page.getByPlaceholder('The program waits for the answer.').waitFor();
  keep(await shootAside(), 'asked.png');
  await host.page.getByPlaceholder('does not wait. Once you allow it, run it again.').waitFor();
  await settledToast('Nobody answered in time');
  keep(await shootAside(), 'late.png');
  await host.pick('Deny');
  await host.runCommand('Notifications: Clear All Notifications');
}

/** Terminals that are guarded, guarded in part, and left alone until an agent appears in them. */
async function shootTerminals() {
  const [source, program] = [join(scratch, 'report.c'), join(scratch, 'report')];
  writeFileSync(source, staticProgram);
  run('gcc', ['-static', '-o', program, source]);
  await openTerminal();
  await host.runCommand('Rampart: Protect Terminal');
  await host.typeInTerminal('bash', program);
  await row(/partly guarded: not report/).waitFor();
  await openTerminal();
  await row(/agents only/).waitFor();
  await row(/partly guarded: not report/).hover();
  await host.page.locator('.monaco-hover', { hasText: 'runs in it without the library' }).waitFor();
  keep(await shootAside(), 'terminals.png');
}

/** A picture that is no frame of the film. */
async function shootAside() {
  const path = join(scratch, 'aside.png');
  await host.page.screenshot({ path });
  return path;
}

/** A frame of the film. */
async function shoot() {
  // Nothing that the pointer happens to be over.
  await host.page.mouse.move(600, 300);
  await host.page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
  const path = join(scratch, `${String(frames.length).padStart(2, '0')}.png`);
  await host.page.screenshot({ path });
  frames.push(path);
  return path;
}
/** @param {string} from @param {string} name */
function keep(from, name) {
  mkdirSync(images, { recursive: true });
  const to = join(images, name);
  run('convert', [from, '-strip', '-colors', String(colours), `png8:${to}`]);
  checkSize(to);
}

try {
  await host.open();
  await host.page.setViewportSize({ width: 1200, height: 700 });
  await host.runCommand('Rampart: Focus on Decisions View');
  await host.statusItem(/Rampart: off/);
  await host.page.getByText('default-deletion').first().waitFor();
  await shoot();
  await host.runCommand('Rampart: Protect Terminal');
  await host.statusItem(/Rampart: enforce/);
  await plainPrompt();
  await host.page.getByText('in force once').waitFor({ state: 'detached' });
  await row(/^bash\s*\d+ decisions$/).waitFor();
  await shoot();
  await host.typeInTerminal('bash', './agent-cleanup.sh');
  await host.terminalShows(/rampart: denied/);
  await row(/^bash.*decisions · 1 denied$/).waitFor();
  await row(/^bash\s*guarded · \d+ decisions · 1 denied$/).waitFor();
  await row(/default-deletion.* 1 hit/).waitFor();
  await settledToast('Rampart denied');
  keep(await shoot(), 'denied.png');
  await host.runCommand('Rampart: Show Denied Commands');
  await host.webview().locator('.row', { hasText: 'rm -rf ../precious' }).first().click();
  await host.webview().locator('.detail').getByText('What policies say now').waitFor();
  await host.runCommand('Notifications: Clear All Notifications');
  await host.runCommand('View: Toggle Maximized Panel').catch(() => undefined);
  keep(await shoot(), 'panel.png');
  await host.runCommand('View: Toggle Maximized Panel');
  const film = join(images, 'film.gif');
  run('convert', [
    '-delay',
    String(frameTime),
    '-loop',
    '0',
    ...frames,
    '-resize',
    '900x',
    '-layers',
    'Optimize',
    film,
  ]);
  run('gifsicle', ['--optimize=3', '--colors', String(colours), '--batch', film]);
  checkSize(film);
  await shootQuestion();
  await shootTerminals();
} finally {
  await host.stop();
  rmSync(scratch, { recursive: true });
}
