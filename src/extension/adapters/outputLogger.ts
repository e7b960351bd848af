import type * as vscode from 'vscode';
import type { Logger } from '../../base/logger.ts';

/** A log that writes into one of the editor's output channels. */
export function createOutputLogger(output: vscode.LogOutputChannel): Logger {
  return {
    info: (message) => output.info(message),
    warn: (message) => output.warn(message),
    error: (message) => output.error(message),
  };
}
