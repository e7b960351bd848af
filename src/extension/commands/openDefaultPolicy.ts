import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CommandParts } from './commandParts.ts';

/** Opens the policy that comes with this extension: to be read, and never changed in place. */
export async function openDefaultPolicy({ bundleFolder }: CommandParts): Promise<void> {
  const file = vscode.Uri.file(join(bundleFolder, 'policies', 'default.yaml'));
  const text = Buffer.from(await vscode.workspace.fs.readFile(file)).toString();
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: text });
  await vscode.window.showTextDocument(document);
}
