import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  findSettingProblems,
  isPolicyPath,
  isUpstream,
  type SettingProblem,
} from '../presentation/settingProblems.ts';
import type { GuardSubject } from '../client/endpointClient.ts';
import type { Scope } from '../protocol/session.ts';
import { settingIds } from './ids.ts';

/** Whether new terminals and tasks are to be guarded. A value that is neither yes nor no does not turn the guard off. */
export function isGuardEnabled(): boolean {
  return (vscode.workspace.getConfiguration().get(settingIds.guardEnabled) ?? false) !== false;
}

/** What is wrong with our settings. */
export function readSettingProblems(): readonly SettingProblem[] {
  const settings = vscode.workspace.getConfiguration();
  const { guardEnabled, guardExtensionHost, guardScope, policyFiles, showDenials } = settingIds;
  const { upstream, upstreamTokenFile } = settingIds;
  return findSettingProblems([
    { id: guardEnabled, kind: 'boolean', value: settings.get(guardEnabled) },
    { id: guardExtensionHost, kind: 'boolean', value: settings.get(guardExtensionHost) },
    { id: guardScope, kind: 'scope', value: settings.get(guardScope) },
    { id: policyFiles, kind: 'policyFiles', value: settings.get(policyFiles) },
    { id: showDenials, kind: 'boolean', value: settings.get(showDenials) },
    { id: upstream, kind: 'upstream', value: settings.get(upstream) },
    { id: upstreamTokenFile, kind: 'tokenFile', value: settings.get(upstreamTokenFile) },
  ]);
}

/** Whether what extensions start without a terminal is to be guarded, too. */
export function isHostGuardWanted(): boolean {
  return vscode.workspace.getConfiguration().get(settingIds.guardExtensionHost) === true;
}

/** Keeps in the user's settings whether new terminals and tasks are to be guarded. */
export async function writeGuardEnabled(enabled: boolean): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(settingIds.guardEnabled, enabled, vscode.ConfigurationTarget.Global);
}

/** The setting by which the guard, or a part of it, is turned on and off. */
export const guardBySetting: Readonly<Record<GuardSubject, string>> = {
  terminals: settingIds.guardEnabled,
  extensions: settingIds.guardExtensionHost,
  persons: settingIds.guardScope,
};

/** Has the user's settings turn the guard, or a part of it, on. */
export async function writeGuardOn(of: GuardSubject): Promise<void> {
  await vscode.workspace
    .getConfiguration()
    .update(guardBySetting[of], of === 'persons' ? 'all' : true, vscode.ConfigurationTarget.Global);
}

/** Whose commands are asked about in a terminal of which the person said nothing. What is no scope leaves nobody alone. */
export function readGuardScope(): Scope {
  const scope: unknown = vscode.workspace.getConfiguration().get(settingIds.guardScope) ?? 'agents';
  return scope === 'agents' ? 'agents' : 'all';
}

/** The policy files that the user named, as absolute paths; what is no path is left out. */
export function readPolicyFiles(home: string): readonly string[] {
  const files: unknown = vscode.workspace.getConfiguration().get(settingIds.policyFiles);
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => {
    if (!isPolicyPath(file)) return [];
    return [file.startsWith('~/') ? join(home, file.slice(2)) : file];
  });
}

/** What the policy endpoint is told of an upstream, as arguments; nothing where none is named. */
export function readUpstreamArguments(home: string): readonly string[] {
  const settings = vscode.workspace.getConfiguration();
  const [url, file] = [settings.get(settingIds.upstream), settings.get(settingIds.upstreamTokenFile)];
  if (typeof url !== 'string' || !isUpstream(url)) return [];
  const isNamed = typeof file === 'string' && file !== '' && url !== 'none';
  const path = isNamed && file.startsWith('~/') ? join(home, file.slice(2)) : file;
  return ['--upstream', url, ...(isNamed ? ['--upstream-token-file', String(path)] : [])];
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

/**
 * Has the editor read the user's settings anew: another window has changed one, and the watch over their file may tell
 * late or never. The editor reads them once it has written one, so one is written that stays as it is.
 */
export async function readSettingsAnew(): Promise<void> {
  const settings = vscode.workspace.getConfiguration();
  const { globalValue } = settings.inspect(settingIds.showDenials) ?? {};
  await settings.update(settingIds.showDenials, globalValue, vscode.ConfigurationTarget.Global);
}
