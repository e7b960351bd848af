// @ts-check
// A machine of its own, as far as a program can tell: another system, host name, user and set of processes, without
// /etc/machine-id and /run/user. It is reached by SSH, as Remote - SSH does, and where its system has no sshd by entering
// it, as Dev Containers does. Only root can make one. Nothing listens: sshd talks through a pipe.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.mjs';

/** Who works there. */
const user = { name: 'dev', id: 1000 };
const hostName = 'far-machine';

/** The server asks nobody for extensions. */
const noGallery = '{"serviceUrl":""}';

/**
 * Ends with the process that feeds it, and everything that runs there with it. A system that has a `/usr/lib/pty.node`
 * needs one of its own for the server's terminals.
 */
const boot = `
set -e
folder=$1 system=$2 shared=$3
hostname ${hostName}
mount --make-rprivate /
mount -t tmpfs tmpfs "$folder/machine"
cd "$folder/machine"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=$system,upperdir=upper,workdir=work" root
cd root
mkdir -p proc dev run/sshd tmp etc var/tmp ".$folder" ".$shared"
chmod 1777 tmp var/tmp
for above in "$folder" "$shared"; do
  while [ "$above" != / ]; do above=$(dirname "$above"); chmod a+x ".$above"; done
done
mount -t proc proc proc
mount -t tmpfs tmpfs dev
mkdir dev/pts dev/shm
for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount --bind "$folder" ".$folder"
mount --bind "$shared" ".$shared"
for built in ".$shared"/node_modules/code-server/lib/vscode/node_modules/node-pty/*/*/pty.node; do
  if [ -e usr/lib/pty.node ]; then mount --bind usr/lib/pty.node "$built"; fi
done
cat > etc/passwd <<END
root:x:0:0::/root:/bin/bash
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
${user.name}:x:${user.id}:${user.id}::$folder/home:/bin/bash
END
printf 'root:x:0:\\n${user.name}:x:${user.id}:\\n' > etc/group
echo ready
cat
`;

/**
 * How the server is started there, and how the machine is switched off.
 * @typedef {object} Machine
 * @property {(command: string[]) => string[]} launch  the command that runs another one there
 * @property {() => Promise<void>} stop
 */

/**
 * Switches a machine on whose system is the tree `system`. The folder, with the user's home in it, and the one with the
 * editor's server have the same paths there.
 * @param {{ system: string, folder: string, shared: string }} parts
 * @returns {Promise<Machine>}
 */
export async function startMachine({ system, folder, shared }) {
  const keys = join(folder, 'ssh');
  mkdirSync(keys);
  mkdirSync(join(folder, 'machine'));
  for (const name of ['host', 'user'])
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(keys, name)]);
  writeFileSync(join(keys, 'config'), formatSshdConfig(keys));
  // Made for its owner alone, whom another user meets there.
  chmodSync(shared, 0o755);
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
  const words = [...namespaces, 'sh', '-c', boot, 'sh', folder, system, shared];
  const process = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(process, 'exit');
  let said = '';
  process.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  await until(
    () => {
      if (process.exitCode !== null) throw new Error('the machine did not start');
      return said.includes('ready');
    },
    { what: 'the machine to start', isFatal: () => process.exitCode !== null },
  );
  const pid = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  return {
    launch: (command) => {
      give(folder, ['home', 'user', 'extensions', 'workspace', 'token']);
      const isServed = existsSync(join(system, 'usr/sbin/sshd'));
      return isServed ? sshCommand({ pid, folder, keys }, command) : enterCommand({ pid, folder }, command);
    },
    stop: async () => {
      process.stdin.end();
      await ended;
    },
  };
}

/** @param {string} keys */
function formatSshdConfig(keys) {
  return [
    `HostKey ${join(keys, 'host')}`,
    `AuthorizedKeysFile ${join(keys, 'user.pub')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'PidFile none',
    '',
  ].join('\n');
}

/** @param {{ pid: string, folder: string, keys: string }} place @param {string[]} command @returns {string[]} */
function sshCommand({ pid, folder, keys }, command) {
  const sshd = `chroot ${join(folder, 'machine/root')} /usr/sbin/sshd -i -f ${join(keys, 'config')}`;
  const options = {
    ProxyCommand: `nsenter --target ${pid} --mount --pid --uts --ipc ${sshd}`,
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  return [
    'ssh',
    ...['-F', 'none', '-i', join(keys, 'user')],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `${user.name}@${hostName}`,
    ...['env', quote(`EXTENSIONS_GALLERY=${noGallery}`), ...command.map(quote)],
  ];
}

/**
 * Runs the server on that system's own Node.js: this machine's may need libraries that are not there.
 * @param {{ pid: string, folder: string }} place @param {string[]} command @returns {string[]}
 */
function enterCommand({ pid, folder }, [, ...words]) {
  const environment = {
    HOME: join(folder, 'home'),
    USER: user.name,
    SHELL: '/bin/sh',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    EXTENSIONS_GALLERY: noGallery,
  };
  return [
    ...['env', '-i', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
    ...['nsenter', '--target', pid, '--mount', '--pid', '--uts', '--ipc'],
    ...[
      'chroot',
      `--userspec=${user.id}:${user.id}`,
      join(folder, 'machine/root'),
      '/usr/bin/node',
      ...words,
    ],
  ];
}

/** Makes the user there the owner. @param {string} folder @param {string[]} names */
function give(folder, names) {
  chmodSync(folder, 0o755);
  run('chown', ['-hR', `${user.id}:${user.id}`, ...names.map((name) => join(folder, name))]);
}

/** @param {string} word */
function quote(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** @param {string} program @param {string[]} words */
function run(program, words) {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}
