import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { settingIds } from '../../src/extension/ids.ts';
import { noteExercised } from './exercised.ts';
import { watchQuestions } from './questions.ts';

/** How long one test may take, in milliseconds. */
const testTimeoutMs = 60_000;

/**
 * What VS Code calls inside its extension host: runs the test files beside this one, in the order of their
 * names, and writes the counts. Rejects when a test failed or none ran.
 */
export async function run(): Promise<void> {
  noteExercised(Object.values(settingIds));
  const extension = vscode.extensions.getExtension('rampart-guard.rampart');
  if (extension !== undefined) watchQuestions(extension);
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: testTimeoutMs, bail: false });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  for (const file of files.sort()) mocha.addFile(join(__dirname, file));
  const stats = await new Promise<Mocha.Stats | undefined>((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  const scratch = process.env['EDITOR_TEST_SCRATCH'] ?? '';
  writeFileSync(join(scratch, 'results.json'), JSON.stringify(stats ?? {}));
  if (stats === undefined || stats.passes === 0) throw new Error('no test passed');
  if (stats.failures > 0) throw new Error(`${stats.failures} of ${stats.tests} tests failed`);
}
