import { delimiter, dirname } from 'node:path';
import * as vscode from 'vscode';
import { armingVariables, loaderSeparator } from '../../client/preloadEnvironment.ts';
import { armingDescription } from '../../presentation/protectText.ts';

/** The stable paths that a terminal is told; nothing that changes may be among them, for the editor caches it. */
export interface StablePaths {
  readonly library: string;
  /** The command `rampart`. */
  readonly command: string;
  readonly url: string;
  readonly platform: string;
}

/**
 * Gives every terminal and task that starts from now on the library. The editor keeps it across reloads and
 * applies it before this extension runs again.
 */
export function armTerminals(
  collection: vscode.GlobalEnvironmentVariableCollection,
  paths: StablePaths,
): void {
  collection.persistent = true;
  collection.description = new vscode.MarkdownString(armingDescription);
  // Empty means "not set": what a repository's tasks or settings say there is hidden.
  const settings = { library: paths.library, url: paths.url, mode: '', failOpen: '' } as const;
  const wanted = armingVariables(settings, paths.platform);
  for (const { name, value, kind } of wanted) {
    if (kind === 'replace') collection.replace(name, value);
    else collection.prepend(name, `${value}${loaderSeparator}`, atStartAndPrompt);
  }
  // Behind everything else, so that a user's own command of that name wins.
  collection.append('PATH', `${delimiter}${dirname(paths.command)}`, atStartAndPrompt);
}

/**
 * Again when the shell's own files have been read, which may have set these anew. Each variable there costs every
 * terminal two programs, so only these two.
 */
const atStartAndPrompt = { applyAtProcessCreation: true, applyAtShellIntegration: true } as const;

/** Terminals and tasks that start from now on do not get the library. */
export function disarmTerminals(collection: vscode.GlobalEnvironmentVariableCollection): void {
  collection.clear();
}
