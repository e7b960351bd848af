/** How a program that starts another one is read. */
export interface Launcher {
  /** Options whose value is the next word. */
  readonly values: ReadonlySet<string>;
  /** Options without a value, where they matter: a transparent launcher with any other option is not looked through when granting. */
  readonly flags: ReadonlySet<string>;
  /** How many words stand before the command. */
  readonly operands: number;
  /** Starting the command through it changes nothing about what the command may do. */
  readonly isTransparent: boolean;
  /** The command runs on another machine, in a container or under another root. */
  readonly isElsewhere: boolean;
  /** More operands come from its input. */
  readonly isOpenEnded: boolean;
  /** `NAME=value` words may stand before the command. */
  readonly takesAssignments: boolean;
  /** The rest is joined with spaces and read as shell text. */
  readonly joinsText: boolean;
  /** Options whose value is shell text. */
  readonly text: ReadonlySet<string>;
  /** Options whose value is the directory that the command starts in. */
  readonly directory: ReadonlySet<string>;
  /** With one of these options it starts nothing. */
  readonly inert: ReadonlySet<string>;
}

interface Description {
  readonly values?: string;
  readonly flags?: string;
  readonly operands?: number;
  readonly transparent?: true;
  readonly elsewhere?: true;
  readonly openEnded?: true;
  readonly assignments?: true;
  readonly joins?: true;
  readonly text?: string;
  readonly directory?: string;
  readonly inert?: string;
}

const sudo: Description = {
  values:
    '-u -g -h -p -C -r -t -T -U -R --user --group --host --prompt --close-from --role --type --command-timeout --other-user --chroot',
  directory: '-D --chdir',
  assignments: true,
};
const su: Description = {
  values: '-s -g -G -w --shell --group --supp-group',
  text: '-c --command --session-command',
};
const ssh: Description = {
  values: '-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w',
  operands: 1,
  joins: true,
  elsewhere: true,
};
const containerExec: Description = {
  values: '-e --env --env-file -u --user -w --workdir --detach-keys --index -c --container -n --namespace',
  operands: 1,
  elsewhere: true,
};
const containerRun: Description = {
  values:
    '-a --attach --add-host --cap-add --cap-drop --cidfile --cpus -c --cpu-shares --device --dns -e --env --env-file --entrypoint --expose --gpus -h --hostname --ip --ipc -l --label --link --log-driver --log-opt -m --memory --mount --name --net --network --network-alias --pid --platform -p --publish --pull --restart --runtime --security-opt --shm-size --stop-signal --tmpfs --ulimit -u --user --userns -v --volume --volumes-from -w --workdir',
  operands: 1,
  elsewhere: true,
};
const onDevice: Description = { joins: true, elsewhere: true };
/** Such containers see the home directory of the one who starts them. */
const imageExec: Description = { values: '-B --bind -H --home --pwd -W --workdir', operands: 1 };
const everyRepository: Description = { text: '-c', joins: true };
const packageRunner: Description = { values: '-p --package', text: '-c --call' };
const plain: Description = {};
const transparent: Description = { transparent: true };

/** By the launcher's name; two or three words are a program and its sub-command. */
const descriptions: Readonly<Record<string, Description>> = {
  command: { flags: '-p', inert: '-v -V', transparent: true },
  builtin: transparent,
  noglob: transparent,
  nocorrect: transparent,
  exec: { values: '-a', flags: '-c -l -cl -lc', transparent: true },
  env: {
    values: '-u --unset --argv0',
    flags: '- -i -0 -v --ignore-environment --null --debug',
    directory: '-C --chdir',
    text: '-S --split-string',
    assignments: true,
    transparent: true,
  },
  nohup: transparent,
  nice: { values: '-n --adjustment', flags: '', transparent: true },
  ionice: { values: '-c --class -n --classdata', flags: '-t --ignore', inert: '-p --pid', transparent: true },
  timeout: {
    values: '-k --kill-after -s --signal',
    flags: '--preserve-status --foreground -v --verbose',
    operands: 1,
    transparent: true,
  },
  setsid: { flags: '-c -f -w -cf -fw -cw --ctty --fork --wait', transparent: true },
  stdbuf: { values: '-i -o -e --input --output --error', transparent: true },
  time: { values: '-f -o --format --output', flags: '-p -v -a --portability --verbose', transparent: true },
  sudo,
  doas: { values: '-u -C', assignments: true },
  su,
  runuser: { ...su, values: `${su.values ?? ''} -u --user` },
  sg: { operands: 1, text: '-c' },
  pkexec: { values: '--user' },
  run0: { values: '-u --user -g --group -D --chdir --setenv --unit --property --slice' },
  'systemd-run': {
    values:
      '-u --unit -p --property --slice -E --setenv --uid --gid -M --machine -H --host --description --on-calendar',
    directory: '--working-directory',
  },
  gosu: { operands: 1 },
  'su-exec': { operands: 1 },
  setpriv: plain,
  chrt: { operands: 1 },
  taskset: { operands: 1 },
  xargs: {
    values:
      '-I -n -P -L -d -a -s -E --max-args --max-procs --max-lines --delimiter --arg-file --max-chars --process-slot-var',
    openEnded: true,
  },
  parallel: {
    values:
      '-j --jobs -N -n --max-args -I -a --arg-file --colsep -C --delay --timeout -S --sshlogin --joblog --results',
    joins: true,
    openEnded: true,
  },
  flock: { values: '-w --wait --timeout -E --conflict-exit-code', operands: 1, text: '-c --command' },
  watch: { values: '-n --interval', joins: true },
  script: {
    values:
      '-I -O -B -T -E -m -o --log-in --log-out --log-io --log-timing --echo --logging-format --output-limit',
    operands: 1,
    text: '-c --command',
  },
  unbuffer: plain,
  rlwrap: plain,
  chronic: plain,
  caffeinate: { values: '-t -w' },
  entr: plain,
  hyperfine: { values: '-w --warmup -r --runs -m -M -p --prepare -c --cleanup', joins: true },
  nodemon: { values: '-w --watch -e --ext -i --ignore', text: '-x --exec' },
  'cross-env': { assignments: true },
  dotenv: { values: '-f -e -v' },
  ssh,
  rsh: ssh,
  autossh: { ...ssh, values: `${ssh.values ?? ''} -M` },
  mosh: ssh,
  chroot: { operands: 1, elsewhere: true },
  unshare: { values: '-S -G --setuid --setgid', directory: '-w --wd' },
  nsenter: { values: '-t --target -S -G --setuid --setgid' },
  proot: { values: '-r -b -q -w -k -0' },
  fakeroot: { values: '-l -s -i -b' },
  torsocks: plain,
  torify: plain,
  proxychains: { values: '-f' },
  proxychains4: { values: '-f' },
  firejail: plain,
  strace: { values: '-o -e -p -s -u -a -S -P -E -b -I -X -O' },
  ltrace: { values: '-o -e -p -s -u -a -A -D -F -l -n -w -x' },
  valgrind: plain,
  'perf stat': { values: '-e -o -r -p -C -I -x' },
  'perf record': { values: '-e -o -c -F -p -C -g' },
  'xvfb-run': { values: '-s --server-args -n --server-num -e --error-file -f --auth-file -p -w' },
  'dbus-run-session': plain,
  busybox: { inert: '--list --install --help' },
  toybox: { inert: '--list --help' },
  'busybox-static': { inert: '--list --install --help' },
  shx: plain,
  coproc: plain,
  'distrobox-host-exec': plain,
  'host-spawn': plain,
  dzdo: sudo,
  npx: packageRunner,
  pnpx: packageRunner,
  bunx: packageRunner,
  'npm exec': packageRunner,
  'npm x': packageRunner,
  'pnpm exec': packageRunner,
  'pnpm dlx': packageRunner,
  'yarn exec': packageRunner,
  'yarn dlx': packageRunner,
  'bun x': packageRunner,
  'uv run': { values: '--with --python -p --extra --group --env-file --directory --project -m --module' },
  'poetry run': plain,
  'pipenv run': plain,
  'pdm run': plain,
  'hatch run': plain,
  'rye run': plain,
  'pixi run': plain,
  'bundle exec': plain,
  'mise exec': plain,
  'mise x': plain,
  'asdf exec': plain,
  'conda run': { values: '-n --name -p --prefix --cwd' },
  'mamba run': { values: '-n --name -p --prefix --cwd' },
  'direnv exec': { operands: 1 },
  'nix develop': plain,
  'nix-shell': { values: '-p --packages -A --attr -I', text: '--run --command' },
  'rampart preload': { values: '--state-dir --url --policy --mode --agent --session' },
  'cmake -E': plain,
  'tmux new-session': { values: '-s -n -c -t -x -y -e -F', joins: true },
  'tmux new': { values: '-s -n -c -t -x -y -e -F', joins: true },
  'tmux new-window': { values: '-n -c -t -e -F', joins: true },
  'tmux split-window': { values: '-c -t -l -e -F', joins: true },
  'tmux run-shell': { values: '-t -d', joins: true },
  'tmux send-keys': { values: '-t -N', joins: true },
  'docker exec': containerExec,
  'docker run': containerRun,
  'docker container exec': containerExec,
  'docker container run': containerRun,
  'docker compose exec': containerExec,
  'docker compose run': containerRun,
  'docker-compose exec': containerExec,
  'docker-compose run': containerRun,
  'podman compose exec': containerExec,
  'podman compose run': containerRun,
  'podman-compose exec': containerExec,
  'podman-compose run': containerRun,
  'devcontainer exec': {
    values: '--workspace-folder --container-id --config --id-label --remote-env --docker-path',
    elsewhere: true,
  },
  'ddev exec': { values: '-s --service -d --dir', joins: true, elsewhere: true },
  'adb shell': onDevice,
  'adb exec-out': onDevice,
  'minikube ssh': { values: '-p --profile -n --node', joins: true, elsewhere: true },
  'podman machine ssh': { joins: true, elsewhere: true },
  'docker-machine ssh': { operands: 1, joins: true, elsewhere: true },
  'tsh ssh': ssh,
  'pct exec': containerExec,
  'qm guest exec': containerExec,
  'fly machine exec': { values: '-a --app', operands: 1, joins: true, elsewhere: true },
  'eb ssh': { text: '-c --command', elsewhere: true },
  'apptainer exec': imageExec,
  'singularity exec': imageExec,
  'podman exec': containerExec,
  'podman run': containerRun,
  'nerdctl exec': containerExec,
  'nerdctl run': containerRun,
  'kubectl exec': containerExec,
  'lxc exec': containerExec,
  'incus exec': containerExec,
  'oc exec': containerExec,
  'crictl exec': containerExec,
  'ctr exec': containerExec,
  'nomad exec': containerExec,
  'multipass exec': containerExec,
  'nerdctl compose exec': containerExec,
  'nerdctl compose run': containerRun,
  'podman container exec': containerExec,
  'distrobox enter': { values: '-n --name', operands: 0 },
  'toolbox run': { values: '-c --container -d --distro' },
  'flatpak-spawn': { values: '--env --directory' },
  'limactl shell': containerExec,
  'colima ssh': { elsewhere: true },
  'vagrant ssh': { text: '-c --command', elsewhere: true },
  'gcloud compute ssh': { values: '--zone --project', text: '--command', operands: 1, elsewhere: true },
  'fly ssh console': { values: '-a --app', text: '-C --command', elsewhere: true },
  'flyctl ssh console': { values: '-a --app', text: '-C --command', elsewhere: true },
  'heroku run': { values: '-a --app -s --size', joins: true, elsewhere: true },
  'railway run': plain,
  'doppler run': { values: '-p --project -c --config', text: '--command' },
  'op run': { values: '--env-file' },
  'infisical run': { values: '--env --path', text: '-c --command' },
  'aws-vault exec': { values: '-d --duration', operands: 1 },
  'chamber exec': { operands: 1 },
  'dotenvx run': { values: '-f --env-file' },
  'sops exec-env': { operands: 1, joins: true },
  'nix shell': { text: '-c --command' },
  'nix run': { operands: 1 },
  'guix shell': plain,
  'devbox run': plain,
  'mise run': plain,
  'rye exec': plain,
  'hatch env run': plain,
  'yarn node': plain,
  bwrap: {
    values: '--bind --ro-bind --dev-bind --proc --dev --tmpfs --chdir --setenv --unsetenv',
    operands: 0,
  },
  'systemd-nspawn': { values: '-D --directory -M --machine -u --user --bind --bind-ro', elsewhere: true },
  'machinectl shell': { operands: 1, elsewhere: true },
  capsh: { text: '-c' },
  'start-stop-daemon': { values: '--pidfile -p --user --group -c --chdir -d --exec --startas' },
  daemonize: { values: '-c -e -o -p -l -u' },
  setarch: { operands: 1 },
  linux32: plain,
  linux64: plain,
  cpulimit: { values: '-l -p -e' },
  chpst: { values: '-u -U -b -/ -n -l -L -v -P -e' },
  softlimit: plain,
  faketime: { operands: 1 },
  'dbus-launch': plain,
  'ssh-agent': { values: '-a -t' },
  watchexec: { values: '-w -e -f -i --watch --exts' },
  reflex: { values: '-r -g -s' },
  tini: plain,
  'dumb-init': plain,
  catchsegv: plain,
  rr: plain,
  heaptrack: plain,
  screen: { values: '-S -c -h -p -t -T' },
  dtach: { operands: 1 },
  abduco: { operands: 1 },
  sshpass: { values: '-p -f -P' },
  'repo forall': everyRepository,
  'west forall': everyRepository,
  'mr run': plain,
  'meta exec': { joins: true },
  'gita shell': { joins: true },
  'cargo watch': { values: '-w --watch -i --ignore -d --delay', text: '-s --shell' },
  sbatch: { values: '-n -N -J -p -t -o -e -A', text: '--wrap' },
  srun: { values: '-n -N -c -p -t -J -w -A --mem' },
  mpirun: { values: '-n -np -c -H --host --hostfile' },
  mpiexec: { values: '-n -np -c -H --host --hostfile' },
  numactl: { values: '-N -m -C -i -p' },
  eatmydata: plain,
  'systemd-inhibit': { values: '--what --who --why --mode' },
  tsp: { values: '-L -N -D -W' },
  nq: plain,
  retry: { values: '-t -d -m --times --delay' },
  prlimit: { values: '-p --pid' },
  choom: { values: '-n -p' },
  runcon: { values: '-u -r -t -l -c', operands: 0 },
  schedtool: { values: '-n -a -p' },
  'run-one': plain,
  envdir: { operands: 1 },
  envchain: { operands: 1 },
  'foreman run': plain,
  'honcho run': plain,
  'heroku local:run': plain,
  'volta run': { values: '--node --npm --yarn' },
  'fnm exec': { values: '--using' },
  'rbenv exec': plain,
  'pyenv exec': plain,
  'nodenv exec': plain,
  'rvm do': plain,
  'rustup run': { operands: 1 },
  'stack exec': plain,
  'opam exec': plain,
  'xcrun simctl spawn': { operands: 1 },
  xcrun: { values: '--sdk --toolchain' },
  'arch-chroot': { operands: 1, elsewhere: true },
  schroot: { values: '-c -u -d --chroot --user --directory' },
  wsl: { values: '-d --distribution -u --user --cd' },
};

const launchers: ReadonlyMap<string, Launcher> = new Map(
  Object.entries(descriptions).map(([name, description]) => [name, complete(description)]),
);

/** Programs of which a sub-command is a launcher. */
const withSubcommands: ReadonlySet<string> = new Set(
  [...launchers.keys()].flatMap((name) => (name.includes(' ') ? [name.split(' ', 1)[0] ?? ''] : [])),
);

const dynamicLoader: Launcher = complete({
  values:
    '--library-path --preload --audit --argv0 --inhibit-rpath --glibc-hwcaps-prepend --glibc-hwcaps-mask',
  inert: '--list --verify --help --version --list-tunables --list-diagnostics',
});

function complete(description: Description): Launcher {
  return {
    values: setOf(description.values),
    flags: setOf(description.flags),
    operands: description.operands ?? 0,
    isTransparent: description.transparent === true,
    isElsewhere: description.elsewhere === true,
    isOpenEnded: description.openEnded === true,
    takesAssignments: description.assignments === true,
    joinsText: description.joins === true,
    text: setOf(description.text),
    directory: setOf(description.directory),
    inert: setOf(description.inert),
  };
}

function setOf(words: string | undefined): ReadonlySet<string> {
  return new Set(words === undefined || words === '' ? [] : words.split(' '));
}

/** The launcher of this name, which may be a program and its sub-command; null when it is none. */
export function findLauncher(name: string): Launcher | null {
  const known = launchers.get(name);
  if (known !== undefined) return known;
  return name.startsWith('ld') && /^ld(?:-(?:linux|musl)[\w.-]*|-[\d.]+|64)?\.so(?:\.\d+)?$/.test(name)
    ? dynamicLoader
    : null;
}

/** Whether a sub-command of this program may be a launcher. */
export function hasLauncherSubcommand(program: string): boolean {
  return withSubcommands.has(program);
}
