import { join } from 'node:path';
import * as vscode from 'vscode';
import { settingIds } from './ids.ts';

/** Whether new terminals and tasks are to be guarded. */
export function isGuardEnabled(): boolean {
  return vscode.workspace.getConfiguration().get(settingIds.guardEnabled) === true;
}

/** Keeps in the user's settings whether new terminals and tasks are to be guarded. */
export async function writeGuardEnabled(enabled: boolean): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(settingIds.guardEnabled, enabled, vscode.ConfigurationTarget.Global);
}

/** The policy files that the user named, as absolute paths; what is no path is left out. */
export function readPolicyFiles(home: string): readonly string[] {
  const files: unknown = vscode.workspace.getConfiguration().get(settingIds.policyFiles);
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => {
    if (typeof file !== 'string') return [];
    if (file.startsWith('~/')) return [join(home, file.slice(2))];
    return file.startsWith('/') ? [file] : [];
  });
}

/** Whether a notification is wanted when a command was denied. */
export function isDenialNoticeWanted(): boolean {
  return vscode.workspace.getConfiguration().get(settingIds.showDenials) !== false;
}

/** Keeps in the user's settings that no such notification is wanted. */
export async function silenceDenialNotices(): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(settingIds.showDenials, false, vscode.ConfigurationTarget.Global);
}
