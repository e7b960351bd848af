import { resolve } from 'node:path';
import { failure, success } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Environment } from '../client/preloadEnvironment.ts';
import { findAgentOf } from '../protocol/agentPrograms.ts';
import { isMode } from '../protocol/mode.ts';
import type { Mode } from '../protocol/mode.ts';
import type { CommandContext } from './command.ts';
import { parseModeWord } from './modeOption.ts';
import type { Options } from './options.ts';
import { choosePreloadTarget } from './preloadTarget.ts';
import type { PreloadTarget } from './preloadTarget.ts';

/** What `rampart preload` was told, by its options first and its environment second. */
export interface PreloadPlan {
  readonly target: PreloadTarget;
  /** `--mode`; undefined when it was not given. */
  readonly givenMode: Mode | undefined;
  /** The tree's own mode: the endpoint may be more lenient. */
  readonly mode: Mode;
  readonly givenFailOpen: boolean | undefined;
  readonly failOpen: boolean;
  readonly policies: readonly string[];
  /** `--agent`, else the agent whose program is to be run; undefined when the environment is to say. */
  readonly givenAgent: string | undefined;
  readonly session: string;
  readonly debug: boolean;
}

/** Puts options and environment together. A failure is a wrong argument. */
export function readPreloadPlan(options: Options, context: CommandContext): Result<PreloadPlan, string> {
  const { environment } = context;
  const mode = parseModeWord(options.value('--mode'));
  if (!mode.ok) return mode;
  const failOpen = readFailMode(options);
  if (!failOpen.ok) return failOpen;
  const target = choosePreloadTarget(options, context);
  if (!target.ok) return target;
  return success({
    target: target.value,
    givenMode: mode.value,
    mode: mode.value ?? inheritedMode(environment),
    givenFailOpen: failOpen.value,
    failOpen: failOpen.value ?? ['', '1'].includes(environment['RAMPART_FAIL_OPEN'] ?? ''),
    policies: options.list('--policy').map((file) => resolve(context.cwd, file)),
    givenAgent: notEmpty(options.value('--agent')) ?? recognisedAgent(options.words[0], environment),
    session: notEmpty(options.value('--session')) ?? inheritedSession(environment),
    debug: options.has('--debug'),
  });
}

function readFailMode(options: Options): Result<boolean | undefined, string> {
  const isOpen = options.has('--fail-open');
  if (!options.has('--fail-closed')) return success(isOpen ? true : undefined);
  return isOpen ? failure('`--fail-open` and `--fail-closed` exclude each other') : success(false);
}

/** As the library reads it: any unknown word is enforce. */
function inheritedMode(environment: Environment): Mode {
  const word = environment['RAMPART_MODE'];
  return isMode(word) ? word : 'enforce';
}

/** What started the agent may have named it already. */
function recognisedAgent(program: string | undefined, environment: Environment): string | undefined {
  if (notEmpty(environment['RAMPART_AGENT']) !== undefined) return undefined;
  return findAgentOf(program ?? '') ?? undefined;
}

function inheritedSession(environment: Environment): string {
  return notEmpty(environment['RAMPART_SESSION']) ?? `preload-${process.pid}`;
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
