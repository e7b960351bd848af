// @ts-check
// `npm start`: builds everything and opens the demo workspace; see scripts/demo/parseArguments.mjs for the ways.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createDemo } from './demo/createDemo.mjs';
import { findEditor } from './demo/findEditor.mjs';
import { openEditor } from './demo/openEditor.mjs';
import { parseArguments, usage } from './demo/parseArguments.mjs';
import { runTerminal } from './demo/runTerminal.mjs';
import { serveEditor } from './demo/serveEditor.mjs';
import { isInstalled } from './install.mjs';
import { buildPackages, findMissingPackages, formatInstallCommand } from './packages.mjs';
import { SetupProblem } from '../test/host/installation.mjs';

const oldestNode = { major: 20, minor: 19 };
const root = join(import.meta.dirname ?? '.', '..');
const demoFolder = join(root, '.demo');
const cli = join(root, 'dist/cli.js');

const hint = `
1. Press F1 and run "Rampart: Protect Terminal".
2. In the terminal, run ./agent-cleanup.sh: it tries to delete .demo/precious, beside this workspace.
3. Click the mode in the status bar (enforce) and run it again; \`npm start\` puts .demo/precious back.

`;

/** @returns {string | undefined} what is missing on this machine, in words that say what to do */
function findProblem() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < oldestNode.major || (major === oldestNode.major && minor < oldestNode.minor))
    return `Node.js ${oldestNode.major}.${oldestNode.minor} or newer is needed, this is ${process.versions.node}.`;
  const missing = findMissingPackages(buildPackages);
  if (missing.length > 0)
    return `Missing here: ${missing.join(', ')}. Install: ${formatInstallCommand(missing)}`;
  return undefined;
}

/** Runs a step quietly; its output is shown only when it fails. @param {string} title @param {string[]} words */
function runStep(title, words) {
  process.stderr.write(`${title} …\n`);
  const run = spawnSync('npm', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (run.status === 0) return;
  process.stderr.write(`${run.stdout}${run.stderr}\n${title} failed: npm ${words.join(' ')}\n`);
  process.exit(1);
}

/** @param {Exclude<import('./demo/parseArguments.mjs').StartRequest, { kind: 'help' | 'wrong' }>} request */
async function start(request) {
  if (!isInstalled(root)) runStep('Installing', ['ci', '--ignore-scripts']);
  runStep('Building', ['run', 'build']);
  const { workspace } = createDemo(demoFolder);
  if (request.kind === 'terminal')
    return runTerminal({ cli, demoFolder, workspace, command: request.command });
  const vsix = join(demoFolder, 'rampart.vsix');
  runStep('Packaging', ['run', 'package', '--', '--out', vsix]);
  const demo = { cli, demoFolder, workspace, vsix, hint };
  const editor = request.kind === 'browser' ? { reason: 'asked to' } : chooseEditor(request);
  if ('program' in editor) await openEditor({ ...demo, program: editor.program });
  else {
    process.stdout.write(`Using VS Code in a browser: ${editor.reason}.\n`);
    await serveEditor(demo);
  }
  return 0;
}

/** @param {{ program?: string | undefined }} request */
function chooseEditor({ program }) {
  if (program) return { program };
  return findEditor({
    path: process.env['PATH'] ?? '',
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasDisplay: Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']),
  });
}

const request = parseArguments(process.argv.slice(2));
const problem = findProblem();
if (request.kind === 'help') {
  process.stdout.write(usage);
} else if (request.kind === 'wrong') {
  process.stderr.write(`${request.problem}\n\n${usage}`);
  process.exitCode = 2;
} else if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 3;
} else {
  try {
    process.exitCode = await start(request);
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    process.stderr.write(
      `${error.message}. Or install an editor (code, codium, cursor), or use: npm start -- --terminal\n`,
    );
    process.exitCode = 3;
  }
}
