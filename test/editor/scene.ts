import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RampartApi } from '../../src/extension/api.ts';
import type { SessionSubject } from '../../src/presentation/sessionLabel.ts';
import { until } from '../support/until.ts';

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

/** The environment of whatever a terminal or task starts, as `env -0` wrote it into a file. */
export async function readEnvironmentFile(file: string): Promise<ReadonlyMap<string, string>> {
  await until(
    `${file} is written`,
    () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\0done\0'),
  );
  const entries = readFileSync(file, 'utf8').split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const equals = entry.indexOf('=');
      return equals === -1 ? [] : [[entry.slice(0, equals), entry.slice(equals + 1)] as const];
    }),
  );
}

/** A command line that writes its environment into a file, for `readEnvironmentFile`. */
export function formatEnvironmentDump(file: string): string {
  return `{ env -0; printf 'done\\0'; } > ${file}.part && mv ${file}.part ${file}`;
}

/** The state of a terminal's protection as the extension tells it, or null while it knows no such process. */
export async function findSubject(
  api: RampartApi,
  terminal: vscode.Terminal,
): Promise<SessionSubject | null> {
  const pid = await terminal.processId;
  return api.terminals().find((subject) => subject.pid === pid) ?? null;
}

/** Waits until a terminal is guarded. */
export async function awaitGuarded(api: RampartApi, terminal: vscode.Terminal): Promise<SessionSubject> {
  return until('the terminal is guarded', async () => {
    const subject = await findSubject(api, terminal);
    return subject?.state.kind === 'guarded' ? subject : null;
  });
}

/**
 * Runs a command that asks something with a quick pick, and answers: `steps` further down, then Enter.
 * The editor handles messages in order, so the question is there when the first answer arrives.
 */
export async function runAndPick(command: string, steps: number): Promise<void> {
  const done = vscode.commands.executeCommand(command);
  await awaitQuickPick();
  for (let step = 0; step < steps; step += 1) {
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
  }
  await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  await done;
}

/** A quick pick that is on its way is shown once the editor has answered an unrelated call. */
async function awaitQuickPick(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await vscode.env.clipboard.readText();
}
