import { t } from './localise.ts';

/** What *Remove from This Machine* says. */
export const removeMessages = {
  question: t`Remove Rampart from this machine?`,
  detail: t`The guard is turned off and the policy endpoint ends. The command, the preload library and the runtime below ~/.rampart are removed. Your policies and the record of what ran stay, and so does this extension: uninstall it afterwards, or it installs them again when you turn the guard on.`,
  button: t`Remove`,
  done: (removed: string, left: string): string =>
    left === '' ? t`Removed: ${removed}. Nothing is left.` : t`Removed: ${removed}. Left: ${left}.`,
  nothing: t`Nothing of Rampart is installed on this machine.`,
  failed: (problem: string): string => t`Rampart was not removed: ${problem}`,
  endpointRemains: t`the policy endpoint did not end`,
} as const;
