import './language.ts';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableList } from '../base/disposable.ts';
import { createBackground } from './adapters/background.ts';
import { createNotices } from './adapters/notices.ts';
import { createOutputLogger } from './adapters/outputLogger.ts';
import type { RampartApi } from './api.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { registerPolicyDiagnostics } from './policy/policyDiagnostics.ts';
import { createPolicyMatcher } from './policy/policyDocuments.ts';
import { registerPolicyLanguage } from './policy/policyLanguage.ts';
import { Reports } from './views/reports.ts';
import { watchSettings } from './watchSettings.ts';
import { createWindowParts, type WindowSurroundings } from './windowParts.ts';

const owned = new DisposableList();

/** Wires this window. Nothing slow is awaited: installing, arming and the endpoint follow in the background. */
export function activate(context: vscode.ExtensionContext): RampartApi {
  const startedAt = performance.now();
  context.subscriptions.push(owned);
  const output = owned.add(vscode.window.createOutputChannel('Rampart', { log: true }));
  const logger = createOutputLogger(output);
  const background = createBackground(logger);
  const { version } = context.extension.packageJSON as { readonly version: string };
  const surroundings: WindowSurroundings = {
    environment: process.env,
    platform: process.platform,
    bundleFolder: join(context.extensionPath, 'dist'),
    extension: context.extensionUri,
    collection: context.environmentVariableCollection,
    workspaceState: context.workspaceState,
    globalState: context.globalState,
    version,
    clock: { now: () => Date.now() },
    logger,
    background,
    notices: createNotices(background),
  };
  const parts = owned.add(createWindowParts(surroundings));
  const isPolicyDocument = createPolicyMatcher(parts.home);
  owned.add(registerPolicyLanguage(context.extensionUri, isPolicyDocument));
  owned.add(registerPolicyDiagnostics({ ...surroundings, isPolicyDocument }));
  const reports = owned.add(new Reports());
  const recentDecisions = parts.view.decisions;
  owned.add(registerCommands({ ...parts, ...surroundings, output, recentDecisions, reports }));
  owned.add(watchSettings({ ...parts, background }));
  const settled = new Promise<void>((resolve) => {
    // After activate has returned: installing reads and may write a few megabytes.
    setImmediate(() => {
      background.run('setting up the guard', () => parts.follow().finally(resolve));
    });
  });
  const activationMs = performance.now() - startedAt;
  logger.info(`activated in ${activationMs.toFixed(1)} ms`);
  return { activationMs, settled, ...parts.view };
}

/** Lets go of everything; the endpoint and the terminals live on. */
export function deactivate(): void {
  owned.dispose();
}
