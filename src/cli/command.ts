import { failure } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Environment } from '../client/preloadEnvironment.ts';
import type { ByteText } from '../protocol/byteText.ts';
import type { NativeAddon } from '../system/nativeAddon.ts';
import { isAnothers, resolveStateDirectory } from '../system/stateDirectory.ts';
import type { StatePaths } from '../system/stateDirectory.ts';
import type { ProcessTable } from '../system/processTable.ts';
import type { Options, OptionTable } from './options.ts';
import type { Output } from './output.ts';

/** The world of a command. */
export interface CommandContext {
  readonly environment: Environment;
  /** The environment as bytes, `NAME=value`. */
  readonly environmentBytes: readonly ByteText[];
  /** The words behind the command's name as bytes. */
  readonly argumentBytes: readonly ByteText[];
  readonly cwd: string;
  /** Effective user id; null where there is none. */
  readonly user: number | null;
  /** The signals that the caller ignores, as `SigIgn` of `/proc/PID/status`; empty when they are not known. */
  readonly ignoredSignals: string;
  /** Which of the descriptors 0, 1 and 2 the caller has closed. */
  readonly closedDescriptors: readonly number[];
  readonly output: Output;
  /** Folder of the running bundle, with `endpoint.js`, `policies/` and `native/`. */
  readonly bundleFolder: string;
  readonly addon: Result<NativeAddon, string>;
  readonly processes: ProcessTable;
  /** Of this command line. */
  readonly version: string;
}

/** A number is the exit status; a usage problem is told with a pointer to the command's help, and exits 2. */
export type CommandOutcome = number | { readonly usage: string };

/** A line that can be typed as it stands, and what it is for. */
export interface Example {
  readonly line: string;
  readonly text: string;
  /** The exit status it shows where that is not 0. */
  readonly exits?: number;
}

/** What the manual says of a command besides its options. */
export interface Manual {
  /** What can stand behind the command's name, one form each. */
  readonly synopsis: readonly string[];
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly examples: readonly Example[];
  readonly exits: readonly (readonly [status: number, meaning: string])[];
  readonly files?: readonly (readonly [path: string, meaning: string])[];
}

/** What the words of a command are, for a shell that completes them; a list names all there are. */
export type WordKind = 'none' | 'program' | 'file' | readonly string[];

/** One command of the command line: help, manual, completion and parsing all come from here. */
export interface Command {
  /** One word, or several (`policy lint`). */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly manual: Manual;
  readonly options: OptionTable;
  readonly words: WordKind;
  /** The first word that is no option, and all behind it, belong to another program. */
  readonly firstWordEnds?: boolean;
  run(options: Options, context: CommandContext): Promise<CommandOutcome>;
}

/**
 * The state directory that a command is about: `--state-dir`, `RAMPART_STATE_DIR`, or the user's own. That of another user is
 * refused: whoever answers there would be believed.
 */
export function stateDirectoryOf(options: Options, context: CommandContext): Result<StatePaths, string> {
  const paths = namedStateDirectory(options, context);
  if (!paths.ok || !isAnothers(paths.value.socket, context.user)) return paths;
  const { directory } = paths.value;
  return failure(
    `another user's endpoint is not asked: ${directory} (name another one with --state-dir or RAMPART_STATE_DIR)`,
  );
}

/** The same, whoever owns it, for a command that has an answer of its own to that. */
export function namedStateDirectory(options: Options, context: CommandContext): Result<StatePaths, string> {
  return resolveStateDirectory({
    flag: options.value('--state-dir'),
    variable: context.environment['RAMPART_STATE_DIR'],
    home: context.environment['HOME'],
  });
}

/** What every command writes before a message. */
export function say(context: CommandContext, message: string): void {
  context.output.err(`rampart: ${message}\n`);
}
