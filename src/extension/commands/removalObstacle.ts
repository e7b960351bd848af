import * as vscode from 'vscode';
import { agentAdapters } from '../../client/agents/agentAdapters.ts';
import { installationPlace } from '../../client/installation.ts';
import { findGuardedProcesses, findToldAgents } from '../../client/installedParts.ts';
import { nameOf } from '../../client/measureTree.ts';
import { formatObstacle, type RemovalObstacle } from '../../presentation/removeText.ts';
import { commandIds, viewIds } from '../ids.ts';
import type { CommandParts } from './commandParts.ts';

/** Something in the way of removing Rampart, and the terminal that shows it, where it is one. */
export interface FoundObstacle extends RemovalObstacle {
  readonly terminal: vscode.Terminal | null;
}

type Looked = Pick<CommandParts, 'home' | 'processes' | 'registry' | 'platform'>;

/** What is in the way of removing Rampart; null when nothing is. */
export function findObstacle({ home, processes, registry, platform }: Looked): FoundObstacle | null {
  const place = installationPlace(home);
  const guarded = findGuardedProcesses(place, processes);
  const terminals = new Set<vscode.Terminal>();
  const others: string[] = [];
  for (const pid of guarded) {
    const terminal = registry.terminalOf(processes.stat(pid)?.session ?? pid);
    if (terminal === null) others.push(nameOf(processes, pid));
    else terminals.add(terminal);
  }
  const [terminal] = terminals;
  if (terminal !== undefined)
    return { kind: 'terminals', names: [...terminals].map(({ name }) => name), terminal };
  if (others.length > 0) return { kind: 'programs', names: others, terminal: null };
  const adapters = agentAdapters(platform);
  const names = findToldAgents(place).map((id) => adapters.find((one) => one.agent === id)?.title ?? id);
  return names.length > 0 ? { kind: 'agents', names, terminal: null } : null;
}

/** Says what is in the way, and leads there. */
export async function tellObstacle(obstacle: FoundObstacle): Promise<void> {
  const { text, button } = formatObstacle(obstacle);
  if ((await vscode.window.showWarningMessage(text, button)) !== button) return;
  const { executeCommand } = vscode.commands;
  if (obstacle.terminal !== null) obstacle.terminal.show();
  else if (obstacle.kind === 'agents') await executeCommand(commandIds.adaptAgent);
  else await executeCommand(`${viewIds.sessions}.focus`);
}
