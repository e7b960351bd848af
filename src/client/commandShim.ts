import type { NodeProgram } from './nodeProgram.ts';

/** Set by the shim where it had to say `ELECTRON_RUN_AS_NODE` itself, so that the command takes both away again. */
export const shimElectronVariable = 'RAMPART_SHIM_ELECTRON';

/** Set by the shim to the signals that its caller ignores, as the kernel writes them: Node.js forgets them when it starts. */
export const shimIgnoredVariable = 'RAMPART_SHIM_IGNORED';

/** Set by the shim to those of the descriptors 0, 1 and 2 that its caller has closed: Node.js opens them. */
export const shimClosedVariable = 'RAMPART_SHIM_CLOSED';

/** Notes what Node.js changes, for commands that become another program; where there is no /proc, nothing is noted. */
const noteChanges = [
  'case ${1-} in preload | serve)',
  '  if [ -r /proc/self/status ]; then',
  '    while read -r field value; do',
  `      if [ "$field" = SigIgn: ]; then export ${shimIgnoredVariable}="$value"; fi`,
  '    done </proc/self/status',
  '    for field in 0 1 2; do',
  `      [ -e "/proc/self/fd/$field" ] || export ${shimClosedVariable}="\${${shimClosedVariable}-}$field"`,
  '    done',
  '  fi ;;',
  'esac',
];

/** Ends well with a Node that runs our bundles; as old as JavaScript can be, for one that does not. */
const versionCheck =
  'var v = process.versions.node.split("."); process.exit(v[0] > 20 || (v[0] == 20 && v[1] >= 19) ? 0 : 1)';

/**
 * The text of the command `rampart`: a shell script that runs `script` with the program it was installed by,
 * else with a `node` of version 20.19 or newer from `PATH`, else says what is missing and exits 125.
 */
export function formatCommandShim(script: string, program: NodeProgram): string {
  const electron = [
    '  if [ -z "$ELECTRON_RUN_AS_NODE" ]; then',
    `    ELECTRON_RUN_AS_NODE=1 ${shimElectronVariable}=1 exec "$program" "$script" "$@"`,
    '  fi',
  ];
  return [
    '#!/bin/sh',
    "# Rampart's command line. Written by its installation, which also repairs it.",
    `script=${quote(script)}`,
    `program=${quote(program.path)}`,
    ...noteChanges,
    'if [ -x "$program" ] && [ -f "$script" ]; then',
    ...(program.isElectron ? electron : []),
    '  exec "$program" "$script" "$@"',
    'fi',
    'if [ ! -f "$script" ]; then',
    '  echo "rampart: the installation is incomplete, $script is missing: start the editor once, or install again" >&2',
    '  exit 125',
    'fi',
    'program=$(command -v node) || program=',
    `if [ -n "$program" ] && "$program" -e '${versionCheck}'; then`,
    '  exec "$program" "$script" "$@"',
    'fi',
    'echo "rampart: no Node.js 20.19 or newer is in PATH: start the editor once, or install Node.js" >&2',
    'exit 125',
    '',
  ].join('\n');
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
