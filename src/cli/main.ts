import { shimClosedVariable, shimElectronVariable, shimIgnoredVariable } from '../client/commandShim.ts';
import { loadNativeAddon } from '../system/nativeAddon.ts';
import { createProcessTable } from '../system/processTable.ts';
import { commands } from './commandTable.ts';
import { createOutput } from './output.ts';
import { readArgumentBytes, readEnvironmentBytes, readWorkingDirectory } from './ownBytes.ts';
import { runCommandLine } from './runCommandLine.ts';

/** The version of the package, put in by the bundler. */
declare const RAMPART_VERSION: string;

/** What the installed command had to say to us, or to an editor's binary, is not for the programs that we start. */
const own = [
  shimIgnoredVariable,
  shimClosedVariable,
  ...(process.env[shimElectronVariable] === '1' ? [shimElectronVariable, 'ELECTRON_RUN_AS_NODE'] : []),
];

/** An editor that runs the hook of an uninstallation says so in a word before ours. */
const words = process.argv
  .slice(2)
  .filter((word, index) => index > 0 || !word.startsWith('--type=extension-post-'));
process.exitCode = await runCommandLine(commands, words, {
  environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name))),
  environmentBytes: readEnvironmentBytes(process.env).filter(
    (entry) => !own.includes(entry.replace(/=.*$/s, '')),
  ),
  argumentBytes: readArgumentBytes(words),
  cwd: readWorkingDirectory(),
  user: process.geteuid?.() ?? null,
  ignoredSignals: process.env[shimIgnoredVariable] ?? '',
  closedDescriptors: [0, 1, 2].filter((each) => process.env[shimClosedVariable]?.includes(`${each}`)),
  output: createOutput(1, 2),
  bundleFolder: import.meta.dirname,
  addon: loadNativeAddon(import.meta.dirname),
  processes: createProcessTable(),
  version: RAMPART_VERSION,
});
