import * as vscode from 'vscode';
import { DisposableList, type Disposable } from '../../base/disposable.ts';
import { protectMessages } from '../../presentation/protectText.ts';
import { commandIds } from '../ids.ts';
import type { ApprovalNode } from '../views/approvalItem.ts';
import type { DecisionRowNode } from '../views/decisionItem.ts';
import type { SessionNode } from '../views/sessionTree.ts';
import { adaptAgent } from './adaptAgent.ts';
import { allowDenied, blockCommand } from './allowDenied.ts';
import { answer, askAbout, showApprovals } from './answerApproval.ts';
import type { CommandParts } from './commandParts.ts';
import { copyReport, showDoctor } from './doctor.ts';
import { filterDecisions } from './filterDecisions.ts';
import { loadOlder } from './loadOlder.ts';
import { createPolicyFromDecisions } from './createPolicyFromDecisions.ts';
import { openDefaultPolicy } from './openDefaultPolicy.ts';
import { registerExplainTool } from './registerExplainTool.ts';
import { registerRefusalLinks } from './registerRefusalLinks.ts';
import { tryDenial } from './tryDenial.ts';
import { testCommand } from './testCommand.ts';
import { openPolicy } from './openPolicy.ts';
import { openRule } from './openRule.ts';
import { protectTerminal, relaunchGuarded } from './protectTerminal.ts';
import { registerProfile } from './registerProfile.ts';
import { choosePacks } from './switchPacks.ts';
import { runAnyway } from './runAnyway.ts';
import { setMode } from './setMode.ts';
import { setWorkspaceGuard } from './setWorkspaceGuard.ts';
import { showLog } from './showLog.ts';
import { removeFromMachine } from './removeFromMachine.ts';
import { stopProtecting } from './stopProtecting.ts';

/** Registers every command. Those on a row of a view get it as their argument; the palette gives none. */
export function registerCommands(parts: CommandParts): Disposable {
  const owned = new DisposableList();
  const register = (id: string, run: (node?: unknown) => Promise<void>): void => {
    owned.add(vscode.commands.registerCommand(id, run));
  };
  register(commandIds.protectTerminal, (node) => protectTerminal(parts, terminalOf(node)));
  register(commandIds.protectRow, onTerminalRow(parts, protectTerminal));
  register(commandIds.stopProtecting, (node) => stopProtecting(parts, terminalOf(node)));
  register(commandIds.stopProtectingRow, onTerminalRow(parts, stopProtecting));
  register(commandIds.removeFromMachine, () => removeFromMachine(parts));
  register(commandIds.setMode, () => setMode(parts));
  register(commandIds.setWorkspaceGuard, () => setWorkspaceGuard(parts));
  register(commandIds.runAnyway, () => runAnyway(parts));
  register(commandIds.showDeniedCommands, () => parts.views.denied.show());
  register(commandIds.openPolicy, () => openPolicy(parts));
  register(commandIds.adaptAgent, () => adaptAgent(parts));
  register(commandIds.showLog, () => showLog(parts));
  register(commandIds.groupBySource, () => parts.views.decisions.groupBy('source'));
  register(commandIds.groupByTime, () => parts.views.decisions.groupBy('time'));
  register(commandIds.groupByCommand, () => parts.views.decisions.groupBy('command'));
  register(commandIds.explainDecision, async (node) => {
    if (isDecision(node)) await parts.views.denied.show(node.record.id);
  });
  register(commandIds.allowDenied, async (node) => {
    if (isDecision(node)) await allowDenied(parts, node);
  });
  register(commandIds.blockCommand, async (node) => {
    if (isDecision(node)) await blockCommand(parts, node);
  });
  register(commandIds.showApprovals, () => showApprovals(parts));
  register(commandIds.answerApproval, async (node) => {
    if (isApproval(node)) await askAbout(parts, node.approval);
  });
  register(commandIds.allowApproval, async (node) => {
    if (isApproval(node)) await answer(parts, node.approval, 'once');
  });
  register(commandIds.denyApproval, async (node) => {
    if (isApproval(node)) await answer(parts, node.approval, 'deny');
  });
  register(commandIds.testCommand, (command) => testCommand(parts, command));
  register(commandIds.openDefaultPolicy, () => openDefaultPolicy(parts));
  register(commandIds.createPolicyFromDecisions, () => createPolicyFromDecisions(parts));
  register(commandIds.choosePacks, () =>
    choosePacks({ ...parts, onSwitched: () => parts.views.policy.refreshBoxes() }),
  );
  register(commandIds.tryDenial, () => tryDenial(parts));
  register(commandIds.doctor, () => showDoctor(parts));
  register(commandIds.copyReport, () => copyReport(parts));
  register(commandIds.filterDecisions, () => filterDecisions(parts.views.decisions));
  register(commandIds.clearFilter, () => parts.views.decisions.clearFilter());
  register(commandIds.loadOlder, () => loadOlder(parts));
  register(commandIds.refresh, async () => {
    parts.views.policy.refresh();
    await parts.refresh();
  });
  register(commandIds.openRule, async (node) => {
    if (isDecision(node)) await openRule(node);
  });
  register(commandIds.copyCommand, async (node) => {
    if (isDecision(node)) await vscode.env.clipboard.writeText(node.record.request.command);
  });
  register(commandIds.showTerminal, async (node) => {
    showTerminal(parts, node);
    return Promise.resolve();
  });
  register(commandIds.relaunchGuarded, onTerminalRow(parts, relaunchGuarded));
  owned.add(registerProfile(parts));
  owned.add(registerRefusalLinks(parts.views.denied));
  owned.add(registerExplainTool(parts));
  return owned;
}

/** Works on the terminal of a row and on no other. For a row that is gone the editor gives what it gives for none. */
function onTerminalRow(
  parts: CommandParts,
  run: (parts: CommandParts, terminal: vscode.Terminal) => Promise<void>,
): (node?: unknown) => Promise<void> {
  return async (node) => {
    const terminal = terminalOf(node);
    if (terminal !== undefined && parts.registry.isOpen(terminal)) await run(parts, terminal);
    else parts.notices.mention(protectMessages.terminalEnded);
  };
}

/** Shows the terminal of a row, or the one in which a decision was asked for. */
function showTerminal({ registry, notices }: CommandParts, node: unknown): void {
  const terminal = isDecision(node) ? registry.terminalAroundRecord(node.record) : terminalOf(node);
  if (terminal != null) terminal.show();
  else notices.mention(protectMessages.terminalGone);
}

function isDecision(node: unknown): node is DecisionRowNode {
  return hasKind(node, 'decision');
}

function isApproval(node: unknown): node is ApprovalNode {
  return hasKind(node, 'approval');
}

function terminalOf(node: unknown): vscode.Terminal | undefined {
  const isTerminal = (one: unknown): one is SessionNode & { kind: 'terminal' } => hasKind(one, 'terminal');
  return isTerminal(node) ? node.known.terminal : undefined;
}

/** The editor hands back the very objects that our views made; only the kind has to be told apart. */
function hasKind(node: unknown, kind: string): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === kind;
}
