// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { createStateDirectory, removeStateDirectory } from './endpoint.mjs';
import { demoEnvironment } from './environment.mjs';

const maxDecisions = 40;

/**
 * Runs `command`, or a shell, guarded in the demo workspace; prints what was decided and ends the endpoint.
 * @param {{ cli: string, demoFolder: string, workspace: string, command: string[] }} demo
 * @returns {Promise<number>} the command's exit status
 */
export async function runTerminal({ cli, demoFolder, workspace, command }) {
  const stateDirectory = createStateDirectory(demoFolder);
  const own = demoEnvironment(process.env, stateDirectory);
  const env = { ...own, PATH: `${own['PATH'] ?? ''}${delimiter}${linkCommand(cli, demoFolder)}` };
  const words = command.length > 0 ? command : [process.env['SHELL'] ?? '/bin/sh'];
  if (command.length === 0) process.stderr.write(shellGreeting);
  // Ctrl-C is the guarded command's; this process stays to clean up behind it.
  const stay = () => undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stay);
  try {
    const child = spawn(process.execPath, [cli, 'preload', '--state-dir', stateDirectory, '--', ...words], {
      cwd: workspace,
      env,
      stdio: 'inherit',
    });
    const [code, signal] = await once(child, 'exit');
    process.stderr.write(`\nWhat was decided:\n${readDecisions(cli, stateDirectory)}\n`);
    return code ?? 128 + (constants.signals[/** @type {NodeJS.Signals} */ (signal)] ?? 0);
  } finally {
    await removeStateDirectory(cli, stateDirectory);
  }
}

/** Makes a folder with the command `rampart` in it; last in PATH, as in the editor's terminals, so that a user's own wins. @param {string} cli @param {string} demoFolder */
function linkCommand(cli, demoFolder) {
  const folder = join(demoFolder, 'bin');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'rampart'), { force: true });
  symlinkSync(cli, join(folder, 'rampart'));
  return folder;
}

/** The recorded decisions, a line each; of many, only those that are no plain allow. @param {string} cli @param {string} stateDirectory */
function readDecisions(cli, stateDirectory) {
  const log = spawnSync(process.execPath, [cli, 'log', '--state-dir', stateDirectory], { encoding: 'utf8' });
  const lines = log.stdout.split('\n').filter((line) => line !== '');
  if (lines.length <= maxDecisions) return lines.join('\n');
  const other = lines.filter((line) => !/^\S+ allow /.test(line));
  return [...other, `and ${lines.length - other.length} commands that were allowed`].join('\n');
}

const shellGreeting = `
This shell is guarded. Run ./agent-cleanup.sh: it tries to delete .demo/precious, beside this workspace.
Ask what would become of a command with rampart test --explain "rm -rf /".
Leave it with exit; then you see what was decided. \`npm start\` puts .demo/precious back.

`;
