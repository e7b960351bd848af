import * as vscode from 'vscode';

/** What the suites of this run had the editor do. */
export interface Exercised {
  /** The commands that they ran. */
  readonly commands: Set<string>;
  /** The settings of ours that changed. */
  readonly settings: Set<string>;
}

/** Each test file is a bundle of its own, so that they share nothing but the process. */
const shared = globalThis as typeof globalThis & { exercised?: Exercised };

/** Notes from now on what is run through the editor's API, and what changes in its settings. */
export function noteExercised(settings: readonly string[]): void {
  const exercised: Exercised = { commands: new Set(), settings: new Set() };
  shared.exercised = exercised;
  const { commands, workspace } = vscode;
  const execute = commands.executeCommand.bind(commands);
  Object.assign(commands, {
    executeCommand: (id: string, ...rest: readonly unknown[]) => {
      exercised.commands.add(id);
      return execute(id, ...rest);
    },
  });
  workspace.onDidChangeConfiguration((event) => {
    for (const id of settings) if (event.affectsConfiguration(id)) exercised.settings.add(id);
  });
}

/** What was noted so far. */
export function readExercised(): Exercised {
  return shared.exercised ?? { commands: new Set(), settings: new Set() };
}
