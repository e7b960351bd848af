import * as vscode from 'vscode';
import type { ExportFormat } from '../../presentation/exportDecisions.ts';
import { t } from '../../presentation/localise.ts';

/** Asks where exported decisions shall go, and writes them there. */
export async function saveExport(format: ExportFormat, text: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `rampart-decisions.${format}`;
  const file = await vscode.window.showSaveDialog({
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
    filters: { [format.toUpperCase()]: [format] },
    title: t`Export decisions`,
  });
  if (file === undefined) return;
  await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  await vscode.window.showTextDocument(file);
}
