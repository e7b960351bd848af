// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStateDirectory, removeStateDirectory } from './endpoint.mjs';
import { demoEnvironment } from './environment.mjs';

/**
 * Opens the demo workspace in a desktop editor with user data and extensions of its own, until its window is
 * closed or Ctrl-C. Throws when the editor cannot install the extension.
 * @param {{ program: string, cli: string, demoFolder: string, workspace: string, vsix: string, hint: string }} demo
 */
export async function openEditor({ program, cli, demoFolder, workspace, vsix, hint }) {
  const user = join(demoFolder, 'editor/user');
  mkdirSync(user, { recursive: true });
  const own = ['--user-data-dir', user, '--extensions-dir', join(demoFolder, 'editor/extensions')];
  const stateDirectory = createStateDirectory(demoFolder);
  const env = demoEnvironment(process.env, stateDirectory);
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  try {
    const installed = spawnSync(program, [...own, '--install-extension', vsix, '--force'], {
      env,
      encoding: 'utf8',
    });
    if (installed.status !== 0) throw new Error(`${program} did not install ${vsix}: ${installed.stderr}`);
    const quiet = [
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      '--disable-telemetry',
    ];
    const editor = spawn(program, [...own, ...quiet, '--new-window', '--wait', workspace], {
      env,
      stdio: 'ignore',
    });
    process.stdout.write(`\nOpening ${program}.\n${hint}Ctrl-C closes it.\n`);
    await Promise.race([interrupted, once(editor, 'exit')]);
  } finally {
    endProcessesNaming(user);
    await removeStateDirectory(cli, stateDirectory);
  }
}

/** The editor detaches itself from the command that opened it; its processes all name their user data. @param {string} folder */
function endProcessesNaming(folder) {
  const list = spawnSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).stdout ?? '';
  for (const line of list.split('\n').filter((entry) => entry.includes(folder))) {
    try {
      process.kill(Number.parseInt(line, 10), 'SIGTERM');
    } catch {
      // It has ended meanwhile.
    }
  }
}
