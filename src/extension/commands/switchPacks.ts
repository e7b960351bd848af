import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  packChoices,
  packsOffChoices,
  packsOffTitle,
  packsSwitchedText,
  packsTitle,
} from '../../presentation/policyRows.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { changeFile } from '../../system/changeFile.ts';
import { userPolicyFolder } from '../../system/policySources.ts';
import type { Notices } from '../adapters/notices.ts';
import { readPolicies, type PolicyPlaces } from '../policy/readPolicies.ts';
import { chooseValue } from './chooseValue.ts';
import { createQuickItem } from './quickItem.ts';

/** What switching packs takes. */
export interface PackParts extends PolicyPlaces {
  readonly notices: Notices;
  /** Shows the packs as they are now. */
  readonly onSwitched: () => void;
}

/** Asks which packs of the built-in policy shall count. */
export async function choosePacks(parts: PackParts): Promise<void> {
  const { packs } = await readPolicies(parts);
  const chosen = await vscode.window.showQuickPick(packChoices(packs).map(createQuickItem), {
    title: packsTitle,
    canPickMany: true,
    matchOnDetail: true,
  });
  if (chosen === undefined) return;
  const names = new Set(chosen.map(({ value }) => value));
  await switchPacks(parts, new Map(packs.map(({ name }) => [name, names.has(name)])));
}

/** Switches packs on or off for this user; asks once more when that lowers the protection. */
export async function switchPacks(parts: PackParts, wanted: ReadonlyMap<string, boolean>): Promise<void> {
  const { packs } = await readPolicies(parts);
  const changed = packs.filter(({ name, isOn }) => (wanted.get(name) ?? isOn) !== isOn);
  const off = changed.filter(({ isOn }) => isOn).map(({ name }) => name);
  const isMeant = off.length === 0 || (await chooseValue(packsOffTitle, packsOffChoices(off))) === true;
  if (isMeant && changed.length > 0) await writePacks(parts, changed);
  parts.onSwitched();
}

async function writePacks(
  { home, client, notices }: PackParts,
  changed: readonly { readonly name: string; readonly isOn: boolean }[],
): Promise<void> {
  const [{ switchPolicy }, { packsFile }] = await Promise.all([
    import('../../policy/editPolicyFile.ts'),
    import('../../policy/listPacks.ts'),
  ]);
  const file = join(userPolicyFolder(home), packsFile);
  for (const { name, isOn } of changed) {
    const written = changeFile(file, (text) => switchPolicy(text, name, !isOn));
    if (written.ok) continue;
    notices.warn(protectMessages.problem(written.error));
    return;
  }
  const told = await client.reloadPolicy();
  // Nobody there: the next endpoint reads the file when it starts.
  if (told.ok || told.error.code === 'unreachable') notices.mention(packsSwitchedText);
  else notices.warn(protectMessages.problem(told.error.message));
}
