import { plural, t } from './localise.ts';
import { formatLine } from './text.ts';

/** What *Remove from This Machine* says. */
export const removeMessages = {
  question: t`Remove Rampart from this machine?`,
  detail: t`The guard is turned off and the policy endpoint ends. The command, the preload library and the runtime below ~/.rampart are removed. Your policies and the record of what ran stay, and so does this extension: uninstall it afterwards, or it installs them again when you turn the guard on.`,
  button: t`Remove`,
  done: (removed: string, left: string): string =>
    left === '' ? t`Removed: ${removed}. Nothing is left.` : t`Removed: ${removed}. Left: ${left}.`,
  nothing: t`Nothing of Rampart is installed on this machine.`,
  failed: (problem: string): string => t`Rampart was not removed: ${problem}`,
  endpointRemains: t`its policy endpoint still runs, because another window keeps it. Close the other windows, and remove Rampart then.`,
} as const;

/** What has to go before Rampart can be removed. */
export interface RemovalObstacle {
  /** Terminals of this window, other programs that are guarded, or agents whose settings name the library. */
  readonly kind: 'terminals' | 'programs' | 'agents';
  readonly names: readonly string[];
}

/** What is said of an obstacle, and the button that leads to it. */
export interface ObstacleText {
  readonly text: string;
  readonly button: string;
}

/** How many are named; of more it is told how many. */
const maxNamed = 5;

/** Says what is in the way, and what to do about it; nothing was removed or turned off. */
export function formatObstacle({ kind, names }: RemovalObstacle): ObstacleText {
  const list = formatNames(names);
  switch (kind) {
    case 'terminals':
      return {
        text: t`Rampart was not removed, because it guards open terminals: ${list}. Close them, and remove it then.`,
        button: t`Show Terminal`,
      };
    case 'programs':
      return {
        text: t`Rampart was not removed, because it guards programs outside this window’s terminals: ${list}. End them, and remove it then.`,
        button: t`Show Guarded Terminals`,
      };
    case 'agents':
      return {
        text: t`Rampart was not removed, because the settings of agents name its library: ${list}. Undo that, and remove it then.`,
        button: t`Undo…`,
      };
  }
}

function formatNames(names: readonly string[]): string {
  const named = names.slice(0, maxNamed).map((name) => t`“${formatLine(name)}”`);
  const more = names.length - named.length;
  return [...named, ...(more === 0 ? [] : [plural(more)`# more | # more`])].join(', ');
}
