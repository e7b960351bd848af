import { basename } from 'node:path';
import * as vscode from 'vscode';
import { builtinPolicyFile } from '../../system/policySources.ts';
import type { CommandParts } from './commandParts.ts';

/** Opens the policy that comes with this extension: to be read, and never changed in place. */
export async function openDefaultPolicy({ bundleFolder, reports }: CommandParts): Promise<void> {
  const file = builtinPolicyFile(bundleFolder);
  const text = Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.file(file))).toString();
  await reports.show(basename(file), text, 'yaml');
}
