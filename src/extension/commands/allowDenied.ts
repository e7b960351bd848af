import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../base/assert.ts';
import {
  allowChoices,
  allowMessages,
  allowTitle,
  blockChoices,
  blockTitle,
} from '../../presentation/allowText.ts';
import { firstChangedLine } from '../../presentation/policyFiles.ts';
import { ownRulesFile, ownRulesTemplate } from '../../presentation/policyTemplate.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import type { AuditRecord } from '../../protocol/auditRecord.ts';
import { handRulesFile, userPolicyFolder } from '../../system/policySources.ts';
import type { DecisionRowNode } from '../views/decisionItem.ts';
import { askAbout } from './answerApproval.ts';
import { chooseValue } from './chooseValue.ts';
import type { CommandParts } from './commandParts.ts';
import { offerToType, typeAgain } from './offerToType.ts';
import { openRule } from './openRule.ts';
import { switchPacks } from './switchPacks.ts';

/** The policy in a person's own file into which rules are written. */
const ownPolicy = 'my-rules';

/** Asks how a refused command may run after all. */
export async function allowDenied(parts: CommandParts, node: DecisionRowNode): Promise<void> {
  const { rule, request, sid } = node.record;
  // What waits for an answer is answered there, or it would go on waiting.
  const asked = parts.approvals.findAsked(request.command, sid);
  if (asked !== null) {
    await askAbout(parts, asked);
    return;
  }
  const chosen = await chooseValue(allowTitle(node.record), allowChoices(node.record));
  if (chosen === 'once') await allowOnce(parts, node.record);
  if (chosen === 'always') await writeOwnRule(parts, node.record, 'allow');
  if (chosen === 'packOff' && rule !== null) {
    const onSwitched = (): void => parts.views.policy.refreshBoxes();
    await switchPacks({ ...parts, onSwitched }, new Map([[rule.policy, false]]));
  }
  if (chosen === 'openRule') await openRule(node);
}

/** Lets exactly this command run once, and types it again where it was refused, or offers to. */
export async function allowOnce(
  { client, notices, registry }: CommandParts,
  record: AuditRecord,
  then: 'typed' | 'offered' = 'offered',
): Promise<void> {
  const granted = await client.runAnyway(record.id);
  if (!granted.ok) {
    notices.warn(protectMessages.notReached(granted.error.message));
    return;
  }
  const sid = registry.terminalOfRecord(record) === null ? null : record.sid;
  const allowed = { command: record.request.command, sid };
  if (then === 'typed' && typeAgain(registry, allowed)) return;
  await offerToType(registry, allowed, allowMessages.granted(record));
}

/** Shows the rule that denies a command, and writes it when the person says so. */
export async function blockCommand(parts: CommandParts, { record }: DecisionRowNode): Promise<void> {
  if ((await chooseValue(blockTitle, blockChoices(record))) === true)
    await writeOwnRule(parts, record, 'deny');
}

async function writeOwnRule(
  parts: CommandParts,
  record: AuditRecord,
  action: 'allow' | 'deny',
): Promise<void> {
  // Reading policies takes longer than the rest of this window, and most never write a rule.
  const { addRule, allowanceName, exactPattern } = await import('../../policy/editPolicyFile.ts');
  const pattern = exactPattern(record.request.command);
  // What a person allows by hand wins over denials, from that one file.
  const isAllowed = action === 'allow';
  const file = isAllowed ? handRulesFile(parts.home) : join(userPolicyFolder(parts.home), ownRulesFile);
  const policy = isAllowed ? allowanceName(record.tool, pattern) : ownPolicy;
  const before = readText(file) ?? (isAllowed ? '' : ownRulesTemplate);
  const added = addRule(before, policy, {
    action,
    tool: record.tool,
    pattern,
    message: action === 'deny' ? allowMessages.blocked : null,
    expiresAt: null,
    isOnce: false,
    added: new Date(parts.clock.now()).toISOString(),
  });
  if (!added.ok) {
    parts.notices.warn(protectMessages.problem(added.error));
    return;
  }
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, added.value, { mode: 0o600 });
  } catch (thrown) {
    parts.notices.warn(protectMessages.problem(messageOf(thrown)));
    return;
  }
  // The rule may stand far below the beginning of the file, and is what the person wants to see.
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
  // Where the file was open before, the editor hears of what is written only later: it is told to read it again.
  if (!editor.document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
  const place = new vscode.Position(firstChangedLine(before, added.value), 0);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  parts.notices.mention(allowMessages.written);
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
