import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { commands } from '../../src/cli/commandTable.ts';
import { runCommandLine } from '../../src/cli/runCommandLine.ts';
import { createProcessTable } from '../../src/system/processTable.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** What a command must be told besides `--json`. */
export const neededWords: Readonly<Record<string, readonly string[]>> = {
  'adapt preview': ['claude-code'],
  'adapt apply': ['--yes', 'claude-code'],
  'adapt verify': ['claude-code'],
  'adapt undo': ['claude-code'],
  test: ['ls'],
  explain: ['last'],
  'rules remove': ['1'],
  allow: ['frobnicate'],
  block: ['frobnicate'],
  'approvals approve': ['01'],
  'approvals deny': ['01'],
  'run-anyway': ['last'],
  'policy packs enable': ['git'],
  'policy packs disable': ['git'],
  bench: ['--', 'ls'],
  'audit export': ['today'],
  mode: ['monitor'],
  'token create': ['--agent', 'robot'],
  'token revoke': ['01'],
};

/** How a command ended and what it said. */
export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Where commands run. */
export interface CommandShell {
  /** Not there yet. */
  readonly stateDirectory: string;
  readonly run: (line: readonly string[]) => Promise<Said>;
}

/** A user's own folder, with no program but Node in `PATH`, and where nothing runs. */
export function createCommandShell(context: TestContext, user = process.geteuid?.() ?? null): CommandShell {
  const home = temporaryFolder(context);
  const stateDirectory = join(home, 'd');
  const environment = { HOME: home, PATH: join(home, 'bin'), RAMPART_STATE_DIR: stateDirectory };
  const run: CommandShell['run'] = async (line) => {
    let [out, err] = ['', ''];
    const status = await runCommandLine(commands, line, {
      environment,
      environmentBytes: [],
      argumentBytes: [],
      cwd: home,
      user,
      ignoredSignals: '',
      closedDescriptors: [],
      output: {
        out: (text) => {
          out += text.toString();
          return true;
        },
        err: (text) => {
          err += text.toString();
        },
        isOutTerminal: false,
        isErrTerminal: false,
      },
      bundleFolder: resolve('dist'),
      addon: { ok: false, error: 'none' },
      processes: createProcessTable(),
      version: 'test',
    });
    return { status, out, err };
  };
  return { stateDirectory, run };
}
