import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import { DisposableList } from '../base/disposable.ts';
import type { EndpointClient } from '../client/endpointClient.ts';
import { protectMessages, restartButton } from '../presentation/protectText.ts';
import { openSettingsButton, type SettingProblem } from '../presentation/settingProblems.ts';
import type { Background } from './adapters/background.ts';
import { readSettingProblems } from './configuration.ts';
import { settingIds } from './ids.ts';
import type { TerminalRegistry } from './injection/terminalRegistry.ts';
import type { WindowStatus } from './model/windowStatus.ts';

/** What follows the settings. */
export interface SettingParts {
  readonly background: Background;
  readonly client: EndpointClient;
  readonly status: WindowStatus;
  /** Tells the endpoint of the terminals that are open. */
  readonly registry: TerminalRegistry;
  /** Carries out whether new terminals are guarded. */
  readonly follow: () => Promise<void>;
}

/** Carries out what a person sets, and says what of it cannot be carried out. */
export function watchSettings(parts: SettingParts): Disposable {
  const owned = new DisposableList();
  const { background } = parts;
  let told = '';
  const tell = (): void => {
    const [first, ...others] = readSettingProblems();
    const message = first === undefined ? '' : protectMessages.setting(first.message, others.length);
    if (message === told) return;
    told = message;
    if (first !== undefined) background.run('telling of a setting', () => showProblem(first, message));
  };
  owned.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('rampart')) return;
      tell();
      if (event.affectsConfiguration(settingIds.guardScope)) parts.registry.registerAll();
      const { guardEnabled, guardExtensionHost, guardScope } = settingIds;
      const isGuard = [guardEnabled, guardExtensionHost, guardScope].some((id) =>
        event.affectsConfiguration(id),
      );
      if (isGuard) background.run('following the setting', parts.follow);
      if (event.affectsConfiguration(settingIds.policyFiles))
        background.run('following the policy files', () => offerRestart(parts, protectMessages.policyFiles));
      const isUpstream = [settingIds.upstream, settingIds.upstreamTokenFile].some((id) =>
        event.affectsConfiguration(id),
      );
      if (isUpstream)
        background.run('following the upstream', () => offerRestart(parts, protectMessages.upstream));
    }),
  );
  tell();
  return owned;
}

async function showProblem({ setting, isInForm }: SettingProblem, message: string): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(message, openSettingsButton);
  if (chosen !== openSettingsButton) return;
  const { executeCommand } = vscode.commands;
  if (isInForm) await executeCommand('workbench.action.openSettings', setting);
  else await executeCommand('workbench.action.openSettingsJson', { revealSetting: { key: setting } });
}

/** An endpoint that runs has read its files; the next one is started at once by the windows. */
async function offerRestart({ client, status }: SettingParts, message: string): Promise<void> {
  if (status.current.endpoint !== 'connected') return;
  const chosen = await vscode.window.showInformationMessage(message, restartButton);
  if (chosen === restartButton) await client.shutdown();
}
