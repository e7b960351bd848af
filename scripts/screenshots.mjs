// @ts-check
// `npm run screenshots`: writes docs/images/ anew, from the packaged extension in the real editor, driven as a person
// would: two pictures and a short film. `npm run build && npm run package` come first. Look at them afterwards.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../test/host/host.mjs';
import { createDemo } from './demo/createDemo.mjs';
import { formatInstallCommand, installMissingPackages } from './packages.mjs';
import { hostTarget } from './packaging/targets.mjs';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs', 'images');
/** How long each frame of the film stays, in hundredths of a second. */
const frameTime = 170;
const maxBytes = 300_000;
const colours = 96;

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
  settings: { 'workbench.colorTheme': 'Default Light Modern', 'terminal.integrated.fontSize': 14 },
});
/** @type {string[]} */
const frames = [];
/** Nothing of the machine on which the pictures are made. */
async function plainPrompt() {
  await host.terminalShows(/[$#]/);
  await host.typeInTerminal('bash', "PS1='$ '; clear");
  await host.terminalShows(/^\s*\$\s*$/);
}

/** A frame of the film. */
async function shoot() {
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
  await shoot();
  await host.typeInTerminal('bash', './agent-cleanup.sh');
  await host.terminalShows(/rampart: denied/);
  await host.page
    .getByText('1 denied')
    .first()
    .waitFor({ timeout: 5_000 })
    .catch(() => undefined);
  keep(await shoot(), 'denied.png');
  await host.runCommand('Rampart: Show Denied Commands');
  const row = host.webview().locator('.row', { hasText: 'rm -rf ../precious' }).first();
  await row.click();
  await host.webview().locator('.detail').getByText('What policies say now').waitFor();
  await host.runCommand('View: Toggle Maximized Panel').catch(() => undefined);
  keep(await shoot(), 'panel.png');
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
} finally {
  await host.stop();
  rmSync(scratch, { recursive: true });
}
