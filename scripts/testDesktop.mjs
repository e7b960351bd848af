// @ts-check
// Runs the editor suite in a desktop VS Code that is downloaded: `testDesktop.mjs [--vscode VERSION] [--required]
// [part of a file name]`. VERSION is stable (default), oldest (what package.json asks for) or a number. Where none can
// be downloaded or shown the suite is skipped, and that is said; with --required that is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
  SilentReporter,
} from '@vscode/test-electron';
import { bundleSuite, development } from '../test/editor/bundleSuite.mjs';
import { manifest } from './bundles.mjs';
import { hostTarget, targets } from './packaging/targets.mjs';

const name = 'the editor suite in a desktop VS Code';
const root = join(import.meta.dirname, '..');
const downloadMs = 20_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { vscode: { type: 'string', default: 'stable' }, required: { type: 'boolean', default: false } },
});

/** Ends this process: nothing was shown to work, and nothing to fail. @param {string} reason @returns {never} */
function skip(reason) {
  if (values.required) fail(`${name}: ${reason}`);
  // As Mocha says it, so that the totals have it.
  process.stdout.write(`  - ${name}: skipped, not run: ${reason}\n\n  0 passing\n  1 pending\n`);
  process.exit(0);
}

/** @param {string} problem @returns {never} */
function fail(problem) {
  process.stderr.write(`testDesktop: ${problem}\n`);
  process.exit(1);
}

function readVersion() {
  if (values.vscode !== 'oldest') return values.vscode;
  const asked = /^\^(\d+\.\d+\.\d+)$/u.exec(manifest.engines['vscode'] ?? '')?.[1];
  return (
    asked ?? fail(`engines.vscode in package.json is no ^VERSION: ${String(manifest.engines['vscode'])}`)
  );
}

const target = hostTarget();
// For Windows there is no library, and so no package but the universal one.
const isUniversal = targets[target] === undefined;
const vsix = join(root, `rampart-${isUniversal ? 'universal' : target}.vsix`);
if (!existsSync(vsix)) fail(`${vsix} is missing; see \`npm run package -- --help\``);
if (process.platform === 'linux' && !process.env['DISPLAY'])
  skip('there is no display; run it under `xvfb-run`');

/** @type {string} */
let program = '';
try {
  program = await downloadAndUnzipVSCode({
    version: readVersion(),
    cachePath: join(root, 'out', 'vscode'),
    timeout: downloadMs,
    reporter: new SilentReporter(),
  });
} catch (error) {
  skip(`VS Code cannot be downloaded: ${error instanceof Error ? error.message : String(error)}`);
}

const bundled = join(root, 'out/editor', String(process.pid));
const scratch = mkdtempSync(join(tmpdir(), 'rp-desktop-'));
try {
  const tests = await bundleSuite(isUniversal ? 'universal' : 'editor', positionals[0] ?? '', bundled);
  if (tests === null) fail(`no file matches ${String(positionals[0])}`);
  const places = ['home', 'workspace', 'user', 'extensions'].map((each) => join(scratch, each));
  for (const place of places) mkdirSync(place);
  const [home = '', workspace = '', user = '', extensions = ''] = places;
  const own = ['--user-data-dir', user, '--extensions-dir', extensions];
  const [code = '', ...words] = resolveCliArgsFromVSCodeExecutablePath(program, {
    reuseMachineInstall: true,
  });
  const installed = spawnSync(code, [...words, ...own, '--install-extension', vsix, '--force'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (installed.status !== 0) fail(`${vsix} cannot be installed: ${installed.stdout}${installed.stderr}`);
  await runTests({
    vscodeExecutablePath: program,
    reuseMachineInstall: true,
    extensionDevelopmentPath: development,
    extensionTestsPath: tests,
    extensionTestsEnv: { HOME: home, EDITOR_TEST_SCRATCH: scratch },
    launchArgs: [
      workspace,
      ...own,
      '--disable-workspace-trust',
      '--enable-smoke-test-driver',
      '--no-sandbox',
    ],
  });
  // A crashed extension host is called a success: only the results say that the suite came to its end.
  const results = join(scratch, 'results.json');
  if (!existsSync(results)) fail('the suite has left no results');
  const { passes } = JSON.parse(readFileSync(results, 'utf8'));
  if (!(passes > 0)) fail('no test passed');
} finally {
  rmSync(bundled, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
}
