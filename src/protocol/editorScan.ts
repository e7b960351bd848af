import type { Action } from './decision.ts';
import { extensionsAgent } from './environment.ts';

/** What is known of a command that was decided. */
export interface DecidedCommand {
  readonly agent: string;
  readonly action: Action;
  readonly command: string;
}

/**
 * Where terminals run on another machine than the window, VS Code looks for open ports there, every few seconds and as
 * long as it runs: by these commands of its own, the first of which names every open file of every process.
 */
const scans: ReadonlySet<string> = new Set(['grep socket:', 'ps -F -A -l', 'grep root']);
const openFiles = /^ls -l(?: \/proc\/\d+\/fd\/\d+)+(?: [/procfd\d]{0,40})?$/;

/**
 * Whether it is what a guarded editor runs to find open ports. It can be told by its text alone, so that an extension
 * may run the same: nothing is decided by it, and a refusal is never one.
 */
export function isEditorScan({ agent, action, command }: DecidedCommand): boolean {
  if (agent !== extensionsAgent || action !== 'allow') return false;
  return scans.has(command) || openFiles.test(command);
}

/** How much of such a command a record keeps, in characters: it says nothing that the next one does not say again. */
export const maxScanLength = 256;
