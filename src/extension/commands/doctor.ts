import { join } from 'node:path';
import * as vscode from 'vscode';
import { examineMachine } from '../../client/examineMachine.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import {
  doctorTitle,
  examiningText,
  formatDoctorReport,
  reportCopiedText,
} from '../../presentation/doctorReport.ts';
import { reportScheme } from '../ids.ts';
import { readSettingProblems } from '../configuration.ts';
import type { CommandParts } from './commandParts.ts';

/** Shows what keeps terminals from being guarded, or could: what the command line's doctor says, and this window's part. */
export async function showDoctor(parts: CommandParts): Promise<void> {
  const { bundleFolder, client, environment, home, registry, reports, status, version } = parts;
  const place = { location: vscode.ProgressLocation.Window, title: examiningText };
  const checks = await vscode.window.withProgress(place, () =>
    examineMachine({ program: currentNodeProgram(), bundle: join(bundleFolder, 'cli.js'), environment }),
  );
  const policies = await client.policyOverview();
  const remote = vscode.env.remoteName === undefined ? [] : [`remote ${vscode.env.remoteName}`];
  const text = formatDoctorReport({
    versions: [
      [`rampart ${version}`, `${vscode.env.appName} ${vscode.version}`, ...remote].join(', '),
      `${process.platform} ${process.arch}, ${new Date(parts.clock.now()).toISOString()}`,
    ],
    checks,
    settingProblems: readSettingProblems().map(({ message }) => message),
    policyProblems: policies.ok ? policies.value.problems : [],
    status: status.current,
    terminals: registry.terminals.map(({ subject }) => subject),
    home,
  });
  await reports.show(doctorTitle, text);
}

/** Puts the report in front on the clipboard. */
export async function copyReport({ notices }: CommandParts): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.uri.scheme !== reportScheme) return;
  await vscode.env.clipboard.writeText(document.getText());
  notices.mention(reportCopiedText);
}
