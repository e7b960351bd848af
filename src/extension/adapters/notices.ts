import * as vscode from 'vscode';
import { doctorButton, logButton } from '../../presentation/protectText.ts';
import { commandIds } from '../ids.ts';
import type { Background } from './background.ts';

/** Says something to the person without waiting for an answer. */
export interface Notices {
  /** A line in the status bar, for what the person sees anyway. */
  mention(text: string): void;
  /** A notification, for what they might not see. */
  inform(text: string): void;
  /** A notification that something did not work, with ways to the report and to the log. */
  warn(text: string): void;
}

/** How long a mention stays in the status bar, in milliseconds. */
const mentionMs = 8_000;

/** Creates notices that log what they could not show. */
export function createNotices(background: Background): Notices {
  return {
    mention: (text) => {
      vscode.window.setStatusBarMessage(text, mentionMs);
    },
    inform: (text) => {
      background.run('showing a notification', async () => {
        await vscode.window.showInformationMessage(text);
      });
    },
    warn: (text) => {
      background.run('showing a notification', async () => {
        const chosen = await vscode.window.showWarningMessage(text, doctorButton, logButton);
        if (chosen === doctorButton) await vscode.commands.executeCommand(commandIds.doctor);
        if (chosen === logButton) await vscode.commands.executeCommand(commandIds.showLog);
      });
    },
  };
}
