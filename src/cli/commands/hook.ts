import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  formatHookArming,
  formatHookDenial,
  hookFormats,
  hookPass,
  parseHookInput,
} from '../../client/agents/hookFormats.ts';
import type { HookedCommand } from '../../client/agents/hookFormats.ts';
import type { HookFormat } from '../../client/agents/agentAdapters.ts';
import { formatSocketUrl } from '../../client/endpointAddress.ts';
import { EndpointClient } from '../../client/endpointClient.ts';
import type { PreflightAnswer } from '../../client/endpointClient.ts';
import { ensureEndpoint } from '../../client/endpointProcess.ts';
import { installationPlace } from '../../client/installation.ts';
import { currentNodeProgram } from '../../client/nodeProgram.ts';
import { armEnvironment } from '../../client/preloadEnvironment.ts';
import { failure } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { findAgentMarkers, loaderVariable } from '../../protocol/environment.ts';
import { formatPreflightBody } from '../../protocol/preflightBody.ts';
import { formatRefusalLine } from '../../protocol/refusalLine.ts';
import { homeDirectory } from '../../system/stateDirectory.ts';
import type { StatePaths } from '../../system/stateDirectory.ts';
import { say, stateDirectoryOf } from '../command.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitStatus } from '../exitStatus.ts';
import { findLibrary } from '../findLibrary.ts';
import { starterWords } from '../findStarter.ts';
import { findOuterGuard } from '../outerGuard.ts';
import { readInput } from '../readInput.ts';
import { sharedOptions } from '../sharedOptions.ts';

/** The most that an agent may tell its hook, in bytes. */
const maxInputBytes = 4_194_304;

/** `rampart hook`: answers an agent that asks about a command before it runs it. */
export const hookCommand: Command = {
  name: 'hook',
  summary: 'answer an agent that asks about a command before it runs it',
  manual: {
    synopsis: ['[--state-dir D] FORMAT'],
    description: [
      "Reads what an agent tells the hook before its shell tool, asks the endpoint about the command, and answers in the agent's own form. Agents start it themselves; `rampart adapt` writes it into their settings. A command that is refused is answered with the reason; for any other the agent goes on as it would without the hook, and where the agent lets a hook change a command, the library is put into its environment.",
      'In a tree that is guarded already the library asks, so the hook does not. Where no endpoint answers, one is started; where that fails, the command runs unless RAMPART_FAIL_OPEN is 0.',
    ],
    examples: [
      {
        line: `echo '{"toolName":"view","toolArgs":{}}' | rampart hook copilot`,
        text: 'A tool that runs no command is none of its business.',
      },
    ],
    exits: [
      [exitStatus.done, 'it has answered'],
      [exitStatus.failed, 'the input could not be read'],
    ],
  },
  options: { '--state-dir': sharedOptions.stateDirectory },
  words: hookFormats,
  run: async (options, context) => {
    const [word, ...others] = options.words;
    const format = hookFormats.find((one) => one === word);
    if (format === undefined || others.length > 0)
      return { usage: `give one format of ${hookFormats.join(', ')}` };
    const paths = stateDirectoryOf(options, context);
    if (!paths.ok) return { usage: paths.error };
    const hooked = parseHookInput(format, await readInput(maxInputBytes));
    if (!hooked.ok) {
      say(context, `hook: ${hooked.error}`);
      return exitStatus.failed;
    }
    const isNone = hooked.value === null || findOuterGuard('', context) !== null;
    const answer = isNone
      ? hookPass
      : await answerHook(format, hooked.value, { paths: paths.value, context });
    context.output.out(`${answer}\n`);
    return exitStatus.done;
  },
};

interface HookWorld {
  readonly paths: StatePaths;
  readonly context: CommandContext;
}

async function answerHook(format: HookFormat, hooked: HookedCommand, world: HookWorld): Promise<string> {
  const { context, paths } = world;
  const outcome = await ask(format, hooked, world);
  if (outcome.ok && !outcome.value.allowed) return formatHookDenial(format, reasonOf(hooked, outcome.value));
  if (!outcome.ok) {
    if (context.environment['RAMPART_FAIL_OPEN'] === '0')
      return formatHookDenial(format, `rampart: nobody could be asked: ${outcome.error}`);
    say(context, `${outcome.error}: the command runs unchecked`);
  }
  const home = homeDirectory(context.environment['HOME']) ?? '/';
  const library = findLibrary(context.bundleFolder, installationPlace(home));
  if (process.platform !== 'linux' || !library.ok) return hookPass;
  const settings = { library: library.value, url: formatSocketUrl(paths.socket), agent: format };
  const loader = loaderVariable(process.platform);
  const armed = armEnvironment({ [loader]: context.environment[loader] }, settings, process.platform);
  return formatHookArming(format, hooked, armed);
}

async function ask(
  format: HookFormat,
  { command, cwd, session }: HookedCommand,
  { paths, context }: HookWorld,
): Promise<Result<PreflightAnswer, string>> {
  const running = await ensureEndpoint({
    program: currentNodeProgram(),
    bundle: join(context.bundleFolder, 'endpoint.js'),
    version: context.version,
    paths,
    arguments: starterWords(process.pid, context.processes),
    environment: context.environment,
  });
  if (!running.ok) return running;
  const body = formatPreflightBody({
    agent: format,
    session: toBytes(session ?? `hook-${process.ppid}`),
    enforce: context.environment['RAMPART_MODE'] !== 'monitor',
    id: randomBytes(16).toString('hex'),
    path: toBytes(command),
    argv: ['sh', '-c', toBytes(command)],
    exe: '/bin/sh',
    cwd: toBytes(cwd ?? context.cwd),
    pid: process.pid,
    ppid: process.ppid,
    sid: context.processes.stat(process.pid)?.session ?? 0,
    door: 'system',
    markers: findAgentMarkers(context.environment),
    guardable: true,
  });
  const client = new EndpointClient({ kind: 'socket', path: paths.socket });
  const answer = await client.preflight('exec', Buffer.from(body, 'latin1'));
  return answer.ok ? answer : failure(answer.error.message);
}

function reasonOf({ command }: HookedCommand, { notice, message }: PreflightAnswer): string {
  const line = formatRefusalLine(toBytes(command), toBytes(notice ?? `: ${message}`));
  return Buffer.from(line, 'latin1').toString('utf8').trim();
}

function toBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
