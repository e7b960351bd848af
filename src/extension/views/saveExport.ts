import * as vscode from 'vscode';
import { messageOf } from '../../base/assert.ts';
import { notExportedText, type ExportFormat } from '../../presentation/exportDecisions.ts';
import { t } from '../../presentation/localise.ts';
import type { Notices } from '../adapters/notices.ts';

/** Asks where exported decisions shall go, and writes them there, or says why that is not possible. */
export async function saveExport(format: ExportFormat, text: string, notices: Notices): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `rampart-decisions.${format}`;
  const file = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [format.toUpperCase()]: [format] },
    title: t`Export decisions`,
  });
  if (file === undefined) return;
  try {
    await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  } catch (thrown) {
    notices.warn(notExportedText(messageOf(thrown)));
    return;
  }
  // Many decisions are more text than an extension is let open; the editor itself opens it.
  await vscode.commands.executeCommand('vscode.open', file);
}
