import * as vscode from 'vscode';
import type { Logger } from '../../base/logger.ts';
import type { EndpointClient, GuardSubject } from '../../client/endpointClient.ts';
import type { Background } from '../adapters/background.ts';
import type { EndpointSupervisor } from '../endpoint/endpointSupervisor.ts';
import { guardBySetting, writeGuardOn } from '../configuration.ts';
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

/** Has it in the audit log that the guard of this window, or a part of it, was turned on or off, and says so where a setting did it. */
export async function recordGuard(parts: GuardRecordParts, turn: GuardTurn): Promise<void> {
  const { of, guarded, command } = turn;
  const where = parts.folders().join(', ').slice(0, maxWhere) || 'a window without a folder';
  const reason = command === null ? `the setting ${guardBySetting[of]}` : `the command ${command}`;
  const record = async (): Promise<void> => {
    const told = await parts.client.recordGuard({ of, guarded, where, reason });
    if (!told.ok) parts.logger.warn(`the log does not have it: ${told.error.message}`);
  };
  parts.logger.warn(`the guard of ${of} was turned ${guarded ? 'on' : 'off'} by ${reason}`);
  // What turned all of it off may end the endpoint next.
  if (of === 'terminals' && !guarded) await record();
  else {
    parts.background.run('recording the guard', async () => {
      if (await parts.supervisor.connected(startWaitMs)) await record();
    });
  }
  if (!guarded && command === null && vscode.window.state.focused)
    parts.background.run('telling that the guard is off', () => tellOfSetting(of));
}

async function tellOfSetting(of: GuardSubject): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(guardOffBySetting[of], turnOnButton);
  if (chosen === turnOnButton) await writeGuardOn(of);
}
