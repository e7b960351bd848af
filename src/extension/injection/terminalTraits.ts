import type * as vscode from 'vscode';
import { recogniseEnvironment } from '../../protocol/agentRegistry.ts';

/** The editor says -1 or nothing where a terminal has no process. */
export function isProcessId(pid: number | undefined): pid is number {
  return pid !== undefined && pid > 0;
}

/** Whether an extension draws a terminal, which then has no process. */
export function isDrawn(terminal: vscode.Terminal): boolean {
  return 'pty' in terminal.creationOptions;
}

/** Whether a terminal is not shown in the list, as some agents' are. */
export function isHidden(terminal: vscode.Terminal): boolean {
  return 'hideFromUser' in terminal.creationOptions && terminal.creationOptions.hideFromUser;
}

/** The agent that opened a terminal, by the marks that it gave it; null when there are none. */
export function openingAgent({ creationOptions }: vscode.Terminal): string | null {
  const given = 'env' in creationOptions ? (creationOptions.env ?? {}) : {};
  const texts = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? undefined]));
  return recogniseEnvironment(texts);
}
