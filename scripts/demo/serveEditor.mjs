// @ts-check
import { once } from 'node:events';
import { join } from 'node:path';
import { isServerInstalled } from '../../test/host/installation.mjs';
import { startServer } from '../../test/host/server.mjs';
import { createStateDirectory, removeStateDirectory } from './endpoint.mjs';
import { demoEnvironment } from './environment.mjs';

const settings = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'terminal.integrated.enablePersistentSessions': false,
};

/**
 * Serves VS Code on a free loopback port until Ctrl-C or the server's end, with the extension and the demo
 * workspace in it. Who does not know the token in the printed address is refused.
 * @param {{ cli: string, demoFolder: string, workspace: string, vsix: string, hint: string }} demo
 */
export async function serveEditor({ cli, demoFolder, workspace, vsix, hint }) {
  if (!isServerInstalled())
    process.stdout.write(
      "Fetching VS Code's server (code-server, pinned) from npm: about 820 MB, a minute.\n",
    );
  const stateDirectory = createStateDirectory(demoFolder);
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  /** @type {import('../../test/host/server.mjs').Server | undefined} */
  let server;
  try {
    server = await startServer({
      folder: join(demoFolder, 'server'),
      environment: demoEnvironment(process.env, stateDirectory),
      settings,
      extensions: [vsix],
      flags: ['--disable-workspace-trust'],
    });
    const address = new URL(server.origin);
    address.searchParams.set('tkn', server.token);
    address.searchParams.set('folder', workspace);
    process.stdout.write(`\nOpen ${address.href}\n${formatForwarding(address.port)}${hint}Ctrl-C ends it.\n`);
    await Promise.race([interrupted, once(server.process, 'exit')]);
  } finally {
    await server?.stop();
    await removeStateDirectory(cli, stateDirectory);
  }
}

/** @param {string} port */
function formatForwarding(port) {
  return process.env['SSH_CONNECTION']
    ? `(from your own machine, first: ssh -N -L ${port}:127.0.0.1:${port} this-machine)\n`
    : '';
}
