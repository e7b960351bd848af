import * as vscode from 'vscode';
import type { Logger } from '../../base/logger.ts';
import type { EndpointClient } from '../../client/endpointClient.ts';
import type { Background } from '../adapters/background.ts';
import type { EndpointSupervisor } from '../endpoint/endpointSupervisor.ts';
import { writeGuardEnabled } from '../configuration.ts';
import { settingIds } from '../ids.ts';
import { guardOffBySetting, turnOnButton } from '../../presentation/protectText.ts';
import type { GuardTurn } from './guard.ts';

/** What recording takes. */
export interface GuardRecordParts {
  readonly client: EndpointClient;
  readonly supervisor: EndpointSupervisor;
  readonly logger: Logger;
  readonly background: Background;
  /** The folders of the window. */
  readonly folders: () => readonly string[];
}

/** How long an endpoint that was just started may take until it can be told, in milliseconds. */
const startWaitMs = 10_000;

/** The most of the folders' names that the log keeps, in characters. */
const maxWhere = 200;

/** Has it in the audit log that the guard of this window was turned on or off, and says so where a setting did it. */
export async function recordGuard(parts: GuardRecordParts, { guarded, command }: GuardTurn): Promise<void> {
  const where = parts.folders().join(', ').slice(0, maxWhere) || 'a window without a folder';
  const reason = command === null ? `the setting ${settingIds.guardEnabled}` : `the command ${command}`;
  const record = async (): Promise<void> => {
    const told = await parts.client.recordGuard({ guarded, where, reason });
    if (!told.ok) parts.logger.warn(`the log does not have it: ${told.error.message}`);
  };
  parts.logger.warn(`the guard was turned ${guarded ? 'on' : 'off'} by ${reason}`);
  if (guarded) {
    parts.background.run('recording that the guard is on', async () => {
      if (await parts.supervisor.connected(startWaitMs)) await record();
    });
    return;
  }
  // What turned it off may end the endpoint next.
  await record();
  if (command === null && vscode.window.state.focused)
    parts.background.run('telling that the guard is off', tellOfSetting);
}

async function tellOfSetting(): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(guardOffBySetting, turnOnButton);
  if (chosen === turnOnButton) await writeGuardEnabled(true);
}
