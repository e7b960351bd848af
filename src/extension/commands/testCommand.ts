import * as vscode from 'vscode';
import { isRecord } from '../../base/record.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { formatTestReport, testReportTitle, testTitle } from '../../presentation/testText.ts';
import type { CommandParts } from './commandParts.ts';
import { explainCommand } from './explainCommand.ts';

/** Asks for a command, with one to start from when a rule gives it. */
async function askForCommand(given: unknown): Promise<string | undefined> {
  const example = isRecord(given) && typeof given['example'] === 'string' ? given['example'] : '';
  const value = example === '' ? 'rm -rf ~' : example;
  return vscode.window.showInputBox({ title: testTitle, value });
}

/** Keeps the tab of the rule that is tested: one that was only looked at would give way to the report. */
async function keepRule(given: unknown): Promise<void> {
  if (isRecord(given) && given['document'] !== undefined)
    await vscode.commands.executeCommand('workbench.action.keepEditor');
}

/** Whether the rule that is tested stands in a document that was not saved. */
function isUnsaved(given: unknown): boolean {
  const name = isRecord(given) ? given['document'] : undefined;
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === name);
  return document?.isDirty === true || document?.isUntitled === true;
}

/** Says what would be decided about a command, and why. Nothing is run. Asks for the command when none is given. */
export async function testCommand(parts: CommandParts, given: unknown): Promise<void> {
  const command = typeof given === 'string' ? given : await askForCommand(given);
  if (command === undefined || command.trim() === '') return;
  const tested = await explainCommand(parts, { command });
  if (!tested.ok) {
    parts.notices.warn(protectMessages.notReached(tested.error.message));
    return;
  }
  await keepRule(given);
  const report = formatTestReport(command, tested.value, isUnsaved(given));
  await parts.reports.show(testReportTitle(command), report);
}
