import { plural, t } from './localise.ts';

/** What *Protect Terminal* may do with a terminal in which the library is not loaded. */
export type UnguardedChoice = 'openGuarded' | 'relaunch' | 'cancel';

/** One line of a quick pick. */
export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  readonly description?: string;
  readonly detail: string;
}

/** What to offer when a terminal runs something and the library is not loaded in it; the harmless choice first. */
export const unguardedChoices: readonly Choice<UnguardedChoice>[] = [
  {
    value: 'openGuarded',
    label: t`$(add) Open guarded terminal`,
    detail: t`A new terminal beside this one; what runs here goes on, unguarded.`,
  },
  {
    value: 'relaunch',
    label: t`$(debug-restart) Relaunch, ending what runs`,
    detail: t`This terminal starts anew, guarded. What runs in it is ended.`,
  },
  { value: 'cancel', label: t`$(close) Cancel`, detail: t`Nothing changes.` },
];

/** What *Stop Protecting* may do. */
export type StopChoice = 'releaseTerminal' | 'workspaceOff' | 'guardOff';

/** What *Stop Protecting* offers; `terminal` is the active terminal's name when the library is loaded in it. */
export function stopChoices(terminal: string | null): readonly Choice<StopChoice>[] {
  const release: readonly Choice<StopChoice>[] =
    terminal === null
      ? []
      : [
          {
            value: 'releaseTerminal',
            label: t`$(terminal) This terminal: ${terminal}`,
            detail: t`What you type in it is no longer asked about. What agents in it start still is.`,
          },
        ];
  return [
    ...release,
    {
      value: 'workspaceOff',
      label: t`$(root-folder) New terminals and tasks in this workspace`,
      detail: t`The guard is turned off here only. Terminals that are guarded now stay guarded.`,
    },
    {
      value: 'guardOff',
      label: t`$(shield) New terminals and tasks`,
      detail: t`The guard is turned off everywhere. Terminals that are guarded now stay guarded.`,
    },
  ];
}

/** What the commands around protection say. */
export const protectMessages = {
  pickTitle: t`This terminal runs something and is not guarded`,
  stopTitle: t`Stop protecting`,
  protected: (name: string): string =>
    t`“${name}” is protected until it is closed: everything started in it is asked about.`,
  protectedBeside: (name: string, origin: string | null): string =>
    origin === null
      ? t`“${name}” is protected until it is closed, but not the sessions that it only shows: they go by where they were begun.`
      : t`“${name}” is protected until it is closed, but not the sessions that it only shows: they were begun in “${origin}” and go by that. Protect it, too.`,
  relaunched: (name: string): string =>
    t`“${name}” was idle, so it was relaunched. It is protected until it is closed.`,
  relaunchedOnRequest: (name: string): string =>
    t`“${name}” was relaunched and is protected until it is closed.`,
  opened: (name: string): string => t`“${name}” was opened and is protected until it is closed.`,
  released: (name: string): string =>
    t`“${name}”: what you type is no longer asked about; agents in it still are.`,
  guardOff: t`The guard is off for new terminals. Those that are guarded stay so until they are closed.`,
  unsupported: (platform: string, arch: string): string =>
    platform === 'win32'
      ? t`Rampart cannot guard terminals on Windows itself. Open the folder in WSL, over SSH or in a container and protect it there.`
      : t`This installation of Rampart brings no preload library for ${platform} ${arch}, so no terminal can be guarded here.`,
  notGuarded: (name: string): string => t`“${name}” is not guarded.`,
  notReached: (cause: string): string => t`The policy endpoint could not be reached: ${cause}`,
  terminalGone: t`It was not started in a terminal that is open in this window.`,
  terminalEnded: t`That terminal has ended meanwhile.`,
  noEndpoint: t`it did not answer in time`,
  notStarted: t`The terminal has not started yet. It will be guarded when it does.`,
  problem: (cause: string): string => t`Rampart could not set up the guard: ${cause}`,
  setting: (problem: string, others: number): string =>
    [
      t`Rampart cannot use a setting as it is. ${problem}.`,
      ...(others === 0
        ? []
        : [plural(others)`# more setting cannot be used. | # more settings cannot be used.`]),
    ].join(' '),
  otherVersion: (endpoint: string, own: string): string =>
    t`The policy endpoint is version ${endpoint}, this extension is ${own}. It guards all the same; started anew it is of this version, too.`,
  policyFiles: t`The policy endpoint reads the files of this setting when it starts.`,
  upstream: t`Rampart asks the upstream that is set when its policy endpoint starts. Restart it now? Commands that start meanwhile follow the fail mode.`,
  upstreamLost: (url: string, reason: string) =>
    t`The upstream ${url} cannot be asked (${reason}). Rampart's own policy and the fail mode hold.`,
} as const;

/** Denied by the built-in policy, and harmless where nothing is guarded: there is no such directory. */
export const tryCommand = 'rm -rf /srv/no-such-folder';

/** Over the question whether new terminals shall really be unguarded. */
export const guardOffTitle = t`Leave new terminals and tasks unguarded, in every workspace?`;

/** The answers to it. */
export const guardOffChoices: readonly Choice<boolean>[] = [
  {
    value: true,
    label: t`$(warning) Turn the guard off`,
    detail: t`Agents that are started later run unchecked. The audit log keeps that you did.`,
  },
  { value: false, label: t`$(close) Cancel`, detail: t`Nothing changes.` },
];

/** Said when a setting turned the guard off, or a part of it. */
export const guardOffBySetting = {
  terminals: t`Rampart: the guard was turned off by its setting. New terminals and tasks are not guarded.`,
  extensions: t`Rampart: a setting was changed, and what extensions start without a terminal is not guarded any more.`,
  persons: t`Rampart: a setting was changed, and what you type in your own terminals is not asked about any more. What agents start still is.`,
} as const;

/** The button below that. */
export const turnOnButton = t`Turn It On Again`;

/** Chooses the shell of new terminals, where no library can be loaded into this one. */
export const anotherShellButton = t`Choose Another Shell`;

/** Starts the policy endpoint anew. */
export const restartButton = t`Restart It Now`;

/** What the editor shows on a terminal's tab about the variables that are put into it. */
export const armingDescription = t`Loads the Rampart preload library, so that every program is checked before it starts, and adds the command \`rampart\`.`;

/** The buttons that lead from a problem to what is in the way, and to its details. */
export const doctorButton = t`Doctor`;
export const logButton = t`Show Log`;
