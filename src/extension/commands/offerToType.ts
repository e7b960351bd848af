import * as vscode from 'vscode';
import { allowMessages } from '../../presentation/allowText.ts';
import type { TerminalRegistry } from '../injection/terminalRegistry.ts';

/** A command that may run now, and the session in which it was refused. */
export interface AllowedCommand {
  readonly command: string;
  readonly sid: number | null;
}

/** Says that a refused command may run now, and offers to type it again where it was refused. */
export async function offerToType(
  registry: TerminalRegistry,
  allowed: AllowedCommand,
  text: string,
): Promise<void> {
  const { typeIt } = allowMessages;
  const buttons = findPlace(registry, allowed) === null ? [] : [typeIt];
  const chosen = await vscode.window.showInformationMessage(text, ...buttons);
  if (chosen === typeIt) typeAgain(registry, allowed);
}

/** Types a command where it was refused, and does not run it: the person sees it first. False when there is no such place. */
export function typeAgain(registry: TerminalRegistry, allowed: AllowedCommand): boolean {
  const terminal = findPlace(registry, allowed);
  terminal?.show();
  terminal?.sendText(allowed.command, false);
  return terminal !== null;
}

/** The terminal; null where there is none, or where a line break would run what stands before it. */
function findPlace(registry: TerminalRegistry, { command, sid }: AllowedCommand): vscode.Terminal | null {
  return sid === null || /[\r\n]/.test(command) ? null : registry.terminalOf(sid);
}
