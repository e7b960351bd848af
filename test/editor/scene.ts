import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import type { SessionSubject } from '../../src/presentation/sessionLabel.ts';
import type { AuditRecord } from '../../src/protocol/auditRecord.ts';
import { until } from '../support/until.ts';
import { awaitQuestion } from './questions.ts';

/** The packaged extension, active. */
export async function activateRampart(): Promise<RampartApi> {
  const extension = vscode.extensions.getExtension<RampartApi>('rampart-guard.rampart');
  assert.ok(extension, 'the packaged extension is not installed');
  const api = await extension.activate();
  await api.settled;
  return api;
}

/** A new folder of this run, removed with it. */
export function createScratch(): string {
  return mkdtempSync(join(process.env['EDITOR_TEST_SCRATCH'] ?? '/tmp', 'case-'));
}

/** The exported variables of the shell that ran `formatEnvironmentDump`. */
export async function readEnvironmentFile(file: string): Promise<ReadonlyMap<string, string>> {
  await until(
    `${file} is written`,
    () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\ndone\n'),
  );
  const lines = readFileSync(file, 'utf8').matchAll(/^declare -x (\w+)="(.*)"$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** A line for bash that writes its exported variables into a file. It starts no program, so no policy is asked. */
export function formatEnvironmentDump(file: string): string {
  return `{ export -p; echo done; } > ${file}`;
}

/** The state of a terminal's protection as the extension tells it, or null while it knows no such process. */
export async function findSubject(
  api: RampartApi,
  terminal: vscode.Terminal,
): Promise<SessionSubject | null> {
  const pid = await terminal.processId;
  return api.terminals().find((subject) => subject.pid === pid) ?? null;
}

/** The newest kept decision about a command. */
export function findDecision(api: RampartApi, command: string): AuditRecord | null {
  return api.decisions().findLast(({ request }) => request.command === command) ?? null;
}

/** Waits until a terminal is guarded. */
export async function awaitGuarded(api: RampartApi, terminal: vscode.Terminal): Promise<SessionSubject> {
  return until('the terminal is guarded', async () => {
    const subject = await findSubject(api, terminal);
    return subject?.state.kind === 'guarded' ? subject : null;
  });
}

/** Runs a command that asks something with quick picks, and answers each: so many steps further down, then Enter. */
export async function runAndPick(
  command: string | readonly [string, unknown],
  ...answers: readonly number[]
): Promise<void> {
  const [id, argument] = typeof command === 'string' ? [command] : command;
  const done = vscode.commands.executeCommand(id, argument);
  for (const steps of answers) await pick(steps);
  await done;
}

/** Answers the quick pick that is shown, or about to be: so many steps further down, then Enter. */
export async function pick(steps: number): Promise<void> {
  await awaitQuestion();
  for (let step = 0; step < steps; step += 1) {
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
  }
  await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
}

/** Sets a setting of the user's, or takes it out. */
export async function setUserSetting(id: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(id, value, vscode.ConfigurationTarget.Global);
}

/** The process of the endpoint, the owner of the state directory's lock. */
export function readEndpointPid(): number {
  const run = join(homedir(), '.rampart/run');
  const [machine = ''] = readdirSync(run);
  return Number(readFileSync(join(run, machine, 'lock'), 'utf8'));
}
