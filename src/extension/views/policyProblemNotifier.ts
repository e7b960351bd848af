import * as vscode from 'vscode';
import type { Logger } from '../../base/logger.ts';
import {
  formatLogProblem,
  formatPolicyProblems,
  openProblemButton,
} from '../../presentation/policyProblem.ts';
import type { PolicyProblem } from '../../protocol/streamEvent.ts';
import type { Background } from '../adapters/background.ts';

/** Tells of problems in policy files, and of a log that cannot be written, each state of affairs once. */
export function createPolicyProblemNotifier(
  logger: Logger,
  background: Background,
): (problems: readonly PolicyProblem[]) => void {
  let told = '';
  let isLogTold = false;
  return (problems) => {
    const ofLog = problems.find(({ subject }) => subject === 'log');
    if (ofLog !== undefined && !isLogTold) {
      logger.error(ofLog.message);
      background.run('telling of a problem of the log', async () => {
        await vscode.window.showWarningMessage(formatLogProblem(ofLog));
      });
    }
    isLogTold = ofLog !== undefined;
    const ofPolicy = problems.filter((problem) => problem !== ofLog);
    const state = JSON.stringify(ofPolicy);
    const [first, ...others] = ofPolicy;
    if (state === told) return;
    told = state;
    if (first === undefined) return;
    for (const { file, line, column, message } of ofPolicy) {
      logger.error(`policy problem at ${file}:${line}:${column}: ${message}`);
    }
    background.run('telling of a policy problem', () => showProblem([first, ...others]));
  };
}

async function showProblem(problems: readonly [PolicyProblem, ...PolicyProblem[]]): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(formatPolicyProblems(problems), openProblemButton);
  if (chosen !== openProblemButton) return;
  const [{ file, line, column }] = problems;
  const place = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const selection = new vscode.Range(place, place);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection });
}
