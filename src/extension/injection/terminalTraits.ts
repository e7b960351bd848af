import type * as vscode from 'vscode';

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
