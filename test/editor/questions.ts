import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../support/until.ts';

/** What stands for a question that was asked and is not answered yet. */
type Question = object;

/** Each test file is a bundle of its own, so that they share nothing but the process. */
const shared = globalThis as typeof globalThis & { question?: Question | null };

/** Notes from now on what an extension asks with quick picks and input boxes. */
export function watchQuestions({ extensionPath }: vscode.Extension<unknown>): void {
  // Every extension has a `vscode` of its own, which is given to whatever lies in its folder.
  const { window } = createRequire(join(extensionPath, 'package.json'))('vscode') as typeof vscode;
  const { showQuickPick, showInputBox, createQuickPick } = window;
  const begin = (): (() => void) => {
    const question = {};
    shared.question = question;
    return () => {
      if (shared.question === question) shared.question = null;
    };
  };
  const note =
    <Given extends readonly unknown[]>(ask: (...given: Given) => Thenable<unknown>) =>
    (...given: Given): Thenable<unknown> => {
      const asked = ask(...given);
      const end = begin();
      asked.then(end, end);
      return asked;
    };
  Object.assign(window, {
    showQuickPick: note(showQuickPick as (...given: readonly unknown[]) => Thenable<unknown>),
    showInputBox: note(showInputBox),
    createQuickPick: () => {
      const pick = createQuickPick();
      const show = pick.show.bind(pick);
      return Object.assign(pick, {
        show: () => {
          show();
          pick.onDidHide(begin());
        },
      });
    },
  });
}

/** Waits until something is asked, and what is asked is shown. */
export async function awaitQuestion(): Promise<void> {
  await until('something is asked', () => shared.question);
  // The next one is another question.
  shared.question = null;
  // The editor handles messages in order: it shows the question before it answers this.
  await vscode.env.clipboard.readText();
}
