import * as vscode from 'vscode';
import type { Outcome, TestedCommand } from '../../client/endpointClient.ts';
import { endpointWaitMs, type CommandParts } from './commandParts.ts';

/** A command, and the folder it would run in; the window's first one when none is given. */
export interface ExplainSubject {
  readonly command: string;
  readonly cwd?: string | undefined;
}

/** What would be decided about a command, and why. Nothing is run. An endpoint is started where none runs. */
export async function explainCommand(
  { client, supervisor }: Pick<CommandParts, 'client' | 'supervisor'>,
  { command, cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath }: ExplainSubject,
): Outcome<TestedCommand> {
  const subject = { command, agent: 'agent', ...(cwd === undefined ? {} : { cwd }) };
  const tested = await client.explain(subject);
  if (tested.ok || tested.error.code !== 'unreachable') return tested;
  supervisor.start();
  await supervisor.connected(endpointWaitMs);
  return client.explain(subject);
}
