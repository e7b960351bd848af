import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import {
  formatLogProblem,
  formatPolicyProblems,
  openProblemButton,
} from '../../presentation/policyProblem.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import type { Background } from '../adapters/background.ts';
import { ProblemAnnouncer, type ToldProblems } from '../model/problemAnnouncer.ts';

/** Tells of problems in policy files, and of a log that cannot be written. */
export class PolicyProblemNotifier implements Disposable {
  readonly #logger: Logger;
  readonly #background: Background;
  readonly #announcer: ProblemAnnouncer;
  readonly #editors: vscode.Disposable;
  #logged = '';
  #isLogTold = false;

  constructor(logger: Logger, background: Background) {
    this.#logger = logger;
    this.#background = background;
    this.#announcer = new ProblemAnnouncer({
      isInFront: (file) =>
        vscode.window.visibleTextEditors.some(({ document }) => document.fileName === file),
      tell: (problems) => background.run('telling of a policy problem', () => showProblem(problems)),
    });
    this.#editors = vscode.window.onDidChangeVisibleTextEditors(() => this.#announcer.look());
  }

  /** Takes all problems that there are now. */
  take(problems: readonly PolicyProblem[]): void {
    const ofLog = problems.find(({ subject }) => subject === 'log');
    this.#takeLog(ofLog);
    const ofPolicy = problems.filter((problem) => problem !== ofLog);
    const state = JSON.stringify(ofPolicy);
    if (state !== this.#logged) {
      for (const { file, line, column, message } of ofPolicy) {
        this.#logger.error(`policy problem at ${file}:${line}:${column}: ${message}`);
      }
    }
    this.#logged = state;
    this.#announcer.take(ofPolicy);
  }

  dispose(): void {
    this.#editors.dispose();
  }

  #takeLog(problem: PolicyProblem | undefined): void {
    if (problem !== undefined && !this.#isLogTold) {
      this.#logger.error(problem.message);
      this.#background.run('telling of a problem of the log', async () => {
        await vscode.window.showWarningMessage(formatLogProblem(problem));
      });
    }
    this.#isLogTold = problem !== undefined;
  }
}

async function showProblem(problems: ToldProblems): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(formatPolicyProblems(problems), openProblemButton);
  if (chosen !== openProblemButton) return;
  const [{ file, line, column }] = problems;
  const place = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const selection = new vscode.Range(place, place);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection });
}
