import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/assert.ts';
import { formatPolicyFile, policyPickTitle } from '../../presentation/policyFiles.ts';
import { ownRulesFile, ownRulesTemplate } from '../../presentation/policyTemplate.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { userPolicyFolder } from '../../system/policySources.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';

/** Opens a person's own rules, or another policy file that is in force. */
export async function openPolicy(parts: CommandParts): Promise<void> {
  const own = join(userPolicyFolder(parts.home), ownRulesFile);
  const others = (await listLoadedFiles(parts)).filter((file) => file !== own);
  const context = { own, home: parts.home, runtimes: join(parts.home, '.rampart', 'versions') };
  const choices = [own, ...others].map((file) => formatPolicyFile(file, context));
  const chosen = others.length === 0 ? own : await chooseValue(policyPickTitle, choices);
  if (chosen === null) return;
  if (chosen === own) writeOwnRules(own, parts);
  await vscode.window.showTextDocument(vscode.Uri.file(chosen));
}

/** The files in force as the endpoint tells, else those of the user's folder. */
async function listLoadedFiles(parts: CommandParts): Promise<readonly string[]> {
  const loaded = await parts.client.policies();
  if (loaded.ok) return [...new Set(loaded.value.map((policy) => policy.sourceFile))].filter(isPath);
  const folder = userPolicyFolder(parts.home);
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function isPath(file: string): boolean {
  return file.startsWith('/');
}

/** Writes the first file of a person's own rules; one that is there is left alone. */
function writeOwnRules(file: string, parts: CommandParts): void {
  try {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(file, ownRulesTemplate, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST';
    if (!isThere) parts.notices.warn(protectMessages.problem(messageOf(thrown)));
  }
}
