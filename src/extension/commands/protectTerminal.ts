import * as vscode from 'vscode';
import { anotherShellButton, protectMessages, unguardedChoices } from '../../presentation/protectText.ts';
import { canRelaunchGuarded, helloGraceMs, isLibraryLoaded } from '../../presentation/guardState.ts';
import { formatSession } from '../../presentation/sessionLabel.ts';
import type { SessionView } from '../../protocol/session.ts';
import type { Result } from '../../base/result.ts';
import { isIdleShell } from '../injection/idleShell.ts';
import type { KnownTerminal } from '../injection/terminalRegistry.ts';
import { isDrawn } from '../injection/terminalTraits.ts';
import { protectedMark } from '../../protocol/environment.ts';
import { adviseUnsupported } from './adviseUnsupported.ts';
import { chooseValue } from './chooseValue.ts';
import { endpointWaitMs, type CommandParts } from './commandParts.ts';

/** How long a terminal may take to start its process, in milliseconds. */
const processStartMs = 10_000;

/** The editor's own command that chooses the shell of new terminals. */
const anotherShell = { button: anotherShellButton, command: 'workbench.action.terminal.selectDefaultShell' };

/** How often a state is looked at while it is waited for, in milliseconds. */
const lookMs = 50;

/**
 * Has everything in a terminal enforced, whoever types. The first use turns the guard on. Where the library is
 * not loaded an idle shell is started anew; running work is never ended unless the person says so.
 */
export async function protectTerminal(parts: CommandParts, target?: vscode.Terminal): Promise<void> {
  const terminal = target ?? vscode.window.activeTerminal;
  if (!(await isGuardReady(parts))) return;
  if (terminal === undefined) {
    await openGuarded(parts);
    return;
  }
  const known = await awaitGuarded(parts, terminal);
  if (known === null) parts.notices.mention(protectMessages.notStarted);
  else if (hasLibrary(known)) tellProtected(parts, known);
  else if (isIdle(parts, known)) await relaunch(parts, known, protectMessages.relaunched);
  else await offerChoices(parts, known);
}

/** Turns the guard on and waits for the endpoint; says what is in the way, and is false then. */
export async function isGuardReady(parts: CommandParts): Promise<boolean> {
  const { status, guard, supervisor, notices } = parts;
  if (!status.current.supported) {
    await adviseUnsupported(parts);
    return false;
  }
  const turnedOn = await guard.turnOn('Protect Terminal');
  if (!turnedOn.ok) {
    notices.warn(protectMessages.problem(turnedOn.error));
    return false;
  }
  if (await supervisor.connected(endpointWaitMs)) return true;
  notices.warn(protectMessages.notReached(status.current.cause ?? protectMessages.noEndpoint));
  return false;
}

/** Starts an unguarded terminal anew, guarded. Running work is ended only when the person says so. */
export async function relaunchGuarded(parts: CommandParts, terminal: vscode.Terminal): Promise<void> {
  if (!(await isGuardReady(parts))) return;
  const known = await parts.registry.find(terminal);
  if (known === null) return;
  if (hasLibrary(known)) tellProtected(parts, known);
  else if (isIdle(parts, known)) await relaunch(parts, known, protectMessages.relaunched);
  else await offerChoices(parts, known);
}

async function offerChoices(parts: CommandParts, known: KnownTerminal): Promise<void> {
  const { subject } = known;
  const canRelaunch = known.pid !== null && known.kind === 'terminal';
  if (canRelaunch && !canRelaunchGuarded(subject.state)) {
    warnUnguarded(parts, known, subject.name);
    return;
  }
  const choices = unguardedChoices.filter((choice) => choice.value !== 'relaunch' || canRelaunch);
  const chosen = await chooseValue(protectMessages.pickTitle, choices);
  if (chosen === 'openGuarded') await openGuarded(parts);
  if (chosen === 'relaunch') await relaunch(parts, known, protectMessages.relaunchedOnRequest);
}

async function openGuarded(parts: CommandParts): Promise<void> {
  const terminal = vscode.window.createTerminal({
    iconPath: new vscode.ThemeIcon('shield'),
    env: protectedMark,
  });
  terminal.show();
  const known = await awaitGuarded(parts, terminal);
  if (known === null) parts.notices.mention(protectMessages.notStarted);
  else if (hasLibrary(known)) parts.notices.mention(protectMessages.opened(known.subject.name));
  else warnUnguarded(parts, known, terminal.name);
}

/** The editor's own command works on the active terminal, so that one has to become it first. */
async function relaunch(
  parts: CommandParts,
  { terminal, pid }: KnownTerminal,
  words: (name: string) => string,
): Promise<void> {
  const { window, commands } = vscode;
  terminal.show();
  await until(parts, processStartMs, () => Promise.resolve(window.activeTerminal === terminal));
  if (window.activeTerminal !== terminal) return;
  await commands.executeCommand('workbench.action.terminal.relaunch');
  await until(parts, processStartMs, async () => (await parts.registry.find(terminal))?.pid !== pid);
  const known = await awaitGuarded(parts, terminal);
  if (hasLibrary(known)) parts.notices.inform(words(known.subject.name));
  else warnUnguarded(parts, known, terminal.name);
}

/**
 * Tells the endpoint to enforce everything in a terminal, and waits until its library has said hello or was silent
 * too long. Null when its process does not start: the editor may be asking whether the workspace is trusted.
 */
async function awaitGuarded(parts: CommandParts, terminal: vscode.Terminal): Promise<KnownTerminal | null> {
  const { registry } = parts;
  if (isDrawn(terminal)) return registry.find(terminal);
  await until(parts, processStartMs, async () => (await registry.find(terminal))?.pid != null);
  if ((await registry.find(terminal))?.pid == null) return null;
  const told = await protectNow(parts, terminal);
  if (!told.ok) parts.notices.warn(protectMessages.problem(told.error));
  const isSettled = async (): Promise<boolean> => {
    const known = await registry.find(terminal);
    return known?.subject.state.kind !== 'checking';
  };
  await until(parts, helloGraceMs + lookMs, isSettled);
  return registry.find(terminal);
}

/** A process that has ended may have been started anew: the editor does so where what it puts into terminals has changed. */
async function protectNow(
  parts: CommandParts,
  terminal: vscode.Terminal,
): Promise<Result<SessionView, string>> {
  const { registry } = parts;
  const before = await registry.find(terminal);
  const told = await registry.protect(terminal, 'protected');
  if (told.ok) return told;
  const isAnew = async (): Promise<boolean> => (await registry.find(terminal))?.pid !== before?.pid;
  await until(parts, helloGraceMs, isAnew);
  return (await isAnew()) ? registry.protect(terminal, 'protected') : told;
}

async function until(parts: CommandParts, withinMs: number, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = parts.clock.now() + withinMs;
  while (!(await isTrue()) && parts.clock.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

function hasLibrary(known: KnownTerminal | null): known is KnownTerminal {
  return known !== null && isLibraryLoaded(known.subject.state);
}

/** Says what is protected now. The panes of a server that was begun elsewhere go by the terminal in which it was. */
function tellProtected({ registry, notices }: CommandParts, { terminal, pid, subject }: KnownTerminal): void {
  const sessions = registry.sessionsIn(terminal);
  const other = sessions.find(({ dormant, parent }) => dormant && parent !== pid);
  if (other === undefined) {
    notices.mention(protectMessages.protected(subject.name));
    return;
  }
  const origin = other.parent === null ? null : registry.nameOf(other.parent);
  notices.inform(protectMessages.protectedBeside(subject.name, origin));
}

/** Says that a terminal did not get the library, and why as far as can be told. */
function warnUnguarded(parts: CommandParts, known: KnownTerminal | null, name: string): void {
  const why = known === null ? '' : ` ${formatSession(known.subject).sentence}`;
  const remedy = known !== null && !canRelaunchGuarded(known.subject.state) ? anotherShell : undefined;
  parts.notices.warn(`${protectMessages.notGuarded(name)}${why}`, remedy);
}

/** Whether starting a terminal anew ends no work. A task's terminal runs work by its nature. */
function isIdle(parts: CommandParts, known: KnownTerminal): boolean {
  if (known.pid === null || known.kind === 'task' || known.isRunning) return false;
  if (!canRelaunchGuarded(known.subject.state)) return false;
  return isIdleShell(parts.processes, known.pid);
}
