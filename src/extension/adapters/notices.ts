import * as vscode from 'vscode';
import { hideIcons } from '../../presentation/choiceLabel.ts';
import { doctorButton, logButton } from '../../presentation/protectText.ts';
import { commandIds } from '../ids.ts';
import type { Background } from './background.ts';

/** Says something to the person without waiting for an answer. */
export interface Notices {
  /** A line in the status bar, for what the person sees anyway. */
  mention(text: string): void;
  /** A notification, for what they might not see. */
  inform(text: string): void;
  /** A notification that something did not work, with ways to what helps, if it is known, to the report and to the log. */
  warn(text: string, remedy?: Remedy): void;
}

/** What helps: a button, and the command behind it. */
export interface Remedy {
  readonly button: string;
  readonly command: string;
}

/** How long a mention stays in the status bar, in milliseconds. */
const mentionMs = 8_000;

/** Creates notices that log what they could not show. */
export function createNotices(background: Background): Notices {
  return {
    mention: (text) => {
      vscode.window.setStatusBarMessage(hideIcons(text), mentionMs);
    },
    inform: (text) => {
      background.run('showing a notification', async () => {
        await vscode.window.showInformationMessage(text);
      });
    },
    warn: (text, remedy) => {
      background.run('showing a notification', async () => {
        const ways = [
          ...(remedy === undefined ? [] : [remedy]),
          { button: doctorButton, command: commandIds.doctor },
          { button: logButton, command: commandIds.showLog },
        ];
        const chosen = await vscode.window.showWarningMessage(text, ...ways.map(({ button }) => button));
        const way = ways.find(({ button }) => button === chosen);
        if (way !== undefined) await vscode.commands.executeCommand(way.command);
      });
    },
  };
}
